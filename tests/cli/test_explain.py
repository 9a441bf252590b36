"""`policy explain RULE SUBJECT`: each literal that held or failed, with lines of the rule and of facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.evaluation.explain import explain
from samakia_policy.packs.load import load
from samakia_policy.pipeline import Request, check, make_run, read_world
from samakia_policy.selection import only

Policy = Callable[..., Any]
ROOT = Path(__file__).parents[2]
CLEAN = ROOT / "fixtures/estates/canary-clean"
BROKEN = ROOT / "fixtures/estates/canary-broken"
PLAN = ROOT / "fixtures/inputs/terraform_plan/broken.json"


def _explained(policy: Policy, *arguments: object) -> dict[str, Any]:
    said = policy("explain", *arguments, "-o", "json")
    assert said.code == 0, said.err
    return dict(json.loads(said.out))


def _literals(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every literal told, those in bodies inside too."""
    waiting: list[Any] = [*told.get("clauses", ()), *told.get("helpers", ())]
    while waiting:
        found = waiting.pop(0)
        if "turns" in found:
            waiting = [*found["turns"], *found.get("elements", ()), *waiting]
        else:
            yield found
            waiting = [*found.get("inside", ()), *found.get("next", ()), *waiting]


def test_a_pass_names_the_literal_that_failed_with_lines_of_rule_and_facts(policy: Policy) -> None:
    """The text at each line named is what was told."""
    told = _explained(policy, "tenants/id-slug", "tenant:ferry-booking", CLEAN)
    assert (told["outcome"], told["findings"]) == ("pass", [])
    failing = [literal for literal in _literals(told) if not literal["held"]]
    assert [literal["text"][:16] for literal in failing] == ["not regex.match("]
    rule = (ROOT / failing[0]["file"]).read_text().splitlines()
    assert failing[0]["text"] == rule[failing[0]["line"] - 1].strip()
    (read,) = failing[0]["reads"]
    assert (read["fact"], read["pointer"], read["value"]) == (
        "tenant:ferry-booking",
        "/id",
        {"value": "ferry-booking"},
    )
    line = (CLEAN / read["location"]["path"]).read_text().splitlines()[read["location"]["line"] - 1]
    assert line.strip() == "id: ferry-booking"


def test_a_finding_has_the_whole_chain(policy: Policy) -> None:
    """Every literal held, in order, and the last gives the hit; what it was counted from is told, too."""
    told = _explained(policy, "tenants/quota-exceeded", "tenant_quota:overdrawn/vector", BROKEN)
    assert (told["outcome"], len(told["findings"])) == ("fail", 1)
    level, texts, literal = told["clauses"][0]["turns"], [], {}
    while level:
        (literal,) = level
        assert literal["held"]
        texts.append(literal["text"])
        level = literal.get("next", [])
    assert texts[-2:] == ["enabled > limit", ""]
    assert literal["gives"][0]["value"]["limit"] == 0
    pointers = {read["fact"] + read["pointer"] for literal in _literals(told) for read in literal["reads"]}
    assert {
        "tenant_quota:overdrawn/vector/instances",
        "enabled_contract:overdrawn/vector/variant",
    } <= pointers


def test_the_other_clause_says_why_it_found_nothing(policy: Policy) -> None:
    """For the same subject."""
    told = _explained(policy, "tenants/quota-exceeded", "tenant_quota:overdrawn/vector", BROKEN)
    failing = [
        literal["text"] for literal in _literals({"clauses": told["clauses"][1:]}) if not literal["held"]
    ]
    assert failing == ["not consumer in consumers"]


def test_a_subject_that_is_missing_from_the_estate_can_be_explained(policy: Policy) -> None:
    """A page that does not exist is no fact, but something is found about it."""
    said = policy("explain", "tenants/docs-present", "doc:docs/tenants/isolation-model.md", BROKEN)
    assert "there is no doc:docs/tenants/isolation-model.md" in said.out


def test_an_id_alone_belongs_to_the_kind_that_the_rule_is_about(policy: Policy) -> None:
    """As in a hit."""
    told = _explained(policy, "tenants/id-slug", "ferry-booking", CLEAN)
    assert told["subject"] == "tenant:ferry-booking"


def test_a_subject_that_does_not_exist_is_an_error(policy: Policy) -> None:
    """With what lists those that do."""
    said = policy("explain", "tenants/id-slug", "tenant:nobody", CLEAN)
    assert (said.code, said.out) == (2, "")
    assert "no fact 'tenant:nobody'" in said.err
    assert "policy facts show tenant" in said.err


def test_a_python_rule_tells_the_lines_that_ran_and_the_facts_it_read(policy: Policy) -> None:
    """Those about the subject, and no others."""
    told = _explained(policy, "tenants/schema-valid", "tenant_quota:mistyped", BROKEN)
    source = (ROOT / "policies/tenants/schema_valid.py").read_text().splitlines()
    assert [entry["text"] for entry in told["lines"]] == [
        source[entry["line"] - 1] for entry in told["lines"]
    ]
    assert 'yield hit(document["subject"], fact=of, at=' in told["lines"][-1]["text"]
    assert {read["pointer"] for read in told["reads"]} == {
        "/faults/0/message",
        "/mapped",
        "/owner",
        "/subject",
    }
    assert {read["location"]["line"] for read in told["reads"]} == {1, 7}


def test_a_python_rule_that_read_nothing_about_a_subject_says_so(policy: Policy) -> None:
    """It passes: there was nothing to read."""
    said = policy("explain", "tenants/secret-material", "tenant:withdrawn", BROKEN)
    assert "none: the rule read nothing about it" in said.out


def test_a_plan_is_explained_with_its_lines(policy: Policy) -> None:
    """Named inputs have lines as files of the estate have."""
    subject = "tf_resource:samakia-dev#proxmox_lxc.gate"
    told = _explained(policy, "terraform/ssh-keys-injected", subject, BROKEN, "--plan", f"samakia-dev={PLAN}")
    reads = [read for literal in _literals(told) for read in literal["reads"]]
    assert {read["location"]["path"] for read in reads} == {"@plan/samakia-dev/broken.json"}
    assert any(literal["text"] == "not injected(id)" and literal["inside"] for literal in _literals(told))


def test_secrets_never_show(policy: Policy, estate: Path) -> None:
    """Not the values of facts, nor a line of the estate that holds one."""
    secret = "hunter2-" + "zq9" * 8
    file = estate / "contracts/tenants/ferry-booking/tenant.yml"
    text = file.read_text()
    assert "id: ferry-booking" in text
    file.write_text(re.sub(r"(?m)^( *)owner: .*$", rf"\1owner: password={secret}", text))
    for rule in ("tenants/id-slug", "tenants/secret-material", "tenants/schema-valid"):
        for form in ("text", "json"):
            said = policy("explain", rule, "tenant:ferry-booking", estate, "-o", form)
            assert said.code == 0, said.err
            assert secret not in said.out
            assert "hunter2" not in said.out


def test_a_fact_that_is_withheld_says_what_hides_it(policy: Policy, estate: Path) -> None:
    """The rule did not judge it; the place of the marker is told."""
    file = estate / "contracts/tenants/ferry-booking/tenant.yml"
    file.write_text(file.read_text().replace("id: ferry-booking", "id: AKIAIOSFODNN7EXAMPLF"))
    told = _explained(policy, "tenants/id-slug", "tenant:ferry-booking", estate)
    assert (told["outcome"], told["unknowns"][0]["pointer"]) == ("unknown", "/id")


def test_names_from_the_estate_are_harmless_on_a_terminal(policy: Policy, estate: Path) -> None:
    """Control characters are written out, in text; JSON escapes them."""
    file = estate / "contracts/tenants/ferry-booking/tenant.yml"
    file.write_text(file.read_text().replace("id: ferry-booking", 'id: "\\e[31mred"'))
    said = policy("explain", "tenants/id-slug", "tenant:ferry-booking", estate)
    assert "\x1b" not in said.out
    assert "red" in said.out


@pytest.mark.parametrize("engine", ["native", "opa"])
def test_whatever_runtime_is_asked_for_ours_tells(policy: Policy, engine: str, opa: str) -> None:
    """The same bytes."""
    said = policy("explain", "tenants/id-slug", "tenant:ferry-booking", CLEAN, "--engine", engine)
    assert said.out == policy("explain", "tenants/id-slug", "tenant:ferry-booking", CLEAN).out


def test_every_finding_of_an_estate_can_be_explained() -> None:
    """Each has a clause whose chain held, or lines that ran, and at least one fact with its line."""
    asked = Request(str(BROKEN), "2026-01-01T00:00:00Z", plans=[("samakia-dev", str(PLAN))])
    catalogue, world = load(), read_world(asked)
    found = {(finding.rule, finding.subject) for finding in check(asked).findings}
    explained = {}
    for name, subject in sorted(found):
        chosen = only(catalogue, catalogue.rule(name), world.configuration.parameters)
        told = explain(make_run(catalogue, world, asked), chosen, subject)
        assert told["outcome"] == "fail", subject
        gives = any("gives" in literal for literal in _literals(told)) or told.get("lines")
        reads = told.get("reads") or [read for literal in _literals(told) for read in literal["reads"]]
        lines = [read for read in reads if read["location"] and read["location"]["line"]]
        explained[name, subject] = bool(gives and (lines or not told["location"]))
    assert len(explained) > 50
    assert [key for key, told in explained.items() if not told] == []


def test_the_guide_shows_what_the_command_prints(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below what the rule demands, which everybody can read for himself."""
    monkeypatch.chdir(ROOT)
    guide = (ROOT / "docs/guides/explain.md").read_text()
    (block,) = re.findall(r"```console\n\$ policy (.*)\n((?:.*\n)*?)```", guide)
    said = policy(*block[0].split())
    assert said.out.partition("\n\n")[2] == block[1]
