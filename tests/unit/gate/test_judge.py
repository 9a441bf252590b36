"""The guards agree with the reference model, and nothing that is taken away ever opens a gate."""

from __future__ import annotations

from typing import Any

import pytest
from beside import beside
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.gate.judge import failed_guards, refuse

reference, worlds = beside(__file__, "reference"), beside(__file__, "worlds")


def _names(demand: dict[str, Any], seen: dict[str, Any]) -> set[str]:
    return {f.guard for f in failed_guards(worlds.demand_of(demand), worlds.observed_of(seen))}


@settings(max_examples=200, deadline=None)
@given(worlds.demands, worlds.observations())
def test_guards_agree_with_the_reference(demand: dict[str, Any], seen: dict[str, Any]) -> None:
    assert _names(demand, seen) == reference.failed(demand, seen)


@settings(max_examples=80, deadline=None)
@given(worlds.demands, worlds.demands, worlds.observations())
def test_joined_demands_refuse_what_either_refuses(
    one: dict[str, Any], other: dict[str, Any], seen: dict[str, Any]
) -> None:
    joined = worlds.demand_of(one).joined(worlds.demand_of(other))
    together = {f.guard for f in failed_guards(joined, worlds.observed_of(seen))}
    assert together >= _names(one, seen)
    assert together >= _names(other, seen)


@settings(max_examples=80, deadline=None)
@given(worlds.demands, worlds.observations(), st.data())
def test_taking_proof_away_never_opens_a_gate(
    demand: dict[str, Any], seen: dict[str, Any], data: st.DataObject
) -> None:
    before = _names(demand, {**seen, "execute": True})
    key = data.draw(st.sampled_from(["approvals", "markers", "variables", "dimensions"]))
    less = dict(seen[key]) if isinstance(seen[key], dict) else list(seen[key])
    if less:
        del less[data.draw(st.sampled_from(sorted(less) if isinstance(less, dict) else range(len(less))))]
    assert _names(demand, {**seen, key: less, "execute": True}) >= before


@pytest.mark.parametrize(
    ("taken", "guard"),
    [
        ({"decisions": []}, "packs"),
        ({"subject": ""}, "plan"),
        ({"decided": ""}, "digest"),
        ({"made": ""}, "plan"),
        ({"markers": {}}, "markers"),
        ({"signer": ""}, "signing"),
        ({"reason": ""}, "reason"),
        ({"window": ("", "")}, "window"),
        ({"window": ("2026-03-01T00:00:00Z", "")}, "window"),
        ({"environment": ""}, "env-missing"),
        ({"adapters": frozenset()}, "adapter-missing"),
        ({"ledger": False}, "ledger"),
        ({"runner_mode": "ci"}, "runner-mode"),
    ],
)
def test_each_proof_is_needed(taken: dict[str, Any], guard: str) -> None:
    assert guard in _names(_LEAST, {**_BEST, **taken})


@settings(max_examples=50, deadline=None)
@given(worlds.demands, worlds.observations())
def test_refusals_name_every_guard(demand: dict[str, Any], seen: dict[str, Any]) -> None:
    wanted, observed = worlds.demand_of(demand), worlds.observed_of(seen)
    failed = failed_guards(wanted, observed)
    written = refuse(wanted, observed, failed).to_json()
    assert [entry["guard"] for entry in written["failed_guards"]] == [f.guard for f in failed]
    assert all(entry["required"] and entry["observed"] for entry in written["failed_guards"])
    assert written["kind"] == "Refusal"
    lacking = [e for e in written["failed_guards"] if e["guard"] == "packs" and "or newer" in e["required"]]
    assert len(written["missing_packs"]) == len(lacking)


@pytest.mark.parametrize("value", ["", "0", "true", "yes", "01", " 1", "1 "])
def test_only_1_sets_a_variable_and_no_value_is_repeated(value: str) -> None:
    demand = worlds.demand_of({**_LEAST, "variables": frozenset({"EXECUTE"})})
    failed = failed_guards(demand, worlds.observed_of({**_BEST, "variables": {"EXECUTE": value}}))
    assert [(f.guard, f.observed) for f in failed] == [("guard:EXECUTE", "set to something else")]


def test_a_world_that_fulfils_everything_passes() -> None:
    assert failed_guards(worlds.demand_of(_LEAST), worlds.observed_of(_BEST)) == []


_LEAST: dict[str, Any] = {
    "ci": "dry-run",
    "runner_mode": "operator",
    "fail_on": "high",
    "packs": {"phase-00-foundation": "0.1.0"},
    "evidence_minutes": 60,
    "plan_minutes": 60,
    "plan_digest": True,
    "approvals": {},
    "window_minutes": 60,
    "reason": 8,
    "signing": True,
    "variables": frozenset(),
    "allow": {},
    "markers": frozenset({"PHASE3"}),
    "forbid": frozenset({"delete"}),
    "runtimes": 1,
    "refuses": "",
}
_BEST: dict[str, Any] = {
    "action": "terraform.apply",
    "environment": "samakia-dev",
    "environment_class": "dev",
    "as_of": "2026-03-01T00:30:00Z",
    "requester": "ada",
    "execute": True,
    "ci": False,
    "runner_mode": "operator",
    "reason": "replace the broken disk",
    "window": ("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z"),
    "signer": "ada",
    "signing_error": "",
    "dimensions": {},
    "variables": {},
    "decisions": [
        {
            "outcome": "allow",
            "context": {"as_of": "2026-03-01T00:00:00Z", "environment": "samakia-dev"},
            "digests": {"packs": "sha256:pp", "engine": "sha256:ee", "runtime": "sha256:r1"},
            "packs": [{"name": "phase-00-foundation", "version": "0.1.0", "applicable": True}],
            "rules": [
                {
                    "id": "terraform/plan-errored",
                    "packs": ["phase-00-foundation"],
                    "severity": "high",
                    "outcome": "pass",
                }
            ],
            "findings": [],
            "unknowns": [],
            "waivers": [],
        }
    ],
    "subject": "sha256:aa",
    "decided": "sha256:aa",
    "made": "2026-03-01T00:00:00Z",
    "changes": frozenset({"create"}),
    "approvals": [],
    "markers": {"PHASE3": True},
    "adapters": frozenset({"terraform.apply"}),
    "ledger": True,
    "mutates": True,
    "unratified": (),
}
