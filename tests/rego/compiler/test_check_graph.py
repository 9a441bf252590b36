"""Which rules a rule depends on, surely or perhaps, and in which order that puts them."""

from __future__ import annotations

import pytest

from samakia_policy.rego.compiler.dependencies import build_graph
from samakia_policy.rego.compiler.graph import Graph
from samakia_policy.rego.compiler.tree import module_tree, rule_ref, rule_tree
from samakia_policy.rego.compiler.walk import rules
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.nodes import Module, Rule
from samakia_policy.rego.syntax.printer import text_of


def graph_of(*sources: str) -> tuple[list[Module], Graph]:
    """Return the graph of modules whose references are written in full."""
    modules = [parse_module(f"{number}.rego", source) for number, source in enumerate(sources)]
    for module in modules:
        for rule in rules(module):
            rule.module = module
    tree = rule_tree(module_tree(modules))
    return modules, build_graph(modules, lambda ref: tree.dynamic(ref, hidden=True))


def named(found: list[Rule]) -> list[str]:
    """Return rules by path, sorted."""
    return sorted(text_of(rule_ref(rule)) for rule in found)


BASE = "package a\n\nq := 1\n\nr := 2\n\ns contains 3\n\nf(x) := x\n\n"

DEPENDENCIES = [
    ("a plain reference", "p if data.a.q == 1", ["q"]),
    ("below a rule", "p if data.a.q.x", ["q"]),
    ("a call", "p if data.a.f(1)", ["f"]),
    ("in a head", "p := data.a.q", ["q"]),
    ("under not", "p if not data.a.s[1]", ["s"]),
    ("in a comprehension", "p := [x | x = data.a.r]", ["r"]),
    ("in every", "p if { every x in data.a.s { x == data.a.q } }", ["q", "s"]),
    ("in a with value", "p if input.x with input as data.a.r", ["r"]),
    ("nothing", "p if input.x", []),
    ("base data", "p if data.b.c", []),
    ("any of the package", "p if data.a[input.x]", ["f", "p", "q", "r", "s"]),
    ("one name from a constant", 'p if { x = "q"; data.a[x] }', ["q"]),
    ("names from a collection", 'p if { x = ["q", "r"][_]; data.a[x] }', ["q", "r"]),
    ("names from values of an object", 'p if { x = {"k": "q"}[_]; data.a[x] }', ["q"]),
    ("names bound too late", 'p if { data.a[x]; x = "q" }', ["f", "p", "q", "r", "s"]),
    ("names bound under not", 'p if { not x = "q"; data.a[x] }', ["f", "p", "q", "r", "s"]),
]


@pytest.mark.parametrize(
    ("rule", "paths"), [row[1:] for row in DEPENDENCIES], ids=[row[0] for row in DEPENDENCIES]
)
def test_dependencies(rule: str, paths: list[str]) -> None:
    """Of rule p."""
    modules, graph = graph_of(BASE + rule)
    found = graph.dependencies(modules[0].rules[-1])
    assert named(found) == [f"data.a.{path}" for path in paths]


def test_else_clauses_are_depended_on() -> None:
    """Each clause is a rule of its own."""
    modules, graph = graph_of("package a\n\np := data.a.q\n\nq := 1 if input.x else := data.a.r\n\nr := 2")
    first, second = modules[0].rules[:2]
    assert named(graph.dependencies(first)) == ["data.a.q", "data.a.q"]
    assert second.otherwise is not None
    assert named(graph.dependencies(second.otherwise)) == ["data.a.r"]
    assert named(graph.affected([second.otherwise])) == ["data.a.p", "data.a.q"]


def test_order_puts_dependencies_first() -> None:
    """In order of place otherwise."""
    _, graph = graph_of("package a\n\np := data.a.q\n\nz := 1\n\nq := data.b.r", "package b\n\nr := data.a.z")
    expected = ["data.a.z", "data.b.r", "data.a.q", "data.a.p"]
    assert [text_of(rule_ref(rule)) for rule in graph.sort()] == expected


def test_perhaps_and_surely() -> None:
    """A reference with an unknown variable only perhaps leads to a rule; one that enumerates surely does."""
    modules, graph = graph_of("package a\n\np if data.a[input.x]\n\nq if data.b[_]", "package b\n\nr := 1")
    p, q = modules[0].rules
    assert graph.cause(p, q) is not None
    assert graph.cause(q, modules[1].rules[0]) is None
