"""Gate files are read strictly, and every fault names its key."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from samakia_policy.errors import InputError, PackError
from samakia_policy.gate.demand import Approvals, Demand
from samakia_policy.gate.file import read_gate
from samakia_policy.gate.surroundings import in_ci, runner_mode, signing_key
from samakia_policy.gate.versions import at_least, newest
from samakia_policy.gate.window import older, window_problem

_GATE = """
apiVersion: samakia.policy/v1
kind: Gate
action: terraform.apply
title: Apply a saved Terraform plan
mutates: true
environments:
  dev:
    ci: dry-run
    packs: {phase-00-foundation: 0.1.0}
    evidence_age: 24h
    plan_age: 7d
    window: 60m
    approvals: {approver: {persons: 2, not_requester: false}}
    allow: {tenant: [birds]}
  samakia-staging: {ci: refused, packs: [phase-00-foundation], approvals: {approver: {persons: 1}}}
"""


def _gate(changes: str = "") -> Any:
    return read_gate({**yaml.safe_load(_GATE), **(yaml.safe_load(changes) or {})}, "gate.yaml")


def test_a_gate_is_read_with_its_units() -> None:
    demand = _gate().demand("samakia-dev", "dev")
    assert (demand.evidence_minutes, demand.plan_minutes, demand.window_minutes) == (1440, 10080, 60)
    assert demand.fail_on == "high"
    assert demand.approvals == {"approver": Approvals(2, not_requester=False)}
    assert demand.allow == {"tenant": frozenset({"birds"})}


def test_a_name_wins_over_a_class_and_what_no_gate_states_is_refused() -> None:
    assert _gate().demand("samakia-staging", "staging").packs == {"phase-00-foundation": "1.0.0"}
    assert "dev, samakia-staging" in _gate().demand("samakia-prod", "prod").refuses


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("[]", "mapping"),
        ("kind: Pack", "is not samakia.policy/v1 Gate"),
        ("extra: 1", "unknown key 'extra'"),
        ("environments: {}", "names none"),
        ("environments: {dev: {}}", "dev.ci: must be stated"),
        ("environments: {dev: {ci: sometimes}}", "dev.ci: must be one of"),
        ("environments: {dev: {ci: allowed, pack: []}}", "unknown key 'pack'"),
        ("environments: {dev: {ci: allowed, packs: {x: latest}}}", "dev.packs.x: must be a version"),
        ("environments: {dev: {ci: allowed, packs: {x: 1.0}}}", "dev.packs.x: must be a version"),
        ("environments: {dev: {ci: allowed, window: 60}}", "must be a duration"),
        ("environments: {dev: {ci: allowed, window: 0m}}", "must be a duration"),
        ("environments: {dev: {ci: allowed, window: 9999d}}", "must be a duration"),
        ("environments: {dev: {ci: allowed, reason: true}}", "whole number"),
        ("environments: {dev: {ci: allowed, reason: 0}}", "whole number"),
        ("environments: {dev: {ci: allowed, signing: 1}}", "true or false"),
        ("environments: {dev: {ci: allowed, markers: X}}", "must be a list"),
        ("environments: {dev: {ci: allowed, markers: [1]}}", "must be a text"),
        ("environments: {dev: {ci: allowed, approvals: {a: {person: 1}}}}", "unknown key 'person'"),
        ("environments: {dev: {ci: allowed, approvals: {a: {}}}}", "whole number"),
        ("environments: {1: {ci: allowed}}", "mapping of names"),
        ("mutates: maybe", "true or false"),
        ("title: ''", "must be a text"),
    ],
)
def test_faults_name_their_key(changes: str, said: str) -> None:
    with pytest.raises(PackError, match=r"gate\.yaml") as caught:
        read_gate([], "gate.yaml") if changes == "[]" else _gate(changes)
    assert said in str(caught.value)


def test_an_estate_that_states_only_less_changes_nothing() -> None:
    demand = _gate().demand("samakia-dev", "dev")
    assert demand.joined(Demand()) == demand
    looser = Demand(
        packs={"phase-00-foundation": "0.0.1"}, window_minutes=600, approvals={"approver": Approvals(1)}
    )
    joined = demand.joined(looser)
    assert joined == Demand(**{**_fields(demand), "approvals": {"approver": Approvals(2)}})


def _fields(demand: Demand) -> dict[str, Any]:
    return {name: getattr(demand, name) for name in Demand.__slots__}


def test_versions_follow_semver() -> None:
    ordered = ["0.1.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-2", "1.0.0", "1.10.0"]
    ordered.sort(key=lambda version: [at_least(version, other) for other in ordered].count(True))
    assert ordered[0] == "0.1.0"
    assert ordered[-2:] == ["1.0.0", "1.10.0"]
    assert not at_least("1.0", "0.1.0")
    assert not at_least("latest", "0.1.0")
    assert newest(["1.9.0", "1.10.0"]) == "1.10.0"
    with pytest.raises(ValueError, match="semantic"):
        newest(["one"])


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (("", ""), "no window"),
        (("2026-03-01T00:00:00", "2026-03-01T01:00:00Z"), "offset"),
        (("2026-03-01T01:00:00Z", "2026-03-01T01:00:00Z"), "ends before"),
        (("2026-03-01T00:00:00Z", "2026-03-01T01:00:01Z"), "longer than 60"),
        (("2026-03-01T00:30:01Z", "2026-03-01T01:00:00Z"), "not open"),
        (("2026-03-01T00:30:00Z", "2026-03-01T01:00:00Z"), ""),
        (("2026-02-28T23:30:00Z", "2026-03-01T00:30:00Z"), ""),
        (("2026-03-01T02:00:00+02:00", "2026-03-01T03:00:00+02:00"), ""),
        (("soon", "later"), "offset"),
    ],
)
def test_windows_are_inclusive_and_need_an_offset(window: tuple[str, str], said: str) -> None:
    problem = window_problem(window, "2026-03-01T00:30:00Z", 60)
    assert said in problem
    assert bool(said) == bool(problem)


def test_what_is_to_come_is_never_recent() -> None:
    assert older("2026-03-01T00:31:00Z", "2026-03-01T00:30:00Z", 60)
    assert not older("2026-02-28T23:30:00Z", "2026-03-01T00:30:00Z", 60)
    assert older("2026-02-28T23:29:59Z", "2026-03-01T00:30:00Z", 60)


def test_surroundings() -> None:
    assert not any(in_ci({"CI": value}) for value in ("", "0", "false"))
    assert in_ci({"CI": "1"})
    assert in_ci({"GITHUB_ACTIONS": "true"})
    assert (runner_mode({}), runner_mode({"RUNNER_MODE": "operator"})) == ("ci", "operator")
    with pytest.raises(InputError, match="RUNNER_MODE"):
        runner_mode({"RUNNER_MODE": "root"})
    assert signing_key({"EVIDENCE_SIGN": "1", "EVIDENCE_GPG_KEY": "K"}) == ("K", "")
    assert "not 1" in signing_key({"EVIDENCE_SIGN_KEY": "K"})[1]
    assert (
        "different"
        in signing_key({"EVIDENCE_SIGN": "1", "EVIDENCE_SIGN_KEY": "K", "EVIDENCE_GPG_KEY": "L"})[1]
    )
    assert signing_key({}) == ("", "")
