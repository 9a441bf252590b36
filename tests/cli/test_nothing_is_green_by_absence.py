"""A run that checked nothing, or less than was asked for, is never green."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]


def test_a_wrong_path_is_an_error(policy: Policy, tmp_path: Path) -> None:
    """The message names the path."""
    said = policy("check", tmp_path / "nowhere")
    assert said.code == 2
    assert "nowhere: the estate does not exist" in said.err


def test_an_empty_estate_is_an_error(policy: Policy, tmp_path: Path) -> None:
    """No pack applies, so nothing was checked."""
    (tmp_path / "empty").mkdir()
    said = policy("check", tmp_path / "empty")
    assert said.code == 2
    assert "no pack applies to this estate, so nothing was checked" in said.err


def test_a_foreign_repository_is_an_error(policy: Policy, tmp_path: Path) -> None:
    """A checkout of something else has no anchor of any pack."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/main.go").write_text("package main\n")
    said = policy("check", tmp_path)
    assert said.code == 2
    assert "looked for: phase-" in said.err


def test_a_misspelt_phase_is_an_error(policy: Policy, estate: Path) -> None:
    """The known phases are listed."""
    said = policy("check", estate, "--phase", "1O")
    assert said.code == 2
    assert "no pack for phase '1O'" in said.err
    assert "known: " in said.err


@pytest.mark.parametrize(("flag", "name"), [("--pack", "phase-10-tenant"), ("--domain", "tenant")])
def test_a_filter_that_matches_nothing_is_an_error(
    policy: Policy, estate: Path, flag: str, name: str
) -> None:
    """No rule is selected, so nothing would be checked."""
    said = policy("check", estate, flag, name)
    assert said.code == 2
    assert repr(name) in said.err


def test_an_unreadable_plan_is_an_error(policy: Policy, estate: Path) -> None:
    """What a person names must be readable."""
    said = policy("check", estate, "--plan", estate / "no-plan.json")
    assert said.code == 2
    assert "no-plan.json" in said.err


@pytest.mark.parametrize(
    "parameter", ["tenants/no-such-rule.x=1", "tenants/id-slug.no_such_key=1", "nonsense"]
)
def test_an_unknown_parameter_is_an_error(policy: Policy, estate: Path, parameter: str) -> None:
    """A parameter that reaches no rule changes nothing, so it is refused."""
    said = policy("check", estate, "--param", parameter)
    assert said.code == 2
    assert "--param" in said.err


def test_an_unknown_environment_is_an_error(policy: Policy, estate: Path) -> None:
    """An unknown name never counts as non-production."""
    said = policy("check", estate, "--env", "samakia-pord")
    assert said.code == 2
    assert "unknown environment 'samakia-pord'" in said.err


def test_an_unknown_key_of_policy_yaml_is_an_error(policy: Policy, estate: Path) -> None:
    """The checked tree cannot relax anything."""
    (estate / "policy.yaml").write_text("trust_root: root.json\n")
    said = policy("check", estate)
    assert said.code == 2
    assert "unknown key 'trust_root'" in said.err


def test_a_contract_that_does_not_parse_is_denied(policy: Policy, estate: Path) -> None:
    """The file is one finding; rules that read its kind do not pass."""
    path = next(estate.glob("contracts/tenants/ferry-booking/quotas.yml"))
    path.write_text("a: [1\nb: }\n")
    said = policy("check", estate, "-o", "json")
    assert said.code == 1
    found = [f for f in said.decision["findings"] if f["rule"] == "tenants/schema-valid"]
    assert [f["location"]["path"] for f in found] == [path.relative_to(estate).as_posix()]
    assert found[0]["location"]["line"] is not None
    quota = next(r for r in said.decision["rules"] if r["id"] == "tenants/quota-exceeded")
    assert quota["outcome"] != "pass"


def test_a_named_pack_that_does_not_apply_is_undecided(policy: Policy, tmp_path: Path, estate: Path) -> None:
    """Asking for a pack that has nothing to judge cannot be green."""
    said = policy("check", estate, "--phase", "10", "--phase", "0")
    assert said.code == 3
    assert "UNDECIDED" in said.out


def test_an_unreadable_file_is_a_finding(
    policy: Policy, estate: Path, unprivileged: Callable[[Path], None]
) -> None:
    """The estate is read without privileges, because root can read everything."""
    policy("check", estate)  # imports everything, which without privileges may be impossible
    (estate / "contracts/tenants/ferry-booking/policies.yml").chmod(0)
    unprivileged(estate)
    said = policy("check", estate, "-o", "json")
    assert said.err == ""
    found = {f["rule"]: f for f in said.decision["findings"]}
    assert said.code == 1
    assert found["tenants/schema-valid"]["subject"] == "tenant_policy:ferry-booking"
    assert found["tenants/schema-valid"]["message"] == "cannot be read: Permission denied"
