"""Signed waivers: the only ones that gates honour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from samakia_policy.evidence import statement
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Moment, unusable
from samakia_policy.model.canonical import digest, digest_of
from samakia_policy.model.waiver import Waiver, read_waiver

_ISSUED = "issued"


def sign_waiver(stated: Mapping[str, str], issued: str, signer: Signer) -> bytes:
    """Return the signed envelope of a waiver; raises ValueError for what is none. `issued`: RFC 3339 UTC."""
    read_waiver(dict(stated))
    said = {**stated, _ISSUED: issued}
    payload = statement.make(statement.WAIVER, {"waiver": digest_of(dict(stated))}, said)
    return dsse.dump(dsse.make(dsse.IN_TOTO, payload, [signer]))


def read_signed_waiver(data: bytes, root: TrustRoot, now: str, *, where: str = "") -> Waiver:
    """Return a waiver that as many persons of the waiver role signed as the trust root asks for.

    Its owner may not be among them. Raises Refusal `waiver-...`, `signature-invalid`, `persons-too-few`.
    """
    envelope = dsse.parse(data, where=where)
    said = dict(statement.read(envelope.payload, statement.WAIVER, where=where).predicate)
    issued = str(said.pop(_ISSUED, ""))
    holders = root.holders("waiver")
    keys = [trusted.verifier(issued) for trusted in holders]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO, where=where)
    waiver = _waiver(said, digest(verified.payload), where)
    if issued > now:
        raise Refusal("waiver-from-future", f"was signed at {issued}, now is {now}", where=where)
    _check_life(root, waiver, issued, where)
    role = root.role("waiver")
    trusted = [root.keys[key.keyid] for key in verified.keys]
    persons = {found.person for found in trusted if not unusable(found, Moment(issued), now)} - {waiver.owner}
    if role is None or len(persons) < role.threshold:
        have = ", ".join(sorted(persons)) or "nobody but its owner"
        raise Refusal("persons-too-few", f"role waiver needs more persons, and has {have}", where=where)
    return waiver


def _waiver(said: Mapping[str, Any], found: str, where: str) -> Waiver:
    try:
        return read_waiver(said, signed=True, source=where, digest=found)
    except ValueError as error:
        raise Refusal("waiver-malformed", str(error), where=where) from None


def _check_life(root: TrustRoot, waiver: Waiver, issued: str, where: str) -> None:
    try:
        longest = date.fromisoformat(issued[:10]) + timedelta(days=root.content.limits.waiver_max_days)
    except ValueError:
        raise Refusal("waiver-malformed", "`issued` is no time", where=where) from None
    if date.fromisoformat(waiver.expires) > longest:
        days = root.content.limits.waiver_max_days
        raise Refusal("waiver-too-long", f"lives longer than {days} days (waiverMaxDays)", where=where)
