"""The kinds of facts are as contracts/facts.json says: no fact has an attribute that it does not name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cases import read_cases
from samakia_policy.fact_kinds import written
from samakia_policy.model.values import is_marker
from samakia_policy.packs.kinds import Kinds
from samakia_policy.packs.load import load
from samakia_policy.pipeline import Request, read_world

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "contracts/facts.json").read_text())
ESTATES = sorted(path.name for path in (ROOT / "fixtures/estates").iterdir() if path.is_dir())
# What a rule must not take for an attribute of this kind: it is one of another.
ON_PURPOSE = {"tenants/slo-override-weaker": "slo_override"}
PLANS = ("broken", "clean")
TYPES = {
    "array": list,
    "object": dict,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, Decimal),
    "integer": int,
}


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every member of a value with its path, "*" for list items; nothing in markers."""
    if path:
        yield path, value
    if isinstance(value, dict) and not is_marker(value):
        for name, member in value.items():
            yield from _paths(member, (*path, name))
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, (*path, "*"))


def _strangers(kind: str, attrs: dict[str, Any]) -> list[str]:
    kinds = Kinds(SCHEMA)
    if kind not in kinds:
        return [kinds.unknown(kind)]
    return [said for path, _ in _paths(attrs) if (said := kinds.problem(kind, path))]


def _mistyped(kind: str, attrs: dict[str, Any]) -> list[str]:
    kinds = Kinds(SCHEMA)
    return [
        f"{kind}.{'.'.join(path)} is {type(value).__name__}, not {' or '.join(sorted(types))}"
        for path, value in _paths(attrs)
        if not is_marker(value)
        and (types := kinds.types(kind, path))
        and not any(isinstance(value, TYPES[name]) for name in types)
    ]


@pytest.mark.parametrize("name", ESTATES)
def test_facts_of_estates_have_no_other_attributes(name: str) -> None:
    """What is below a value of the wrong type is judged as that value."""
    world = read_world(Request(str(ROOT / "fixtures/estates" / name), "2026-01-01T00:00:00Z"))
    wrong = [said for fact in world.graph for said in _strangers(fact.kind, fact.attrs)]
    assert [said for said in wrong if ", which has no " not in said] == []


def test_facts_of_a_clean_estate_have_the_types_that_are_declared() -> None:
    """Those of others may not: a document that does not satisfy its contract is read all the same."""
    world = read_world(Request(str(ROOT / "fixtures/estates/canary-clean"), "2026-01-01T00:00:00Z"))
    facts = [(fact.kind, fact.attrs) for fact in world.graph]
    assert len({kind for kind, _ in facts}) > 10
    assert [said for kind, attrs in facts for said in _mistyped(kind, attrs)] == []


@pytest.mark.parametrize("name", PLANS)
def test_facts_of_plans_are_as_declared(name: str) -> None:
    """Attributes that only a plan's objects have are open."""
    plan = str(ROOT / f"fixtures/inputs/terraform_plan/{name}.json")
    estate = str(ROOT / "fixtures/estates/canary-clean")
    world = read_world(Request(estate, "2026-01-01T00:00:00Z", plans=[("samakia-dev", plan)]))
    facts = [(fact.kind, fact.attrs) for fact in world.graph if fact.kind.startswith("tf_")]
    assert len({kind for kind, _ in facts}) > 4
    assert [said for kind, attrs in facts for said in _strangers(kind, attrs)] == []
    assert [said for kind, attrs in facts for said in _mistyped(kind, attrs)] == []


@pytest.mark.parametrize("name", sorted(load().rules))
def test_cases_give_no_attribute_that_no_fact_has(name: str) -> None:
    """A case with a misspelt attribute would prove nothing."""
    rule = load().rule(name)
    given = [
        (kind, attrs)
        for case in read_cases(rule).values()
        for kind, facts in (case.get("facts") or {}).items()
        for attrs in facts.values()
    ]
    wrong = [said for kind, attrs in given for said in _strangers(kind, attrs)]
    meant = ON_PURPOSE.get(name, "nothing")
    assert [said for said in wrong if ", which has no " not in said and meant not in said] == []


def test_the_kinds_are_as_the_readers_and_contracts_say() -> None:
    """The files are fresh; `make generate` writes them."""
    for path, text in written(ROOT).items():
        assert (ROOT / path).read_text() == text, path


def test_types_come_from_the_contracts() -> None:
    """Whatever form a contract gives them: by name, by reference, by their values."""
    kinds = Kinds(SCHEMA)
    assert kinds.types("tenant", ("environments", "prod")) == {"boolean"}
    assert kinds.types("ready_binding", ("owner", "consumer")) == {"string"}
    assert kinds.types("tenant_quota", ("instances",)) == {"number"}
    assert kinds.types("tenant_policy", ("allowed_variants", "database", "*")) == {"string"}
    assert kinds.types("enabled_contract", ("dr", "rpo")) == {"string"}
    assert kinds.types("document", ("faults", "*", "line")) == {"number"}
    assert kinds.types("tf_resource", ("attrs", "memory")) == frozenset()
