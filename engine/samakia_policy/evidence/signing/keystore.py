"""A folder of keys that only its owner may read.

`<keyid>.json` says what a key is and who signs with it: this product with `<keyid>.pem`, or OpenSSH or gpg,
which keep the private part themselves.
"""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.encodings import MAX_KEY_BYTES, load_private
from samakia_policy.evidence.signing.keys import Key, PrivateKey, Signer
from samakia_policy.evidence.signing.openpgp import OpenPgpKey, OpenPgpSigner
from samakia_policy.evidence.signing.openpgp_packets import MAX_OPENPGP_BYTES
from samakia_policy.evidence.signing.sshsig import OpenSshSigner, SshKey
from samakia_policy.evidence.signing.written import load_key, public_text

FORMAT = "samakia.policy/key/v1"
FILE, OPENSSH, GPG = "file", "openssh", "gpg"
LEAST_PREFIX = 8
"""Digits of a key id that are enough to name a key, if only one begins with them."""
_MEMBERS = {"format", "alg", "public", "comment", "signer", "reference"}
_HEX = set("0123456789abcdef")


class Stored(NamedTuple):
    """A key of the folder; `reference` is where OpenSSH or gpg find its private part."""

    key: Key
    signer: str
    reference: str = ""
    comment: str = ""


def add_private(folder: str, key: PrivateKey, passphrase: bytes | None = None, comment: str = "") -> Stored:
    """Store a private key, locked with a passphrase if one is given; raises InputError."""
    from cryptography.hazmat.primitives import serialization as form

    lock = form.BestAvailableEncryption(passphrase) if passphrase else form.NoEncryption()
    pem = key.secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
    stored = Stored(key.public, FILE, comment=comment)
    _write(folder, f"{key.public.keyid}.pem", pem)
    _write(folder, f"{key.public.keyid}.json", _description(stored))
    return stored


def add_reference(folder: str, stored: Stored) -> None:
    """Store a key whose private part another program keeps; raises InputError."""
    _write(folder, f"{stored.key.keyid}.json", _description(stored))


def read_keys(folder: str) -> list[Stored]:
    """Return the keys of a folder in order of key id; raises InputError for one that was damaged."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=folder) from error
    return [_read(folder, name) for name in names]


def is_key_id(name: str) -> bool:
    """Tell whether a name is a key id, or the beginning of one; a file of such a name is written ./name.

    A checked tree may hold a file that is named for somebody's key.
    """
    return len(name) >= LEAST_PREFIX and set(name) <= _HEX


def find_key(folder: str, name: str) -> Stored:
    """Return the key whose id begins with a name; raises InputError for none or several."""
    found = [stored for stored in read_keys(folder) if stored.key.keyid.startswith(name)]
    if not is_key_id(name) or not found:
        hint = f"`policy keys list` shows the keys; {LEAST_PREFIX} digits of the id are enough"
        raise InputError(f"no key {name!r} in {folder}", hint=hint)
    if len(found) > 1:
        raise InputError(f"several keys begin with {name}", where=folder, hint="give more digits")
    return found[0]


def open_signer(folder: str, name: str, passphrase: bytes | None = None) -> Signer:
    """Return what signs with a key: a key id of the folder, or a file that holds a private key.

    Raises InputError when there is none, and Refusal `key-...` for one that is not sound.
    """
    if not is_key_id(name):
        return open_private(name, passphrase)
    stored = find_key(folder, name)
    if isinstance(stored.key, SshKey):
        return OpenSshSigner(stored.key, stored.reference)
    if isinstance(stored.key, OpenPgpKey):
        return OpenPgpSigner(stored.key, stored.reference)
    path = os.path.join(folder, f"{stored.key.keyid}.pem")
    private = open_private(path, passphrase)
    if private.public != stored.key:
        raise Refusal("key-mismatch", "the private key is not the one its description names", where=path)
    return private


def open_private(path: str, passphrase: bytes | None = None) -> PrivateKey:
    """Return the private key in a file that only its owner may read; raises InputError and Refusal."""
    data, found = _bytes(path, MAX_KEY_BYTES)
    if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in (0, os.geteuid()):
        hint = f"chmod 600 {path}"
        raise InputError("others may read this private key", where=path, hint=hint, code="key-permissions")
    try:
        return load_private(data, passphrase)
    except Refusal as refusal:
        raise refusal.at(path) from None


def read_public(path: str) -> bytes:
    """Return the bytes of a file that holds a public key; raises InputError."""
    return _bytes(path, MAX_OPENPGP_BYTES)[0]


def _bytes(path: str, limit: int) -> tuple[bytes, os.stat_result]:
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise InputError("is a directory or device, not a file", where=path)
            return file.read(limit + 1), found
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error


def _description(stored: Stored) -> bytes:
    return strict_json.canonical_line(
        {
            "format": FORMAT,
            "alg": stored.key.alg,
            "public": public_text(stored.key),
            "comment": stored.comment,
            "signer": stored.signer,
            "reference": stored.reference,
        }
    )


def _read(folder: str, name: str) -> Stored:
    path = os.path.join(folder, name)
    limit = 2 * MAX_OPENPGP_BYTES
    data, _ = _bytes(path, limit)
    try:
        stored = _stored(strict_json.parse(data, limit=limit))
    except Refusal as refusal:
        raise InputError(refusal.message, where=path, code="keystore-malformed") from None
    if f"{stored.key.keyid}.json" != name:
        raise InputError("the file is named for another key", where=path, code="keystore-malformed")
    return stored


def _stored(value: Any) -> Stored:
    texts = isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
    if not texts or set(value) != _MEMBERS or value["format"] != FORMAT:
        raise Refusal("keystore-malformed", f"this is no description of a key ({FORMAT})")
    key = load_key(value["alg"], value["public"])
    kinds = {"ssh": OPENSSH, "openpgp": GPG}
    if value["signer"] != kinds.get(key.alg, FILE):
        raise Refusal("keystore-malformed", f"{value['signer']!r} does not sign with {key.alg} keys")
    return Stored(key, value["signer"], value["reference"], value["comment"])


def _write(folder: str, name: str, data: bytes) -> None:
    """Write a new file in one step, durable and for its owner alone; never over another."""
    path, partial = os.path.join(folder, name), os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            raise InputError("the key is there already", where=path, code="key-exists") from None
        finally:
            os.unlink(partial)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error
