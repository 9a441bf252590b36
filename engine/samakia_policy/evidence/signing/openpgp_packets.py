"""OpenPGP texts taken apart far enough to know which keys and signatures they hold (RFC 4880, version 4)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import points
from samakia_policy.evidence.signing.keys import ECDSA_P256, ED25519, public_key

MAX_OPENPGP_BYTES = 1 << 20
"""Bytes of one certificate or of the signatures of one file."""
PUBLIC_KEY, SIGNATURE, SUBKEY = 6, 2, 14
_CERTIFICATE = {PUBLIC_KEY, SUBKEY, SIGNATURE, 13, 17}  # and user ids, user attributes
_ARMOR = re.compile(
    rb"\s*-----BEGIN PGP ([A-Z ]+)-----\r?\n(?:[^\r\n:]+: [^\r\n]*\r?\n)*\r?\n"
    rb"([A-Za-z0-9+/=\r\n]+?)(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END PGP \1-----\s*"
)
_MARK, _NEW = 0x80, 0x40
_VERSION = 4
_LEAST_RSA_BITS = 2048
_RSA = {1, 3}
_ENCRYPTION = {2, 16, 18, 25, 26}
_ECDSA, _EDDSA = 19, 22
_ED25519_NAME = bytes.fromhex("2b06010401da470f01")
_P256_NAME = bytes.fromhex("2a8648ce3d030107")
_CURVES = {bytes.fromhex("2b81040022"): "ecdsa-p384", bytes.fromhex("2b81040023"): "ecdsa-p521"}


class Packet(NamedTuple):
    """One packet: its tag, its contents, and itself as it was written."""

    tag: int
    body: bytes
    whole: bytes


def binary(data: bytes, code: str, kind: bytes) -> bytes:
    """Return the packets of a text, armored as `kind` (such as b"SIGNATURE") or not; raises Refusal."""
    if len(data) > MAX_OPENPGP_BYTES:
        message = f"the OpenPGP text has {len(data)} bytes (limit MAX_OPENPGP_BYTES = {MAX_OPENPGP_BYTES})"
        raise Refusal(code, message)
    if not data.lstrip().startswith(b"-----"):
        return data
    match = _ARMOR.fullmatch(data)
    if match is None or match[1] != kind:
        raise Refusal(code, f"the text is not one OpenPGP {kind.decode().lower()}")
    try:
        return base64.b64decode(re.sub(rb"[\r\n]", b"", match[2]), validate=True)
    except binascii.Error:
        raise Refusal(code, "the OpenPGP text is not base64") from None


def packets(data: bytes, code: str) -> list[Packet]:
    """Return the packets one after another; raises Refusal for what is cut short."""
    found, at = [], 0
    while at < len(data):
        tag, start, size = _header(data, at, code)
        body = data[start : start + size]
        if len(body) != size:
            raise Refusal(code, "an OpenPGP packet is cut short")
        found.append(Packet(tag, body, data[at : start + size]))
        at = start + size
    return found


def certificate(data: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the contents of the primary key and the raw signing keys of one certificate.

    Raises Refusal `key-...` for private keys, several certificates, weak or unsound keys.
    """
    found = packets(data, "key-malformed")
    tags = [packet.tag for packet in found]
    if 5 in tags or 7 in tags:  # noqa: PLR2004 - secret key, secret subkey
        raise Refusal("key-private", "this is a private key where a public one belongs")
    if tags[:1] != [PUBLIC_KEY] or tags.count(PUBLIC_KEY) != 1 or not set(tags) <= _CERTIFICATE:
        raise Refusal("key-malformed", "the text is not one OpenPGP certificate")
    keys = [_material(packet.body) for packet in found if packet.tag in (PUBLIC_KEY, SUBKEY)]
    if keys[0] is None:
        raise Refusal("key-algorithm", "the primary key cannot sign")
    return found[0].body, tuple(key for key in keys if key is not None)


def fingerprint(primary: bytes) -> str:
    """Return the fingerprint by which gpg knows a version 4 key, 40 hex digits."""
    data = b"\x99" + len(primary).to_bytes(2, "big") + primary
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()


def _header(data: bytes, at: int, code: str) -> tuple[int, int, int]:
    """Return the tag of a packet, where its contents begin and how long they are."""
    first, rest = data[at], data[at + 1 : at + 6]
    if first & _MARK and first & _NEW:
        tag = first & 0x3F
        length = rest[0] if rest else 0xFF
        if rest and length < 0xC0:  # noqa: PLR2004
            return tag, at + 2, length
        if len(rest) > 1 and length < 0xE0:  # noqa: PLR2004
            return tag, at + 3, ((length - 0xC0) << 8) + rest[1] + 0xC0
        if len(rest) == 5 and length == 0xFF:  # noqa: PLR2004
            return tag, at + 6, int.from_bytes(rest[1:], "big")
    elif first & _MARK and first & 3 != 3:  # noqa: PLR2004
        width = 1 << (first & 3)
        if len(rest) >= width:
            return first >> 2 & 0x0F, at + 1 + width, int.from_bytes(rest[:width], "big")
    raise Refusal(code, "the text is not made of OpenPGP packets of known length")


def _material(body: bytes) -> bytes | None:
    """Return the raw key of a signing key, None for one that only encrypts; raises Refusal."""
    if body[:1] != bytes([_VERSION]) or len(body) <= 6:  # noqa: PLR2004
        raise Refusal("key-algorithm", "only OpenPGP keys of version 4 are accepted")
    algorithm, rest = body[5], body[6:]
    if algorithm in _ENCRYPTION:
        return None
    if algorithm in _RSA:
        return _rsa(rest)
    if algorithm in (_ECDSA, _EDDSA):
        return _curve(rest[1 : 1 + rest[0]], _number(rest[1 + rest[0] :]))
    raise Refusal("key-algorithm", f"OpenPGP keys of algorithm {algorithm} are not accepted")


def _rsa(rest: bytes) -> bytes:
    modulus = _number(rest)
    if len(modulus) * 8 < _LEAST_RSA_BITS:
        raise Refusal("key-weak", f"an RSA key has fewer than {_LEAST_RSA_BITS} bits")
    return b"rsa:" + modulus


def _curve(name: bytes, point: bytes) -> bytes:
    if name == _ED25519_NAME:
        if point[:1] != b"\x40":
            raise Refusal("key-malformed", "an OpenPGP key is no point in its native form")
        points.check(point[1:])
        return f"{ED25519}:".encode() + point[1:]
    if name == _P256_NAME:
        return public_key(ECDSA_P256, point).materials[0]
    if name in _CURVES:
        return f"{_CURVES[name]}:".encode() + point
    raise Refusal("key-curve", "the curve of an OpenPGP key is not accepted")


def _number(data: bytes) -> bytes:
    """Return the bytes of a number with its length in bits before it."""
    size = (int.from_bytes(data[:2], "big") + 7) // 8
    if len(data) < 2 + size or not size:
        raise Refusal("key-malformed", "an OpenPGP key is cut short")
    return data[2 : 2 + size]
