"""What a policy reads of `input`, by construct of the language."""

from __future__ import annotations

import pytest

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.reads import analysis, reads
from samakia_policy.rego.syntax.modules import parse_module


def found(source: str, library: str = "package lib") -> tuple[set[str], set[str]]:
    """Return the paths that data.p.out reads whole, and those of which only the value itself matters."""
    texts = {"p": f"package p\n\n{source}", "lib": library}
    modules = {name: parse_module(name, text) for name, text in texts.items()}
    result = reads(compile_modules(modules, keep_prints=False), [("p", "out")])
    return _dotted(result.wholes), _dotted(result.tops)


def _dotted(paths: frozenset[tuple[str | int, ...]]) -> set[str]:
    return {".".join(map(str, path)) for path in paths}


WHOLES = {
    "a head": ("out := input.a.b", {"a.b"}),
    "partial set": ("out contains input.a", {"a"}),
    "partial object": ("out[k] := input.a if k := input.b", {"a", "b"}),
    "rule with a variable in its name": ("q[k].z := input.a if k := input.b\nout := q.x.z", {"a", "b"}),
    "a comparison of two values": ("out if input.a < input.b", {"a", "b"}),
    "unification": ("out if input.a = input.b", {"a", "b"}),
    "an operand of a built-in": ('out if startswith(input.a, "x")', {"a"}),
    "membership": ("out if input.a in input.b", {"a", "b"}),
    "assignment that only hands on": ("out := y.b if { x := input.a; y := x }", {"a.b"}),
    "a member of an array that is made": ("out := xs[1] if xs := [input.a, input.b]", {"b"}),
    "a member of an object that is made": ('out := {"x": input.a, "y": input.b}.y', {"b"}),
    "an array taken apart": ("out := y if [x, y] := [input.a, input.b]", {"b"}),
    "an array of input taken apart": ("out := y if [x, y] := input.a", {"a.*"}),
    "an object taken apart": ('out := y if {"x": _, "y": y} := {"x": input.a, "y": input.b}', {"b"}),
    "iteration": ("out contains x.b if some x in input.a", {"a.*.b"}),
    "computed name": ("out := input.a[input.b].c", {"a.*.c", "b"}),
    "name from a constant": ('k := "b"\nout := input.a[k]', {"a.b"}),
    "names from a constant array": ('out contains input.a[k] if some k in ["b", "c"]', {"a.b", "a.c"}),
    "names that belong together": (
        'm := {"a": "x", "b": "y"}\nout contains input[k][v] if some k, v in m',
        {"a.x", "b.y"},
    ),
    "array comprehension": ("out := [x.b | some x in input.a]", {"a.*.b"}),
    "comprehension of which a part is used": (
        'rows := [{"x": x.b, "y": x.c} | some x in input.a]\nout contains r.y if some r in rows',
        {"a.*.c"},
    ),
    "set comprehension": ("out := {x.b | some x in input.a}", {"a.*.b"}),
    "size of a set": ("out := count({x.b | some x in input.a})", {"a.*.b"}),
    "object comprehension": ("out := {x.b: x.c | some x in input.a}", {"a.*.b", "a.*.c"}),
    "key of a lookup": ("m := {x.b: 1 | some x in input.a}\nout := m[input.c]", {"a.*.b", "c"}),
    "not": ("out if not input.a == input.b", {"a", "b"}),
    "every": ("out if every x in input.a { x.b > input.c }", {"a.*.b", "c"}),
    "else": ("f(x) := 1 if x.a > input.b\n\nelse := x.c\nout := f(input.x)", {"x.a", "b", "x.c"}),
    "default": ("default q := 1\nq := input.a if input.b\nout := q", {"a"}),
    "function": ("f(x) := x.b\nout := f(input.a)", {"a.b"}),
    "function by its arguments": (
        'f(x, k) := x[k]\nout contains f(input.a, "b")\nout contains f(input.c, "d")',
        {"a.b", "c.d"},
    ),
    "pattern as an argument": ("f([x, y]) := y.b\nout := f([input.a, input.c])", {"c.b"}),
    "object.get": ('out := object.get(input.a, "b", 1)', {"a.b"}),
    "object.get with a path": ('out := object.get(input, ["a", "b"], 1)', {"a.b"}),
    "object.get with a computed name": ("out := object.get(input.a, input.k, 1)", {"a", "a.*", "k"}),
    "object.get of what is made": ('out := object.get({"x": input.a}, "x", input.b)', {"a", "b"}),
    "array.concat": ("out := array.concat([input.a], [input.b])[_].x", {"a.x", "b.x"}),
    "object.union": ('out := object.union(input.a, {"x": input.b}).x', {"a.x", "b"}),
    "sort": ("out := sort([x.b | some x in input.a])[0]", {"a.*.b"}),
    "walk": ("out contains y if walk(input.a, [_, y])", {"a"}),
    "with": ("out if q with input.a as input.b\nq if input.a.x == input.c", {"a.x", "b", "c"}),
    "with on a rule": (
        'k := "x"\nout if q with data.p.k as "y"\nq if input.a[k] == input.b',
        {"a.*", "b"},
    ),
    "with on a function": (
        "f(x) := 1\ng(x) if input.c == input.d\nout if f(input.a) with f as g",
        {"a", "c", "d"},
    ),
    "a package": ("q := input.a\nout := data.p.sub", set()),
    "all of input": ("out := input", {""}),
}


@pytest.mark.parametrize("name", WHOLES)
def test_what_matters_whole(name: str) -> None:
    """What flows somewhere where its members count."""
    source, wanted = WHOLES[name]
    assert found(source)[0] == wanted


TOPS = {
    "a literal": ("out if input.a.b", {"a.b"}),
    "a comparison with a constant": ('out if input.a == "x"', {"a"}),
    "a number": ("out if input.a > 3", {"a"}),
    "true": ("out if input.a = true", {"a"}),
    "type tests": ("out if is_object(input.a)", {"a"}),
    "count": ("out if count(input.a) > 1", {"a"}),
    "what is only there": ("out if some x in input.a", {"a", "a.*"}),
    "not of a reference": ("out if not input.a", {"a"}),
}


@pytest.mark.parametrize("name", TOPS)
def test_what_matters_only_as_such(name: str) -> None:
    """Members of the value make no difference."""
    source, wanted = TOPS[name]
    wholes, tops = found(source)
    assert (wholes, tops - wholes) == (set(), wanted)


def test_libraries_are_followed_by_their_arguments() -> None:
    """A function of another package reads what it is handed."""
    library = "package lib\n\nout(relation, x) := object.get(input.edges, [relation, x], [])"
    source = 'import data.lib\n\nout := lib.out("has", input.a)'
    assert found(source, library)[0] == {"a", "edges.has.*"}


def test_rules_that_nobody_asks_for_read_nothing() -> None:
    """Only what a document reaches counts."""
    assert found("out := input.a\nother := input.b")[0] == {"a"}


def test_a_policy_that_is_too_large_reads_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Following ends; the answer stays right."""
    monkeypatch.setattr(analysis, "MOST_ANALYSES", 1)
    assert found("q := input.a\nout := q")[0] == {""}


def test_many_names_are_any_name() -> None:
    """Above the limit, a constant is one of any."""
    names = ", ".join(f'"n{number}"' for number in range(100))
    assert found(f"out contains input.a[k] if some k in [{names}]")[0] == {"a.*"}


def test_deep_chains_of_functions_are_followed_once() -> None:
    """Each function for each shape once: two calls per level would be 2^40 otherwise."""
    lines = [f"f{n}(x) := [f{n + 1}(x), f{n + 1}(x)]" for n in range(40)]
    assert found("\n".join([*lines, "f40(x) := x.b", "out := f0(input.a)"]))[0] == {"a.b"}
