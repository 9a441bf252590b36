"""Break-glass: one person acts without approvals, once, for a short time; somebody else looks after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from samakia_policy.errors import InputError
from samakia_policy.evidence import statement
from samakia_policy.evidence.ledger.events import Entry, Event, event
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Moment, Place, covers, unusable
from samakia_policy.model.canonical import digest

STATEMENT = "attestations/break-glass.dsse.json"
OPENS = frozenset(("approval", "window"))
"""The guards that it opens; every other one still stands."""
LEAST_REASON = 20
LONGEST_MINUTES = 60
RATIFY_HOURS = 24
ROLE = "breakGlass"
_RATIFIERS = ("approver", "securityLead")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def declare(place: Place, said: Mapping[str, str], signer: Signer, root: TrustRoot, now: str) -> bytes:
    """Return the signed statement; `said`: reason, ticket, expires and the plan's digest.

    Raises InputError for a reason that is none, no ticket or too long a life, and Refusal for a key without
    the role.
    """
    if len(said["reason"].strip()) < LEAST_REASON or not said["ticket"].strip():
        message = f"needs a reason of at least {LEAST_REASON} characters and a ticket"
        raise InputError(message, where="--break-glass", hint="--reason TEXT --ticket ID")
    life = datetime.fromisoformat(said["expires"]) - datetime.fromisoformat(now)
    if life > timedelta(minutes=LONGEST_MINUTES):
        raise InputError(f"lives for at most {LONGEST_MINUTES} minutes", where="--life")
    trusted = root.keys.get(signer.public.keyid)
    role = root.role(ROLE)
    if trusted is None or role is None or signer.public.keyid not in role.keys or not covers(role, place):
        raise Refusal("role-missing", f"the key does not hold the role {ROLE} there", where="--sign")
    if reason := unusable(trusted, Moment(now), now):
        raise Refusal(reason, "the key cannot sign now", where="--sign")
    predicate = {**place._asdict(), **said, "issued": now}
    payload = statement.make(statement.BREAK_GLASS, {"plan": said["plan"]}, predicate)
    return dsse.dump(dsse.make(dsse.IN_TOTO, payload, [signer]))


def record(envelope: bytes, place: Place, actor: str, now: str, expires: str) -> Event:
    """Return the ledger's record of a grant: somebody else has a day to ratify it."""
    latest = (datetime.fromisoformat(now) + timedelta(hours=RATIFY_HOURS)).strftime(_FORM)
    scope = {"action": place.action, "environment": place.env, "tenant": place.tenant}
    return event(
        "break-glass",
        at=now,
        actor=actor,
        statement=digest(envelope),
        expires=expires,
        ratify_by=latest,
        **scope,
    )


def ratify(granted: bytes, reason: str, signer: Signer, root: TrustRoot, now: str) -> tuple[bytes, Event]:
    """Return the signed statement of a second person and its record; raises Refusal for the same person."""
    envelope = dsse.parse(granted)
    said = statement.read(envelope.payload, statement.BREAK_GLASS).predicate
    place = Place(*(str(said.get(name) or "") for name in Place._fields))
    second = root.keys.get(signer.public.keyid)
    if second is None or not _may_ratify(root, signer.public.keyid, place, now):
        message = f"ratifying takes a key of role {' or '.join(_RATIFIERS)} there"
        raise Refusal("role-missing", message, where="--sign")
    keys = [key.verifier(now) for key in root.keys.values()]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO)
    if second.person in {root.keys[key.keyid].person for key in verified.keys}:
        raise Refusal("same-person", f"{second.person} broke the glass and cannot ratify it", where="--sign")
    subjects = {"break-glass": digest(granted)}
    payload = statement.make(statement.RATIFY, subjects, {"reason": reason, "issued": now})
    signed = dsse.dump(dsse.make(dsse.IN_TOTO, payload, [signer]))
    made = event(
        "ratify", at=now, actor=signer.public.keyid, break_glass=digest(granted), statement=digest(signed)
    )
    return signed, made


def counts(root: TrustRoot, now: str) -> Callable[[Entry], bool]:
    """Return what tells whether a record of ratifying counts: its actor has a role for it."""

    def count(entry: Entry) -> bool:
        return any(
            entry.fields["actor"] in role.keys for name in _RATIFIERS if (role := root.role(name)) is not None
        ) and not unusable(root.keys[entry.fields["actor"]], Moment(entry.fields["at"]), now)

    return count


def _may_ratify(root: TrustRoot, keyid: str, place: Place, now: str) -> bool:
    roles = [role for name in _RATIFIERS if (role := root.role(name)) is not None]
    held = any(keyid in role.keys and covers(role, place) for role in roles)
    return held and not unusable(root.keys[keyid], Moment(now), now)
