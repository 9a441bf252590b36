"""Permits as signed statements, and their one use in a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from samakia_policy.errors import Refused
from samakia_policy.evidence import statement
from samakia_policy.evidence.ledger.events import Event, event
from samakia_policy.evidence.ledger.log import Log, Receipt
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Moment, Place, covers, unusable

PERMIT = "attestations/permit.dsse.json"


def sign_permit(permit: Mapping[str, Any], signers: Sequence[Signer]) -> bytes:
    """Return the signed envelope of a permit, as `gate.permit.Permit.to_json` writes it."""
    payload = statement.make(statement.PERMIT, permit["subjects"], permit)
    return dsse.dump(dsse.make(dsse.IN_TOTO, payload, signers))


def open_permit(data: bytes, root: TrustRoot, now: str, *, where: str = "") -> Mapping[str, Any]:
    """Return what a permit says, once as many persons of role engine as it needs signed it.

    Raises Refusal `signature-invalid`, `signer-scope`, `persons-too-few`, `key-...` or `statement-...`.
    """
    envelope = dsse.parse(data, where=where)
    keys = [trusted.verifier(now) for trusted in root.holders("engine")]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO, where=where)
    said = statement.read(verified.payload, statement.PERMIT, where=where).predicate
    place = Place(*(str(said.get(name) or "") for name in ("environment", "tenant", "action")))
    role = root.role("engine")
    if role is None or not covers(role, place):
        raise Refusal("signer-scope", f"role engine may not speak about {tuple(place)}", where=where)
    moment = Moment(str(said.get("issued")))
    trusted = [root.keys[key.keyid] for key in verified.keys]
    reasons = [unusable(found, moment, now) for found in trusted]
    persons = {found.person for found, reason in zip(trusted, reasons, strict=True) if not reason}
    if len(persons) < role.threshold:
        code = next(filter(None, reasons), "persons-too-few")
        raise Refusal(code, f"role engine needs {role.threshold} persons", where=where)
    return said


def consume(log: Log, permit: Mapping[str, Any], actor: str, now: str, packet: str = "") -> Receipt:
    """Record a permit's one use; raises Refused `permit-used` for another, and what `Log.append` raises."""
    scope = {name: permit[name] for name in ("action", "environment", "tenant")}
    made = event("consume", at=now, actor=actor, permit=permit["id"], packet=packet, **scope)
    try:
        return log.append([made])
    except Refusal as refusal:
        if refusal.code != "ledger-permit-used":
            raise
        hint = "ask the gate for another"
        raise Refused(refusal.message, where=refusal.where, hint=hint, code="permit-used") from None


def decided(packet: str, decision: str, outcome: str, now: str, actor: str, **scope: str) -> Event:
    """Return the event that a decision was made; `packet`, `decision`: digests of manifest and decision."""
    return event("decision", at=now, actor=actor, packet=packet, decision=decision, outcome=outcome, **scope)
