"""Who agreed: distinct persons, each by a key of their own, valid when they signed and entitled to speak.

A signature that does not count is passed over with its reason: taking it away changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.trust.model import DualControl, Role, TrustedKey, TrustRoot, matches
from samakia_policy.evidence.trust.times import is_time, later


class Place(NamedTuple):
    """What something is about; a name that is missing is empty, and only a lone * fits it."""

    env: str
    tenant: str
    action: str


class Moment(NamedTuple):
    """When a signature was made, as far as others vouch for it.

    `time`: RFC 3339 UTC; `stamped`: a time stamp or witness says so, not the local clock. `position`: the
    index in the ledger `origin`, None when it is in none.
    """

    time: str
    stamped: bool = False
    position: int | None = None
    origin: str = ""


class Approval(NamedTuple):
    """One signature that verified: by which key, for what subject (a digest) and place, and when."""

    keyid: str
    subject: str
    place: Place
    moment: Moment
    expires: str = ""


class Counted(NamedTuple):
    """The persons that count, sorted, and (key id, reason code) of what does not."""

    persons: tuple[str, ...]
    passed_over: tuple[tuple[str, str], ...]


class Question(NamedTuple):
    """What must be agreed to, at the caller's word: never at the packet's.

    `requester` is a person of the trust root, or a name that is none; empty means unknown.
    """

    role: str
    subject: str
    place: Place
    now: str
    requester: str = ""
    not_requester: bool = True


def count(root: TrustRoot, asked: Question, approvals: Iterable[Approval]) -> Counted:
    """Return the distinct persons that agreed to exactly this; raises Refusal for an unknown requester."""
    if asked.not_requester and not asked.requester:
        hint = "name the person who asks"
        raise Refusal("requester-unknown", "the requester may not approve, and is not known", hint=hint)
    persons: set[str] = set()
    used: set[bytes] = set()
    passed_over = []
    for approval in sorted(approvals, key=repr):
        reason = _objection(root, asked, approval)
        if not reason:
            trusted = root.keys[approval.keyid]
            if trusted.person in persons or used & set(trusted.key.materials):
                reason = "approval-same-person"
            else:
                persons.add(trusted.person)
                used.update(trusted.key.materials)
        if reason:
            passed_over.append((approval.keyid, reason))
    return Counted(tuple(sorted(persons)), tuple(passed_over))


def demands(root: TrustRoot, place: Place, *, severity: str = "", kind: str = "") -> list[DualControl]:
    """Return the rules of dual control that apply; each of them must hold.

    What is not known (empty) fits every pattern: leaving something out never asks for less.
    """
    about = {**place._asdict(), "severity": severity, "kind": kind}
    return [rule for rule in root.content.dual_control if _applies(rule, about)]


def require(root: TrustRoot, asked: Question, persons: int, approvals: Iterable[Approval]) -> Counted:
    """Return who agreed: at least `persons`, and as many as the role's threshold says.

    Raises Refusal `persons-too-few`, naming what was passed over and why.
    """
    role, counted = root.role(asked.role), count(root, asked, approvals)
    persons = max(persons, role.threshold if role else 1)
    if len(counted.persons) < persons:
        reasons = "".join(f"; {keyid[:16]}: {reason}" for keyid, reason in counted.passed_over)
        have = ", ".join(counted.persons) or "nobody"
        message = f"role {asked.role} needs {persons} persons, and has {have}{reasons}"
        raise Refusal("persons-too-few", message)
    return counted


def unusable(trusted: TrustedKey, moment: Moment, now: str) -> str:
    """Return why a key could not speak at a moment, empty when it could.

    What nobody vouches for may have been signed as late as `now`, whatever date it bears: then the key must
    be valid still.
    A revoked key could until its revocation: by position in the ledger (a thief can set a date back, but
    not a position), or by a time that others vouch for.
    """
    entry = trusted.entry
    if not is_time(moment.time):
        return "moment-malformed"
    if moment.time < entry.not_before:
        return "key-not-yet-valid"
    vouched = moment.stamped or moment.position is not None
    if (moment.time if vouched else max(moment.time, now)) >= entry.not_after:
        return "key-expired"
    revoked = entry.revoked
    if revoked is None:
        return ""
    logged_before = (
        revoked.ledger_index is not None
        and moment.position is not None
        and moment.origin == trusted.origin
        and moment.position < revoked.ledger_index
    )
    stamped_before = moment.stamped and moment.time < revoked.at
    return "" if logged_before or stamped_before else "key-revoked"


def covers(role: Role, place: Place) -> bool:
    """Tell whether a role may speak about a place."""
    return any(
        all(_fits(getattr(scope, name), getattr(place, name)) for name in Place._fields)
        for scope in role.scopes
    )


def _objection(root: TrustRoot, asked: Question, approval: Approval) -> str:
    role, trusted = root.role(asked.role), root.keys.get(approval.keyid)
    engines = {found.person for found in root.holders("engine")}
    checks = (
        ("approval-unknown-key", trusted is None),
        ("approval-not-in-role", role is None or approval.keyid not in role.keys),
        ("approval-other-subject", not asked.subject or approval.subject != asked.subject),
        ("approval-other-scope", approval.place != asked.place),
        ("approval-scope-not-held", role is not None and not covers(role, asked.place)),
        ("approval-malformed", approval.expires != "" and not is_time(approval.expires)),
        ("approval-expired", bool(approval.expires) and asked.now >= approval.expires),
        ("approval-from-future", approval.moment.time > later(asked.now, root.content.limits.clock_skew)),
        ("approval-by-engine", asked.role != "engine" and trusted is not None and trusted.person in engines),
        ("approval-by-requester", trusted is not None and _is_requester(asked, trusted.person)),
    )
    first = next((code for code, holds in checks if holds), "")
    return first or (unusable(trusted, approval.moment, asked.now) if trusted else "")


def _is_requester(asked: Question, person: str) -> bool:
    return asked.not_requester and asked.requester.strip().casefold() == person


def _applies(rule: DualControl, about: dict[str, str]) -> bool:
    return all(
        pattern is None or not about[name] or matches(pattern, about[name])
        for name in rule.match.__struct_fields__
        for pattern in [getattr(rule.match, name)]
    )


def _fits(pattern: str, text: str) -> bool:
    return matches(pattern, text) if text else pattern == "*"
