"""Steps about people and purpose: who may sign this, who agreed, and whether it is what is expected."""

from __future__ import annotations

from datetime import datetime, timedelta

from samakia_policy.evidence.approval import read_approvals
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.dsse import MAX_ENVELOPE_BYTES
from samakia_policy.evidence.trust.persons import Moment, Question, covers, demands, require, unusable
from samakia_policy.evidence.verify.case import Case

APPROVALS = "attestations/approvals/"
_EXPECTED = ("environment", "tenant", "action")


def check_signer(case: Case) -> str:
    """Tell whether keys that may sign decisions about this place did, as many persons as the role asks."""
    assert case.root is not None
    role = case.root.role("engine")
    assert role is not None
    if not covers(role, case.place):
        raise Refusal("signer-scope", f"role engine may not speak about {tuple(case.place)}")
    position = case.entry.at if case.entry is not None else None
    moment = Moment(str(case.said("timeVerified")), bool(case.stamped), position, case.origin)
    trusted = [case.root.keys[key.keyid] for key in case.keys]
    reasons = {key.key.keyid: unusable(key, moment, case.asked.now) for key in trusted}
    persons = {key.person for key in trusted if not reasons[key.key.keyid]}
    if len(persons) < role.threshold:
        code = next(filter(None, reasons.values()), "persons-too-few")
        message = (
            f"role engine needs {role.threshold} persons, and has {', '.join(sorted(persons)) or 'nobody'}"
        )
        raise Refusal(code, message)
    return f"by {', '.join(sorted(persons))}"


def check_time(case: Case) -> str:
    """Tell whether the decision is of now: neither from the future, nor older than it may get."""
    assert case.root is not None
    limits = case.root.content.limits
    names = ("timeVerified", "notBefore", "expires", "effectiveTime")
    made, start, end, effective = (_time(case.said(name), name) for name in names)
    now, skew = _time(case.asked.now, "now"), timedelta(seconds=limits.clock_skew)
    if max(made, start, effective) > now + skew:
        raise Refusal(
            "decision-from-future", f"it was made at {case.said('timeVerified')}, now is {case.asked.now}"
        )
    if end - start > timedelta(seconds=limits.decision_ttl):
        message = f"it is good for longer than {limits.decision_ttl} seconds (decisionTtl)"
        raise Refusal("decision-ttl", message)
    if now >= end:
        hint = "to verify it as of an earlier time: --as-of"
        raise Refusal("decision-expired", f"it was good until {case.said('expires')}", hint=hint)
    return f"good until {case.said('expires')}"


def check_persons(case: Case) -> str:
    """Count the distinct persons that each rule of dual control asks for."""
    assert case.packet is not None
    assert case.root is not None
    rules = demands(case.root, case.place, kind=str(case.said("scope").get("gate") or ""))
    names = [path for path in case.packet.beside if path.startswith(APPROVALS)]
    files = [(name, case.packet.read(name, MAX_ENVELOPE_BYTES)) for name in names]
    given, refused = read_approvals(files, case.root)
    case.notes += [
        f"{refusal.where} does not count: {refusal.message} ({refusal.code})" for refusal in refused
    ]
    given = [approval for approval in given if approval.said["issued"] <= case.asked.now]
    approvals = [counted for approval in given for counted in approval.counted()]
    requester = str(case.said("request").get("requester") or "")
    agreed = set()
    for rule in rules:
        question = Question(
            rule.role, case.bound.digest, case.place, case.asked.now, requester, rule.not_requester
        )
        agreed |= set(require(case.root, question, rule.persons, approvals).persons)
    return f"agreed by {', '.join(sorted(agreed))}" if rules else "no rule asks for a second person"


def check_expected(case: Case) -> str:
    """Compare with what the caller expects, each by its own reason code."""
    expect = case.asked.expect
    assert case.statement is not None
    scope, request = case.said("scope"), case.said("request")
    found = {name: str(scope.get(name) or "") for name in _EXPECTED}
    found |= {"plan": case.statement.subjects.get("plan", "")}
    found |= {name: str(request.get(name) or "") for name in ("nonce", "requester")}
    for name, value in expect.items():
        if found[name] != value:
            raise Refusal(f"expected-{name}", f"expected {value!r}, the decision is for {found[name]!r}")
    return f"as expected: {', '.join(sorted(expect))}" if expect else "nothing was expected"


def _time(text: object, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refusal("statement-malformed", f"`{name}` is no time with an offset")
    return found
