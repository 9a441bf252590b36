"""What a package excepts by a rule: waived in a check and marked as the package's own, and nothing to a gate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samakia_policy.gate.results import blocking

from .conftest import PACKAGES

Policy = Callable[..., Any]
Made = Callable[..., Path]
_AGENT = "document:@document/documents/finds.yaml#3"
_RULE = "main/deny_run_as_root"
_AS_OF = ("--as-of", "2026-03-01T12:00:00Z", "-o", "json")
_PACKAGE = (
    'package main\n\nimport rego.v1\n\ndeny_a contains "a"\n\ndeny_b contains "b" if input.b\n\n'
    'exception contains ["a", "b"] if input.excepted\n'
)


def _check(policy: Policy, *more: str) -> Any:
    return policy("check", "--policy", "p", "--document", "d.json", *more, *_AS_OF)


def test_it_is_shown_and_does_not_count(policy: Policy, inside: Callable[[str], Path]) -> None:
    inside("kubernetes")
    arguments = ("--policy", "policy", "--data", "data", "--document", "documents/finds.yaml", *_AS_OF)
    decision = policy("check", *arguments).decision
    found = [f for f in decision["findings"] if f["subject"] == _AGENT]
    assert [(f["rule"], f["outcome"], f["details"][0]["message"]) for f in found] == [
        (_RULE, "waived", "container agent of DaemonSet/node-agent may run as root")
    ]
    assert decision["waivers"] == [
        {
            "rule": _RULE,
            "subject": _AGENT,
            "owner": "package main",
            "expires": None,
            "state": "used",
            "signed": False,
        }
    ]
    assert "(waived)" in policy("check", *arguments[:-2]).out


def test_a_rule_of_which_all_is_excepted_is_waived(policy: Policy, made: Made) -> None:
    """And without a person's waiver, no rule about waivers runs."""
    made(p__a_dot_rego=_PACKAGE, d_dot_json='{"excepted": true, "b": 1}')
    said = _check(policy)
    assert said.code == 0
    assert [(rule["id"], rule["outcome"]) for rule in said.decision["rules"]] == [
        ("main/deny_a", "waived"),
        ("main/deny_b", "waived"),
    ]


def test_an_exception_that_covers_nothing_is_told(policy: Policy, made: Made) -> None:
    """Conftest counts it like any other."""
    made(p__a_dot_rego=_PACKAGE, d_dot_json='{"excepted": true}')
    states = {waiver["rule"]: waiver["state"] for waiver in _check(policy).decision["waivers"]}
    assert states == {"main/deny_a": "used", "main/deny_b": "unused"}


def test_it_is_no_waiver_to_a_gate(policy: Policy, made: Made) -> None:
    """A gate honours only what somebody of the waiver role signed."""
    made(p__a_dot_rego=_PACKAGE, d_dot_json='{"excepted": true, "b": 1}')
    decision = _check(policy).decision
    assert decision["outcome"] == "allow"
    subject = "document:@document/d.json"
    assert blocking(decision, "high") == [f"main/deny_a on {subject}", f"main/deny_b on {subject}"]
    for waiver in decision["waivers"]:
        waiver["signed"] = True
    assert blocking(decision, "high") == []


def test_a_person_can_waive_what_a_package_finds(policy: Policy, made: Made) -> None:
    """In the estate's own policy.yaml, by rule and document, until a day."""
    folder = made(p__a_dot_rego=_PACKAGE, estate__d_dot_json='{"b": 1}')
    waiver = {
        "rule": "main/deny_a",
        "subject": "document:d.json",
        "reason": "it is replaced next week",
        "owner": "ann",
        "expires": "2026-03-31",
    }
    (folder / "estate/policy.yaml").write_text(json.dumps({"waivers": [waiver]}))
    clean = PACKAGES.parent / "estates/canary-clean/contracts"
    shutil.copytree(clean, folder / "estate/contracts")
    arguments = ("check", "estate", "--policy", "p", "--document", "estate/d.json", *_AS_OF)
    decision = policy(*arguments).decision
    assert _main(decision) == {"main/deny_a": "waived", "main/deny_b": "fail"}
    assert [(w["owner"], w["expires"], w["state"]) for w in decision["waivers"]] == [
        ("ann", "2026-03-31", "used")
    ]
    waiver |= {"expires": "2026-02-28"}
    (folder / "estate/policy.yaml").write_text(json.dumps({"waivers": [waiver]}))
    decision = policy(*arguments).decision
    assert _main(decision)["main/deny_a"] == "fail"
    assert [w["state"] for w in decision["waivers"]] == ["expired"]


def _main(decision: Any) -> dict[str, str]:
    """Return how the findings of the package count; the estate has others."""
    return {f["rule"]: f["outcome"] for f in decision["findings"] if f["rule"].startswith("main/")}


def test_an_exception_does_not_hide_what_cannot_be_evaluated(policy: Policy, made: Made) -> None:
    """Nobody knows what it would have excepted."""
    made(
        p__a_dot_rego='package main\n\nimport rego.v1\n\nv := 1\n\nv := 2 if input\n\ndeny_a contains "a" if v\n\n'
        'exception contains ["a"]\n',
        d_dot_json="{}",
    )
    said = _check(policy)
    assert said.code == 3
    assert [unknown["rule"] for unknown in said.decision["unknowns"]] == ["main/deny_a"]
