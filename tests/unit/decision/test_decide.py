"""Deciding and waiving, compared with a slow model of what the specification says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.decision.decide import keep_environment, outcome
from samakia_policy.decision.waive import honour, known_rules, settle
from samakia_policy.model.decision import Detail, Finding, Location, RuleResult, SelectedPack, Unknown
from samakia_policy.model.waiver import Waiver

_SEVERITIES = ["low", "medium", "high", "critical"]
_RULES = ["tenants/id-slug", "tenants/quota-exceeded"]
_SUBJECTS = ["tenant:birds", "tenant:mill"]
_POINTERS = ["/spec/a", "/spec/b"]
_AS_OF = "2026-03-01T12:00:00Z"

severities = st.sampled_from(_SEVERITIES)
findings = st.lists(
    st.tuples(
        st.sampled_from(_SUBJECTS),
        severities,
        st.booleans(),
        st.sampled_from(["", "samakia-dev", "samakia-prod"]),
        st.lists(st.sampled_from(_POINTERS), min_size=1, max_size=2),
    ),
    max_size=2,
    unique_by=lambda found: found[0],
)
results = st.lists(
    st.tuples(st.sampled_from(_RULES), severities, findings, st.lists(severities, max_size=1), st.booleans()),
    max_size=2,
    unique_by=lambda found: found[0],
)
packs = st.lists(st.tuples(st.sampled_from(["default", "gate"]), st.booleans(), st.booleans()), max_size=2)
waivers = st.lists(
    st.tuples(
        st.sampled_from(_RULES),
        st.sampled_from(_SUBJECTS),
        st.sampled_from(["", *_POINTERS]),
        st.sampled_from(["2026-02-28", "2026-03-01", "2026-03-14", "2026-03-15", "2027-01-01"]),
    ),
    max_size=2,
    unique=True,
)


def _result(plain: Any) -> RuleResult:
    rule, severity, found, unknown, judged = plain
    made = RuleResult(rule, ["p"], severity, "rego", "pass" if judged else "unknown")
    for subject, how, effective, env, pointers in found:
        details = [Detail("m", Location("f.yml", 1, 1, pointer)) for pointer in pointers]
        made.findings.append(
            Finding(rule, ["p"], how, subject, details, "fix", [], "f", effective=effective, env=env)
        )
    made.unknowns = [Unknown(rule, how, "tenant:x", "", "why", Location("f.yml")) for how in unknown]
    made.outcome = "fail" if found else "unknown" if unknown or not judged else "pass"
    return made


def _pack(plain: Any) -> SelectedPack:
    selected, applicable, complete = plain
    return SelectedPack("p", "1.0.0", "sha256:0", selected, applicable, [] if complete else ["tenant"])


def _waiver(plain: Any) -> Waiver:
    rule, subject, pointer, expires = plain
    return Waiver(rule, subject, "a reason", "ann", expires, pointer=pointer, source="policy.yaml:2")


def _covered(found: Any, rule: str, waivers: Any) -> bool:
    """Tell whether every hit of a finding is waived by one waiver that has not expired."""
    subject, _, _, _, pointers = found
    for of_rule, of_subject, pointer, expires in waivers:
        names_it = (of_rule, of_subject) == (rule, subject) and expires >= "2026-03-01"
        if names_it and (pointer == "" or set(pointers) == {pointer}):
            return True
    return False


def _reference(
    results: Any, packs: Any, waivers: Any, environment: str, fail_on: str
) -> tuple[str, dict[str, str]]:
    grave = _SEVERITIES[_SEVERITIES.index(fail_on) :]
    blocked, open_questions, ended = False, False, {}
    for rule, severity, found, unknown, judged in results:
        kept = [one for one in found if environment == "" or one[3] in ("", environment)]
        stands = [one for one in kept if not _covered(one, rule, waivers)]
        if stands:
            ended[rule] = "fail"
        elif unknown:
            ended[rule] = "unknown"
        elif kept:
            ended[rule] = "waived"
        elif found:
            ended[rule] = "pass"
        else:
            ended[rule] = "pass" if judged else "unknown"
        blocked = blocked or any(one[1] in grave and one[2] for one in stands)
        open_questions = open_questions or any(how in grave for how in unknown)
        open_questions = open_questions or (ended[rule] == "unknown" and severity in grave)
    for selected, applicable, complete in packs:
        if (selected != "default" and not applicable) or (applicable and not complete):
            open_questions = True
    return ("deny" if blocked else "unknown" if open_questions else "allow"), ended


@settings(max_examples=300, deadline=None)
@given(results, packs, waivers, st.sampled_from(["", "samakia-dev"]), severities)
def test_decisions_agree_with_the_model(
    plain: Any, packs_of: Any, waived: Any, environment: str, fail_on: str
) -> None:
    made = [_result(found) for found in plain]
    honour(made, [_waiver(found) for found in waived], _AS_OF)
    keep_environment(made, environment)
    settle(made)
    decided = outcome(made, [_pack(found) for found in packs_of], fail_on)
    ended = {result.id: result.outcome for result in made if not result.id.startswith("waivers/")}
    wanted, endings = _reference(plain, packs_of, waived, environment, fail_on)
    assert ended == endings
    reported = [f for result in made if result.id.startswith("waivers/") for f in result.findings]
    if not any(_SEVERITIES.index(f.severity) >= _SEVERITIES.index(fail_on) for f in reported):
        assert decided == wanted


@settings(max_examples=200, deadline=None)
@given(results, waivers)
def test_every_waiver_has_a_state(plain: Any, waived: Any) -> None:
    made = [_result(found) for found in plain]
    written = honour(made, [_waiver(found) for found in waived], _AS_OF)
    assert len(written) == len(waived)
    rules = {rule: found for rule, _, found, _, _ in plain}
    for state, (rule, subject, pointer, expires) in zip(written, sorted(waived), strict=True):
        hits = [
            one for one in rules.get(rule, []) if one[0] == subject and (not pointer or pointer in one[4])
        ]
        if expires < "2026-03-01":
            assert state["state"] == "expired"
        elif not hits:
            assert state["state"] == "unused"
        else:
            assert state["state"] == ("expiring" if expires < "2026-03-15" else "used")


def test_an_alias_is_the_rule_and_an_unknown_rule_is_an_error() -> None:
    found = known_rules([_waiver(("old/name", "tenant:x", "", "2027-01-01"))], {"old/name": "a/b"}, ["a/b"])
    assert [waiver.rule for waiver in found] == ["a/b"]
    try:
        known_rules([_waiver(("never/was", "tenant:x", "", "2027-01-01"))], {}, ["a/b"])
    except ValueError as error:
        assert "never/was" in str(error)
    else:
        raise AssertionError("an unknown rule was waived")
