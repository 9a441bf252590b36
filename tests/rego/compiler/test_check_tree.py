"""Rules and modules by path, and what a reference may lead to."""

from __future__ import annotations

import pytest

from samakia_policy.rego.compiler.tree import RuleTree, module_tree, rule_ref, rule_tree
from samakia_policy.rego.syntax.modules import parse_module, parse_ref
from samakia_policy.rego.syntax.printer import text_of

MODULES = {
    "a.rego": "package a\n\np := 1\n\nq contains 1\n\nr[x].s := 1 if some x in [1]\n\nr.t := 2\n\nf(x) := x",
    "b.rego": "package a.b\n\np := 1\n\np := 1 if input.x",
    "c.rego": 'package c["d-e"]\n\np[1] := 2',
    "empty.rego": "package nothing.here",
    "system.rego": "package system.main\n\np := 1",
}


@pytest.fixture(scope="module")
def tree() -> RuleTree:
    modules = []
    for name, source in MODULES.items():
        module = parse_module(name, source)
        for rule in module.rules:
            rule.module = module
        modules.append(module)
    return rule_tree(module_tree(modules))


EXACT = [
    ("data.a.p", ["data.a.p"]),
    ("data.a.b.p", ["data.a.b.p", "data.a.b.p"]),
    ("data.a.b", []),
    ("data.a.r", ["data.a.r[x].s"]),
    ("data.a.r.t", ["data.a.r.t"]),
    ("data.a.f", ["data.a.f"]),
    ('data.c["d-e"].p[1]', ['data.c["d-e"].p[1]']),
    ("data.nothing", []),
    ("input.p", []),
]


@pytest.mark.parametrize(("ref", "paths"), EXACT)
def test_rules_exactly_at_a_reference(tree: RuleTree, ref: str, paths: list[str]) -> None:
    """Rules lie at the ground part of their path."""
    assert [text_of(rule_ref(rule)) for rule in tree.exact(parse_ref(ref))] == paths


DYNAMIC = [
    ("data.a.p.x", ["data.a.p"]),
    (
        "data.a[x]",
        ["data.a.b.p", "data.a.b.p", "data.a.f", "data.a.p", "data.a.q", "data.a.r.t", "data.a.r[x].s"],
    ),
    ("data.a[x].p", ["data.a.b.p", "data.a.b.p", "data.a.f", "data.a.p", "data.a.q", "data.a.r[x].s"]),
    ("data.a.r[x].t", ["data.a.r.t"]),
    ("data.a.r.any.s", ["data.a.r[x].s"]),
    ("data.a.r.any.z", []),
    ("data[x].nothing", []),
    ("data[x].main.p", []),
    ("data.system.main.p", ["data.system.main.p"]),
    ("data.system[x]", ["data.system.main.p"]),
    ("data.nothing.here", []),
]


@pytest.mark.parametrize(("ref", "paths"), DYNAMIC)
def test_rules_a_reference_may_lead_to(tree: RuleTree, ref: str, paths: list[str]) -> None:
    """Variables match anything; data.system is not enumerated."""
    assert sorted(text_of(rule_ref(rule)) for rule in tree.dynamic(parse_ref(ref))) == paths


def test_hidden_rules_when_asked_for(tree: RuleTree) -> None:
    """With hidden rules, data[x] leads to data.system."""
    found = tree.dynamic(parse_ref("data[x].main.p"), hidden=True)
    assert [text_of(rule_ref(rule)) for rule in found] == ["data.system.main.p"]


DOCUMENTS = [("data.a.p.x.y", 1), ("data.a.b.p", 2), ("data.a", 0), ("data.a.q[_]", 1), ("data.z", 0)]


@pytest.mark.parametrize(("ref", "count"), DOCUMENTS)
def test_rules_that_make_a_document(tree: RuleTree, ref: str, count: int) -> None:
    """The first rules met on the way."""
    assert len(tree.for_document(parse_ref(ref))) == count


VIRTUAL = [
    ("data.a", True),
    ("data.a.p.x", True),
    ("data.a[x]", True),
    ("data.nothing", True),
    ("data.z", False),
]


@pytest.mark.parametrize(("ref", "virtual"), VIRTUAL)
def test_whether_rules_make_a_document(tree: RuleTree, ref: str, virtual: bool) -> None:
    """A package counts; base data does not."""
    assert tree.is_virtual(parse_ref(ref)) is virtual
