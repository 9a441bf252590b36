"""What is changed in a rule, and that everything else stays."""

from __future__ import annotations

import pytest

from samakia_policy.cases.mutants import mutants
from samakia_policy.packs.load import load

_REGO = """package policies.t.rule

import data.policies.lib.net

limit := 3

findings contains {"subject": id, "at": "/x"} if {
	some id, thing in input.facts.thing
	not thing.open == true
	count([n | some n in thing.ports; n > limit]) >= 1
}

findings contains {"subject": "all"} if input.facts.thing == {}

kind(thing) := "odd" if {
	thing.number - 1 == 0
} else := `raw`
"""
_PYTHON = '''"""A rule."""

from samakia_policy.rules import Facts, Hits, hit, rule

LIMIT = 3


@rule(title="stays", subject="thing")
def check(facts: Facts) -> Hits:
    """Stay."""
    for identity, thing in facts.of("thing"):
        ports = [port for port in thing["ports"] if port > LIMIT]
        if not thing["open"] and ports:
            yield hit(identity, at="/x")
'''


def _changed(source: str, language: str) -> set[str]:
    return {str(mutant) for mutant in mutants(source, language)}


@pytest.mark.parametrize(
    "mutant",
    [
        "rule dropped: findings contains {\"subject\": \"all\"} if input.facts.thing == {}",
        "literal dropped: not thing.open == true",
        "literal dropped: some id, thing in input.facts.thing",
        "literal dropped: n > limit",
        "literal dropped: input.facts.thing == {}",
        "`not` removed: not thing.open == true",
        "== becomes !=: thing.open == true",
        "> becomes >=: n > limit",
        "> becomes <=: n > limit",
        ">= becomes >: count([n | some n in thing.ports; n > limit]) >= 1",
        "- becomes +: thing.number - 1",
        "else dropped: else := `raw`",
        "constant changed: 3 to 4",
        "constant changed: true to false",
        'constant changed: "/x" to "/x~"',
        "constant changed: `raw` to `raw~`",
    ],
)  # fmt: skip
def test_rego_is_changed_in_small_ways(mutant: str) -> None:
    """Literals, negations, comparisons, constants, whole rules."""
    assert mutant in _changed(_REGO, "rego")


def test_names_and_imports_of_rego_stay() -> None:
    """Neither the fields of a hit, nor names behind a dot, nor the `true` that nobody wrote."""
    changed = _changed(_REGO, "rego")
    assert not any("subject" in text and text.startswith("constant") for text in changed)
    assert not any("net" in text for text in changed)
    assert "literal dropped: limit := 3" not in changed


@pytest.mark.parametrize(
    "mutant",
    [
        "constant changed: 3 to 4",
        "condition dropped: port",
        "Gt becomes GtE: port > LIMIT",
        "condition always true: if not thing['open'] and ports:",
        "condition always false: if not thing['open'] and ports:",
        "And becomes Or: not thing['open'] and ports",
        "`not` removed: not thing['open']",
        "hit dropped: yield hit(identity, at='/x')",
        "constant changed: '/x' to '/x~'",
    ],
)
def test_python_is_changed_in_small_ways(mutant: str) -> None:
    """Conditions, negations, comparisons, constants, hits."""
    assert mutant in _changed(_PYTHON, "python")


def test_metadata_of_python_stays() -> None:
    """It is read as text, so that a change of it would change nothing."""
    assert not any("stay" in text.lower() for text in _changed(_PYTHON, "python"))


def test_a_mutant_differs_in_one_place() -> None:
    """Lines are those of the rule; a rule of the product parses as it was."""
    catalogue = load()
    for name in ("tenants/ci-wired", "load/unreadable"):
        rule = catalogue.rule(name)
        source = catalogue.source(rule)
        made = list(mutants(source, rule.language))
        assert len({mutant.source for mutant in made}) == len(made)
        assert all(1 < mutant.line <= source.count("\n") for mutant in made)
    lines = _REGO.splitlines()
    for mutant in mutants(_REGO, "rego"):
        if "\n" not in mutant.before:
            kept = [n for n, line in enumerate(mutant.source.splitlines()) if line != lines[n]]
            assert len(kept) <= 1, mutant
