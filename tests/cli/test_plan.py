"""`policy check --plan`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]
PLANS = Path(__file__).parents[2] / "fixtures/inputs/terraform_plan"
_RULES = {
    "terraform/check-assertion-failed",
    "terraform/insecure-tls",
    "terraform/plan-errored",
    "terraform/provider-forbidden",
    "terraform/provider-source",
    "terraform/ssh-keys-injected",
    "terraform/template-versioned",
    "terraform/token-auth-only",
}


def _terraform(said: Any) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in said.decision["rules"] if rule["id"].startswith("terraform/")}


def test_a_clean_plan_passes_every_rule(policy: Policy, estate: Path) -> None:
    """Each of the nine rules looked at something."""
    said = policy("check", estate, "--plan", f"samakia-dev={PLANS / 'clean.json'}", "-o", "json")
    assert said.code == 0
    assert {rule["outcome"] for rule in _terraform(said).values()} == {"pass"}
    assert len(_terraform(said)) == 9


def test_a_broken_plan_is_denied_by_every_rule_it_breaks(policy: Policy, estate: Path) -> None:
    """Findings name the plan, the environment and the line."""
    said = policy("check", estate, "--plan", f"samakia-dev={PLANS / 'broken.json'}", "-o", "json")
    found = {f["rule"] for f in said.decision["findings"]}
    assert said.code == 1
    assert found == _RULES
    for finding in said.decision["findings"]:
        assert finding["location"]["path"] == "@plan/samakia-dev/broken.json"
        assert finding["location"]["line"] >= 1
        assert "samakia-dev" in finding["subject"]
    template = next(f for f in said.decision["findings"] if f["rule"] == "terraform/template-versioned")
    line = (PLANS / "broken.json").read_text().splitlines()[template["location"]["line"] - 1]
    assert "ubuntu-latest" in line


def test_the_unpinned_version_is_found(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """The pin is a map from source to version."""
    plan = tmp_path / "plan.json"
    plan.write_text((PLANS / "clean.json").read_text().replace("3.0.2-rc07", "3.0.2-rc08"))
    said = policy("check", estate, "--plan", plan, "--env", "samakia-dev", "-o", "json")
    assert [f["rule"] for f in said.decision["findings"]] == ["terraform/provider-version-pinned"]


def test_findings_of_another_environment_are_left_out_and_counted(policy: Policy, estate: Path) -> None:
    """The whole estate is evaluated; --env only says whose findings decide."""
    plan = f"samakia-dev={PLANS / 'broken.json'}"
    said = policy("check", estate, "--plan", plan, "--env", "samakia-staging", "-o", "json")
    assert said.code == 0
    assert said.decision["findings"] == []
    assert said.decision["counts"]["other_env"] >= len(_RULES)
    assert {rule["outcome"] for rule in _terraform(said).values()} == {"pass"}


def test_a_misspelt_environment_of_a_plan_is_an_error(policy: Policy, estate: Path) -> None:
    """Else its findings would belong to an environment that nobody asks about."""
    plan = f"samakia-dve={PLANS / 'broken.json'}"
    said = policy("check", estate, "--plan", plan, "--env", "samakia-dev")
    assert said.code == 2
    assert "--plan: unknown environment 'samakia-dve'" in said.err


@pytest.mark.parametrize("name", ["truncated", "future-version", "not-a-plan", "twice"])
def test_what_is_no_plan_is_refused(policy: Policy, estate: Path, name: str) -> None:
    """A named input must be readable, whole and unambiguous."""
    said = policy("check", estate, "--plan", PLANS / f"{name}.json")
    assert said.code == 2
    assert f"{name}.json" in said.err


def test_values_known_after_apply_are_unknown(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """A template nobody can know yet leaves the rule undecided."""
    plan = tmp_path / "plan.json"
    text = (PLANS / "clean.json").read_text()
    plan.write_text(text.replace('"id": true', '"id": true, "ostemplate": true', 1))
    said = policy("check", estate, "--plan", plan, "-o", "json")
    (unknown,) = said.decision["unknowns"]
    assert said.code == 3
    assert (unknown["rule"], unknown["pointer"]) == ("terraform/template-versioned", "/attrs/ostemplate")
    assert unknown["why"] == "known after apply"


def test_a_secret_in_a_plan_is_a_hit_and_never_printed(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """The value is gone from every fact; where it was stays known."""
    plan = tmp_path / "plan.json"
    text = (PLANS / "clean.json").read_text()
    plan.write_text(text.replace('"hostname": "gate"', '"hostname": "gate", "password": "hunter2hunter2"', 1))
    arguments = ["--plan", f"samakia-dev={plan}"]
    hits = policy("facts", "show", "secret_hit", estate, *arguments)
    shown = policy("facts", "show", "tf_resource", estate, *arguments)
    checked = policy("check", estate, *arguments, "-o", "json")
    assert "hunter2" not in hits.out + shown.out + checked.out
    assert "$redacted" in shown.out
    (hit,) = json.loads(hits.out)
    assert hit["attrs"]["holder"] == "tf_resource:samakia-dev#proxmox_lxc.gate"
    assert hit["attrs"]["pointer"] == "/resource_changes/0/change/after/password"
    line = plan.read_text().splitlines()[hit["location"]["line"] - 1]
    assert "password" in line


def test_a_plan_without_environment_is_of_the_root_module_it_fits(policy: Policy, estate: Path) -> None:
    """Its facts carry that environment's name and class; `--env` and ENV= win."""
    blocks = json.loads((PLANS / "clean.json").read_text())["configuration"]["root_module"]["resources"]
    folder = estate / "fabric-core/terraform/envs/samakia-prod"
    folder.mkdir(parents=True)
    text = "".join(f'resource "{block["type"]}" "{block["name"]}" {{}}\n' for block in blocks)
    (folder / "main.tf").write_text(text)
    shown = json.loads(policy("facts", "show", "tf_plan", estate, "--plan", PLANS / "clean.json").out)
    assert shown[0]["subject"] == "tf_plan:samakia-prod"
    assert shown[0]["attrs"]["env_class"] == "prod"
    for named in ([f"samakia-dev={PLANS / 'clean.json'}"], [PLANS / "clean.json", "--env", "samakia-dev"]):
        shown = json.loads(policy("facts", "show", "tf_plan", estate, "--plan", *named).out)
        assert shown[0]["subject"] == "tf_plan:samakia-dev"
    (folder / "more.tf").write_text('resource "null_resource" "more" {}\n')
    shown = json.loads(policy("facts", "show", "tf_plan", estate, "--plan", PLANS / "clean.json").out)
    assert (shown[0]["subject"], shown[0]["attrs"]["env_class"]) == ("tf_plan:plan", "unknown")
