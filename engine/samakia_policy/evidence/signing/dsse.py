"""DSSE 1.0 envelopes: a payload with its type, and any number of signatures over both.

Read the payload of a `Verified` only: it is the very bytes that the signatures are about.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, NamedTuple

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import Key, Signer

MAX_ENVELOPE_BYTES = 4 << 20
"""Bytes of one envelope."""
MAX_SIGNATURES = 64
"""Signatures of one envelope."""
MAX_SIGNATURE_BYTES = 64 << 10
"""Bytes of one signature."""
IN_TOTO = "application/vnd.in-toto+json"
"""The payload type of in-toto statements."""
_STANDARD = str.maketrans("-_", "+/")
_MALFORMED = "envelope-malformed"


class Signature(NamedTuple):
    """One signature; `keyid` is a hint that nobody vouches for."""

    keyid: str
    value: bytes


class Envelope(NamedTuple):
    """A payload that somebody may have signed; nothing in it is verified."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()


class Verified(NamedTuple):
    """A payload and those of the given keys that signed it, each once, sorted by keyid."""

    payload: bytes
    keys: tuple[Key, ...]

    def json(self, *, where: str = "") -> Any:
        """Return the value of the payload, read strictly; raises Refusal."""
        return strict_json.parse(self.payload, where=where)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed (DSSE's pre-authentication encoding)."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def add_signature(envelope: Envelope, signer: Signer) -> Envelope:
    """Return the envelope with one more signature; one that already verifies is not made again."""
    message = pae(envelope.payload_type, envelope.payload)
    key = signer.public
    if any(key.verify(message, found.value) for found in envelope.signatures if found.keyid == key.keyid):
        return envelope
    made = Signature(key.keyid, signer.sign(message))
    return envelope._replace(signatures=(*envelope.signatures, made))


def make(payload_type: str, payload: bytes, signers: Iterable[Signer] = ()) -> Envelope:
    """Return an envelope signed by each signer."""
    envelope = Envelope(payload_type, payload)
    for signer in signers:
        envelope = add_signature(envelope, signer)
    return envelope


def dump(envelope: Envelope) -> bytes:
    """Return the envelope as canonical JSON and a newline."""
    signatures = [{"keyid": found.keyid, "sig": _text(found.value)} for found in envelope.signatures]
    shape = {
        "payload": _text(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": signatures,
    }
    return strict_json.canonical_line(shape)


def parse(data: bytes, *, where: str = "", unsigned: bool = False) -> Envelope:
    """Return the envelope in a text; members that DSSE does not name are ignored, as it demands.

    `unsigned` allows one that nobody has signed yet, as a draft is.
    Raises Refusal `envelope-too-large`, `envelope-malformed` or `envelope-too-many-signatures`.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        message = f"the envelope has {len(data)} bytes (limit MAX_ENVELOPE_BYTES = {MAX_ENVELOPE_BYTES})"
        raise Refusal("envelope-too-large", message, where=where)
    try:
        return _envelope(strict_json.parse(data, limit=MAX_ENVELOPE_BYTES), unsigned=unsigned)
    except Refusal as refusal:
        code = refusal.code if refusal.code.startswith("envelope-") else _MALFORMED
        raise Refusal(code, refusal.message, where=where, hint=refusal.hint) from None


def verify(envelope: Envelope, keys: Iterable[Key], *, payload_type: str, where: str = "") -> Verified:
    """Return the payload with those of the keys that signed it.

    A signature that is nobody's is passed over, as DSSE demands: taking it away must change nothing. Raises
    Refusal `envelope-payload-type` for another type of payload and `signature-invalid` when no key signed.
    """
    if envelope.payload_type != payload_type:
        message = f"the payload is {envelope.payload_type!r}, expected {payload_type!r}"
        raise Refusal("envelope-payload-type", message, where=where)
    message_bytes = pae(payload_type, envelope.payload)
    unique = {key.keyid: key for key in keys}
    found = {keyid for keyid, key in unique.items() if _signed(envelope, key, message_bytes)}
    if not found:
        raise Refusal("signature-invalid", "no signature is by a key that counts", where=where)
    return Verified(envelope.payload, tuple(unique[keyid] for keyid in sorted(found)))


def _signed(envelope: Envelope, key: Key, message: bytes) -> bool:
    # The hint only says where to look first: other tools name the same key differently.
    likely = sorted(envelope.signatures, key=lambda found: found.keyid != key.keyid)
    return any(key.verify(message, found.value) for found in likely)


def _envelope(value: object, *, unsigned: bool) -> Envelope:
    if not isinstance(value, dict):
        raise Refusal(_MALFORMED, "the envelope is not an object")
    payload_type, signatures = value.get("payloadType"), value.get("signatures")
    if not isinstance(payload_type, str) or not payload_type:
        raise Refusal(_MALFORMED, "`payloadType` is not a text")
    if not isinstance(signatures, list) or not (signatures or unsigned):
        raise Refusal(_MALFORMED, "`signatures` is not a list with at least one signature")
    if len(signatures) > MAX_SIGNATURES:
        message = f"the envelope has {len(signatures)} signatures (limit MAX_SIGNATURES = {MAX_SIGNATURES})"
        raise Refusal("envelope-too-many-signatures", message)
    payload = _bytes(value.get("payload"), "payload")
    return Envelope(payload_type, payload, tuple(_signature(found) for found in signatures))


def _signature(value: object) -> Signature:
    if not isinstance(value, dict):
        raise Refusal(_MALFORMED, "a signature is not an object")
    keyid = value.get("keyid")
    if not isinstance(keyid, str | None):
        raise Refusal(_MALFORMED, "a `keyid` is not a text")
    sig = _bytes(value.get("sig"), "sig")
    if not sig or len(sig) > MAX_SIGNATURE_BYTES:
        message = f"a signature is empty or too long (limit MAX_SIGNATURE_BYTES = {MAX_SIGNATURE_BYTES})"
        raise Refusal(_MALFORMED, message)
    return Signature(keyid or "", sig)


def _bytes(value: object, name: str) -> bytes:
    """Return the bytes of padded base64, of the standard or the URL-safe alphabet."""
    if not isinstance(value, str) or not value.isascii():
        raise Refusal(_MALFORMED, f"`{name}` is not base64")
    plain = value if set(value) & {"+", "/"} else value.translate(_STANDARD)
    try:
        data = base64.b64decode(plain, validate=True)
    except binascii.Error:
        raise Refusal(_MALFORMED, f"`{name}` is not base64") from None
    if _text(data) != plain:
        raise Refusal(_MALFORMED, f"`{name}` is not base64 in its canonical form")
    return data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
