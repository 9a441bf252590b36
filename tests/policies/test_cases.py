"""Every case of every rule, on every runtime; the runtimes agree byte for byte."""

from __future__ import annotations

import copy

import pytest

from samakia_policy.cases import read_cases, run_case
from samakia_policy.cases.coverage import coverage
from samakia_policy.evaluation import runtime
from samakia_policy.model.canonical import canonical
from samakia_policy.packs.load import load

CATALOGUE = load()
RULES = sorted(CATALOGUE.rules)


@pytest.mark.parametrize("name", RULES)
def test_cases_go_as_expected(name: str) -> None:
    """Findings, unknowns and outcome of each case are exactly the expected ones."""
    rule = CATALOGUE.rule(name)
    engine = runtime("native" if rule.language == "rego" else "python")
    problems = [
        f"{case}: {result.problem}"
        for case, given in read_cases(rule).items()
        if (result := run_case(CATALOGUE, rule, case, given, engine)).problem
    ]
    assert problems == []


@pytest.mark.parametrize("name", [n for n in RULES if CATALOGUE.rule(n).language == "rego"])
@pytest.mark.parametrize("engine", ["opa", "opa-server"])
def test_opa_answers_the_same(
    name: str, engine: str, opa_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real opa, as a process and as a server, gives the same hits, byte for byte."""
    monkeypatch.setenv("POLICY_OPA_SERVER", opa_address)
    rule = CATALOGUE.rule(name)
    native, opa = runtime("native"), runtime(engine)
    for case, given in read_cases(rule).items():
        ours = run_case(CATALOGUE, rule, case, given, native)
        theirs = run_case(CATALOGUE, rule, case, given, opa)
        assert canonical(theirs.hits) == canonical(ours.hits), case
        assert theirs.problem == "", case


@pytest.mark.parametrize("name", RULES)
def test_cases_exercise_all_of_a_rule(name: str) -> None:
    """Finding, passing and not knowing; every variant, message field and line of Python."""
    rule = CATALOGUE.rule(name)
    engine = runtime("native" if rule.language == "rego" else "python")
    results = [
        run_case(CATALOGUE, rule, case, given, engine, trace=True) for case, given in read_cases(rule).items()
    ]
    assert list(coverage(rule, CATALOGUE.source(rule), results).gaps()) == []


@pytest.mark.parametrize("name", RULES)
def test_messages_only_name_fields_that_every_hit_has(name: str) -> None:
    """No message of any case shows a hole."""
    rule = CATALOGUE.rule(name)
    engine = runtime("native" if rule.language == "rego" else "python")
    fields = {part.split("}")[0] for part in rule.message.split("{")[1:]} - {"subject"}
    for case, given in read_cases(rule).items():
        for hit in run_case(CATALOGUE, rule, case, given, engine).hits:
            assert fields <= set(hit), case


def _covered(path: str, reads: list[str]) -> bool:
    return any(read.split(".")[0] == path for read in reads)


@pytest.mark.parametrize("name", [n for n in RULES if CATALOGUE.rule(n).reads])
def test_what_a_rule_does_not_declare_to_read_changes_nothing(name: str) -> None:
    """A marker at every undeclared attribute of every case gives the same answer."""
    rule = CATALOGUE.rule(name)
    engine = runtime("native" if rule.language == "rego" else "python")
    for case, given in read_cases(rule).items():
        hidden = copy.deepcopy(given)
        for kind, facts in (hidden.get("facts") or {}).items():
            for attrs in facts.values():
                for key in [k for k in attrs if kind in rule.reads and k not in rule.where.get(kind, {})]:
                    if not _covered(key, rule.reads[kind]):
                        attrs[key] = {"$unknown": "hidden by a test"}
        result = run_case(CATALOGUE, rule, case, hidden, engine)
        assert result.problem == "", case
