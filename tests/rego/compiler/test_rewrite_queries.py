"""The query compiler: what a query means in its context, and what its result shows."""

from __future__ import annotations

import pytest

from samakia_policy.rego.compiler.compiled import Compiled
from samakia_policy.rego.compiler.queries import QueryContext, compile_query
from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.printer import body_text

MODULE = "package a.b\n\np := 1\n\nq contains x if some x in input\n\nf(x) := x\n"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """The module that all queries are asked beside."""
    return compile_modules({"a.rego": parse_module("a.rego", MODULE)})


BODIES = [
    ("a reference", "data.a.b.p", "data.a.b.p = _"),
    ("a rule of the package", "p", "data.a.b.p = _"),
    ("an import", "c.x", "data.c.x = _"),
    ("a constant", "1", "1 = _"),
    ("arithmetic", "1 + 2 * 3", "mul(2, 3, __localq0__); plus(1, __localq0__, _)"),
    ("an assignment", "x := 1", "__localq0__ = 1"),
    ("a unification is not captured", "x = 1", "x = 1"),
    ("equal stays equal", "1 == 1", "equal(1, 1, _)"),
    (
        "of several expressions each must be true",
        "x := p; x > 0",
        "__localq0__ = data.a.b.p; gt(__localq0__, 0, _); _",
    ),
    ("iteration must be true", "q[x]", "data.a.b.q[x] = _; _"),
    ("a negated expression is not captured", "not p", "not data.a.b.p"),
    ("some in", "some x in q", "__localq2__ = data.a.b.q[__localq1__]"),
    ("a function", "f(p)", "__localq0__ = data.a.b.p; data.a.b.f(__localq0__, _)"),
    ("a call that takes its result", "f(1, x)", "data.a.b.f(1, x)"),
    (
        "print",
        "print(p)",
        "__localq1__ = {__localq0__ | __localq0__ = data.a.b.p}; internal.print([__localq1__])",
    ),
    ("with", "q with input as p", "__localq0__ = data.a.b.p; data.a.b.q = _ with input as __localq0__"),
]


@pytest.mark.parametrize(("name", "query", "expected"), BODIES, ids=[case[0] for case in BODIES])
def test_core_form(compiled: Compiled, name: str, query: str, expected: str) -> None:
    """As the modules' core form, with the value of each expression in a variable, which is shown as `_`."""
    made = compile_query(compiled, query, QueryContext("a.b", ("data.c",)))
    assert body_text(made.body) == expected


SHOWN = [
    ("x := 1; y := x", {"x", "y"}, [("x := 1", False), ("y := x", False)]),
    ("x = 1; x == 1", {"x"}, [("x = 1", False), ("x == 1", True)]),
    ("input[x][_]", {"x"}, [("input[x][_]", True)]),
    ("some k, v in input", {"k", "v"}, [("some k, v in input", False)]),
    ("[x | x := 1]", set(), [("[x | x := 1]", True)]),
    ("every x in [1] { x > 0 }", set(), [("every x in [1] { x > 0 }", False)]),
    ("data.a.b.p; 1 + 1", set(), [("data.a.b.p", True), ("1 + 1", True)]),
    ("input := 1; input", {"input"}, [("input := 1", False), ("input", True)]),
]


@pytest.mark.parametrize(("query", "shown", "expressions"), SHOWN, ids=[case[0] for case in SHOWN])
def test_what_a_result_shows(
    compiled: Compiled, query: str, shown: set[str], expressions: list[tuple[str, bool]]
) -> None:
    """Variables of the query itself under the names written; expressions as written."""
    made = compile_query(compiled, query)
    assert {name for name in made.variables.values() if name} == shown
    assert [(part.text, bool(part.variable)) for part in made.expressions] == expressions


FAULTS = [
    ("x = y", "rego_unsafe_var_error", "var x is unsafe; var y is unsafe"),
    ("p", "rego_unsafe_var_error", "var _ is unsafe; var p is unsafe"),
    ("x := 1; x := 2", "rego_compile_error", "var x assigned above"),
    ("some x", "rego_compile_error", "declared var x unused"),
    ("g(1)", "rego_type_error", "undefined function g"),
    ("data.a.b.f(1, 2, 3)", "rego_type_error", "data.a.b.f: arity mismatch"),
    ('1 + "a"', "rego_type_error", "plus: invalid argument(s)"),
    ("input.x := 1", "rego_compile_error", "cannot assign to ref"),
    ("print(1) == 2", "rego_type_error", "print(1) used as value"),
    (
        "true with foo as 1",
        "rego_type_error",
        "with keyword target must reference existing input, data, or a function",
    ),
    ("x = ", "rego_parse_error", ""),
    ("", "rego_compile_error", "empty query cannot be compiled"),
]


@pytest.mark.parametrize(("query", "code", "message"), FAULTS, ids=[case[0] for case in FAULTS])
def test_faults(compiled: Compiled, query: str, code: str, message: str) -> None:
    """A query that cannot be is refused as opa refuses it; the parser's words are not tested here."""
    with pytest.raises(RegoError) as found:
        compile_query(compiled, query)
    assert {fault.code for fault in found.value.faults} == {code}
    assert "; ".join([fault.message for fault in found.value.faults]) == message or not message


def test_a_query_leaves_the_modules_alone(compiled: Compiled) -> None:
    """Two queries with variables of the same name do not meet."""
    before = dict(compiled.rewritten)
    first, second = compile_query(compiled, "x := 1"), compile_query(compiled, "x := 2")
    assert first.variables == second.variables == {"__localq0__": "x"}
    assert compiled.rewritten == before


def test_version_0_and_future_keywords(compiled: Compiled) -> None:
    """In version 0 `in` has to be imported."""
    imported = QueryContext(imports=("future.keywords.in",), version=0)
    assert compile_query(compiled, "1 in [1]", imported).body
    with pytest.raises(RegoError):
        compile_query(compiled, "1 in [1]", QueryContext(version=0))


def test_prints_can_be_erased(compiled: Compiled) -> None:
    """Without them a query of prints alone is true."""
    made = compile_query(compiled, "print(1)", QueryContext(keep_prints=False))
    assert body_text(made.body) == "true"
