"""The shipped gates: one file an action, every one readable, production never easier than development."""

from __future__ import annotations

from pathlib import Path

import pytest

from samakia_policy import gates
from samakia_policy.errors import InputError, PackError, Refused
from samakia_policy.gate.demand import Demand
from samakia_policy.gate.file import Gate

_ALL = [gates.load_gate(action) for action in sorted(gates.actions())]


@pytest.mark.parametrize("gate", _ALL, ids=lambda gate: gate.action)
def test_production_demands_at_least_what_development_does(gate: Gate) -> None:
    least, most = gate.demand("samakia-dev", "dev"), gate.demand("samakia-prod", "prod")
    if not most.refuses and not least.refuses:
        assert set(most.packs) >= set(least.packs)
        assert most.variables >= least.variables
        assert most.reason >= least.reason
        assert most.signing >= least.signing
        assert sum(a.persons for a in most.approvals.values()) >= sum(
            a.persons for a in least.approvals.values()
        )


def test_what_changes_something_never_runs_unasked_in_ci() -> None:
    open_in_ci = {
        gate.action
        for gate in _ALL
        for demand in gate.environments.values()
        if gate.mutates and demand.ci == "allowed" and not demand.variables
    }
    assert open_in_ci == {
        "incidents.close", "incidents.open", "incidents.update",  # files only
        "runner.install", "ssh.keys.generate",  # on the runner itself
        "state.init", "state.write",  # no change of state by themselves
    }  # fmt: skip


def test_an_action_that_no_gate_names_is_refused() -> None:
    with pytest.raises(Refused, match=r"terraform\.aply.*refused") as caught:
        gates.load_gate("terraform.aply")
    assert "terraform.apply" in caught.value.hint


def test_a_second_file_for_an_action_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for pack in ("phase-04-gitops", "phase-05-security"):
        folder = tmp_path / "packs" / pack / "gates"
        folder.mkdir(parents=True)
        (folder / "terraform.apply.yaml").write_text("- 1", encoding="utf-8")
    monkeypatch.setattr(gates, "data_root", lambda: str(tmp_path))
    with pytest.raises(PackError, match="states a gate for terraform"):
        gates.actions()


def test_an_estate_tightens_and_cannot_loosen() -> None:
    gate = gates.load_gate("terraform.apply")
    base = gate.demand("samakia-staging", "staging")
    tighter = gates.demand_for(
        gate,
        "samakia-staging",
        "staging",
        {
            "terraform.apply": {
                "staging": {"window": "30m", "reason": 20},
                "samakia-staging": {"signing": True},
            }
        },
    )
    assert (tighter.window_minutes, tighter.reason, tighter.signing) == (30, 20, True)
    looser = {
        "terraform.apply": {"staging": {"ci": "allowed", "reason": 1, "fail_on": "critical", "approvals": {}}}
    }
    assert gates.demand_for(gate, "samakia-staging", "staging", looser) == base == base.joined(Demand())


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"terraform.aply": {}}, "no gate names"),
        ({"terraform.apply": []}, "mapping of environments"),
    ],
)
def test_what_an_estate_states_is_checked(stated: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        gates.check_stated(stated)
    with pytest.raises(InputError, match="unknown key"):
        gates.demand_for(
            gates.load_gate("terraform.apply"), "x", "dev", {"terraform.apply": {"dev": {"windows": "30m"}}}
        )
