"""Keys as files hold them: raw, PEM and DER (SubjectPublicKeyInfo, PKCS #8) and OpenSSH.

A public key must be written exactly as we would write it: what follows it, another curve, a compressed point
or a number with leading zeros is refused, so that no two readers can disagree on the key.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import (
    ECDSA_P256,
    ED25519,
    ML_DSA_65,
    PrivateKey,
    PublicKey,
    private_key,
    public_key,
)
from samakia_policy.evidence.signing.ssh_wire import Reader, pack

MAX_KEY_BYTES = 64 << 10
"""Bytes of one key file."""
_PEM = re.compile(
    rb"\s*-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END PUBLIC KEY-----\s*", re.ASCII
)
_SSH_LINE = re.compile(rb"(ssh-ed25519|ecdsa-sha2-nistp256) ([A-Za-z0-9+/]+=*)(?: [^\r\n]*)?\r?\n?")
_P256_NAME = b"nistp256"
_SEQUENCE = 0x30


def load_public(data: bytes, alg: str = "") -> PublicKey:
    """Return the public key in PEM, DER or OpenSSH form; with `alg`, raw bytes. Raises Refusal `key-...`.

    Raw bytes are never guessed: a text that was cut short could pass for them.
    """
    if len(data) > MAX_KEY_BYTES:
        message = f"the key has {len(data)} bytes (limit MAX_KEY_BYTES = {MAX_KEY_BYTES})"
        raise Refusal("key-too-large", message)
    if alg:
        return public_key(alg, data)
    if b"PRIVATE KEY" in data:
        raise Refusal("key-private", "this is a private key where a public one belongs")
    if data.lstrip().startswith(b"-----"):
        return _load_pem(data)
    if data[:1] == bytes([_SEQUENCE]):
        return _load_der(data)
    return _load_ssh_line(data)


def load_private(data: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """Return the private key in a PEM (PKCS #8, SEC 1) or OpenSSH text; raises Refusal `key-...`."""
    if len(data) > MAX_KEY_BYTES:
        message = f"the key has {len(data)} bytes (limit MAX_KEY_BYTES = {MAX_KEY_BYTES})"
        raise Refusal("key-too-large", message)
    if data.count(b"-----BEGIN ") != 1:
        raise Refusal("key-malformed", "the text is not one private key in PEM or OpenSSH form")
    return private_key(_decrypted(data, passphrase))


def _decrypted(data: bytes, passphrase: bytes | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form

    load = form.load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else form.load_pem_private_key
    encrypted = passphrase is not None
    try:
        return load(data, passphrase)
    except TypeError:
        if encrypted:
            raise Refusal("key-passphrase", "the key has no passphrase, but one was given") from None
        hint = "name the file that holds it: --passphrase-file FILE"
        raise Refusal("key-passphrase", "the key has a passphrase", hint=hint) from None
    except UnsupportedAlgorithm:
        hint = (
            "a security key stays with OpenSSH: policy keys import --ssh; "
            "a key of OpenSSH with a passphrase needs: pip install 'samakia-policy[ssh]'"
        )
        raise Refusal("key-algorithm", "this kind of key is not accepted", hint=hint) from None
    except ValueError:
        wrong = ", or the passphrase is wrong" if encrypted else ""
        raise Refusal("key-malformed", f"the private key cannot be read{wrong}") from None


def to_pem(key: PublicKey) -> bytes:
    """Return the key as PEM (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives import serialization as form

    made: bytes = _object(key).public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return made


def to_ssh(key: PublicKey, comment: str = "") -> bytes:
    """Return the key as a line of OpenSSH; raises Refusal for one that OpenSSH does not have."""
    blob = ssh_blob(key)
    name = Reader(blob, "key-malformed").string()
    words = [name, base64.b64encode(blob), *([comment.encode()] if comment else [])]
    return b" ".join(words) + b"\n"


def ssh_blob(key: PublicKey) -> bytes:
    """Return the key in SSH's binary form; raises Refusal for one that SSH does not have."""
    if key.alg == ED25519:
        return pack(b"ssh-ed25519", key.raw)
    if key.alg == ECDSA_P256:
        return pack(b"ecdsa-sha2-nistp256", _P256_NAME, key.raw)
    raise Refusal("key-algorithm", f"OpenSSH has no keys of algorithm {key.alg}")


def from_ssh_blob(blob: bytes) -> PublicKey:
    """Return the key in SSH's binary form; raises Refusal `key-...`."""
    reader = Reader(blob, "key-malformed")
    name = reader.string()
    if name == b"ssh-ed25519":
        alg = ED25519
    elif name == b"ecdsa-sha2-nistp256":
        alg = ECDSA_P256
        if reader.string() != _P256_NAME:
            raise Refusal("key-curve", "the curve of the key is not the one its type names")
    else:
        raise Refusal("key-algorithm", "only ssh-ed25519 and ecdsa-sha2-nistp256 keys are accepted")
    raw = reader.string()
    reader.end()
    return public_key(alg, raw)


def base64_bytes(text: bytes, code: str, what: str) -> bytes:
    """Return the bytes of padded base64 without spaces, in its one canonical form; raises Refusal."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        data = b""
    if base64.b64encode(data) != text:
        raise Refusal(code, f"{what} is not base64")
    return data


def _load_pem(data: bytes) -> PublicKey:
    match = _PEM.fullmatch(data)
    if match is None:
        raise Refusal("key-malformed", "the text is not one PEM block `PUBLIC KEY`")
    body = re.sub(rb"\r?\n", b"", match[1])
    return _load_der(base64_bytes(body, "key-malformed", "the PEM block"))


def _load_der(data: bytes) -> PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as form

    try:
        found = form.load_der_public_key(data)
    except UnsupportedAlgorithm:
        raise Refusal("key-algorithm", "this kind of key is not accepted") from None
    except ValueError:
        raise Refusal("key-malformed", "the key is cut short or is no SubjectPublicKeyInfo") from None
    key = _plain(found)
    if found.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo) != data:
        raise Refusal("key-not-canonical", "the key is not written in its one canonical form")
    return key


def _plain(found: Any) -> PublicKey:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(found, ec.EllipticCurvePublicKey):
        if not isinstance(found.curve, ec.SECP256R1):
            raise Refusal("key-curve", f"the curve {found.curve.name} is not accepted, only P-256")
        return public_key(
            ECDSA_P256, found.public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
        )
    if isinstance(found, ed25519.Ed25519PublicKey):
        return public_key(ED25519, found.public_bytes_raw())
    if type(found).__name__ == "MLDSA65PublicKey":
        return public_key(ML_DSA_65, found.public_bytes_raw())
    raise Refusal("key-algorithm", "only Ed25519, ECDSA P-256 and ML-DSA-65 keys are accepted")


def _object(key: PublicKey) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if key.alg == ED25519:
        return ed25519.Ed25519PublicKey.from_public_bytes(key.raw)
    if key.alg == ECDSA_P256:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.raw)
    from cryptography.hazmat.primitives.asymmetric import mldsa

    return mldsa.MLDSA65PublicKey.from_public_bytes(key.raw)


def _load_ssh_line(data: bytes) -> PublicKey:
    match = _SSH_LINE.fullmatch(data)
    if match is None:
        raise Refusal("key-malformed", "the text is no public key in PEM, DER or OpenSSH form")
    blob = base64_bytes(match[2], "key-malformed", "the OpenSSH key")
    key = from_ssh_blob(blob)
    if Reader(blob, "key-malformed").string() != match[1]:
        raise Refusal("key-malformed", "the line names another kind of key than it holds")
    return key
