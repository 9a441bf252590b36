"""Public keys of every kind as text, as trust roots write them and as people hand them over."""

from __future__ import annotations

import base64

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import encodings, openpgp, sshsig
from samakia_policy.evidence.signing.keys import Key, PublicKey, public_key


def load_key(alg: str, public: str) -> Key:
    """Return the key that a trust root writes down; raises Refusal `key-...`.

    `ssh`: a line of OpenSSH without comment; others: base64 of the raw key or the OpenPGP certificate.
    """
    text = public.encode()
    if alg == sshsig.SSH:
        key = sshsig.load_ssh(text)
        if sshsig.line(key) != public:
            raise Refusal("key-not-canonical", "the key is not written in its one canonical form")
        return key
    data = encodings.base64_bytes(text, "key-malformed", "the key")
    return openpgp.openpgp_key(data) if alg == openpgp.OPENPGP else public_key(alg, data)


def public_text(key: Key) -> str:
    """Return a key as a trust root writes it down; `load_key` reads it."""
    if isinstance(key, sshsig.SshKey):
        return sshsig.line(key)
    data = key.certificate if isinstance(key, openpgp.OpenPgpKey) else _plain(key).raw
    return base64.b64encode(data).decode()


def exported(key: Key) -> bytes:
    """Return a key as its own tools read it: PEM, a line of OpenSSH, or an OpenPGP certificate."""
    if isinstance(key, sshsig.SshKey):
        return sshsig.line(key).encode() + b"\n"
    return key.certificate if isinstance(key, openpgp.OpenPgpKey) else encodings.to_pem(_plain(key))


def imported(data: bytes, *, ssh: bool = False) -> Key:
    """Return the key that somebody handed over: PEM, DER, a line of OpenSSH or an OpenPGP certificate.

    A key of OpenSSH is taken for one that signs as `ssh-keygen` does if `ssh` is set or it is a security key.
    Raises Refusal `key-...`.
    """
    if ssh or data.startswith(b"sk-"):
        return sshsig.load_ssh(data)
    if data.lstrip().startswith(b"-----BEGIN PGP ") or data[:1] in (b"\x98", b"\x99", b"\xc6"):
        return openpgp.openpgp_key(data)
    return encodings.load_public(data)


def _plain(key: Key) -> PublicKey:
    assert isinstance(key, PublicKey)
    return key
