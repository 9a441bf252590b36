"""Nodes as OPA prints them in its messages, and equality and order of terms."""

from __future__ import annotations

import pytest

from samakia_policy.rego.syntax.modules import parse_term
from samakia_policy.rego.syntax.order import form, same
from samakia_policy.rego.syntax.printer import text_of

PRINTED = [
    ("1.50", "1.50"),
    ("null", "null"),
    ('"a\\"b\\n\\u00e9\\u0001"', '"a\\"b\\né\\x01"'),
    ("`raw`", '"raw"'),
    ("data.a.b", "data.a.b"),
    ('data["a b"].c[x]', 'data["a b"].c[x]'),
    ("data.a[1][true]", "data.a[1][true]"),
    ('data["if"]', 'data["if"]'),
    ("input.x[_]", "input.x[_]"),
    ("[1, x,  {2}]", "[1, x, {2}]"),
    ('{"b": 1, "a": x}', '{"a": x, "b": 1}'),
    ("{3, 1, 2, 1}", "{1, 2, 3}"),
    ("set()", "set()"),
    ("{}", "{}"),
    ("count(x)", "count(x)"),
    ("x + 1", "plus(x, 1)"),
    ("data.a.f(1)", "data.a.f(1)"),
    ("[x | x = 1; y]", "[x | x = 1; y]"),
    ("{x | not x}", "{x | not x}"),
    ("[(x + 1) | x = 1]", "[(x + 1) | x = 1]"),
    ("{k: v | input[k] = v}", "{k: v | input[k] = v}"),
    ("[1 | input.x with input as 2]", "[1 | input.x with input as 2]"),
    ("[1 | some x in y]", "[1 | some x in y]"),
    ("[1 | some k, v in y]", "[1 | some k, v in y]"),
    ("[1 | some x, y]", "[1 | some x, y]"),
    ("[1 | every x in y { x }]", "[1 | every x in y { x }]"),
]


@pytest.mark.parametrize(("source", "printed"), PRINTED)
def test_text(source: str, printed: str) -> None:
    """As OPA writes it."""
    assert text_of(parse_term(source)) == printed


ALIKE = [
    ("{1, 2}", "{2, 1, 2}"),
    ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
    ("1.0", "1"),
    ("x + y", "plus(x, y)"),
]
UNLIKE = [("1", "true"), ('"x"', "x"), ("[1]", "{1}"), ("x", "y"), ("[x | x]", "{x | x}"), ("null", "false")]


@pytest.mark.parametrize(("left", "right"), ALIKE)
def test_alike(left: str, right: str) -> None:
    """Order of elements does not matter where it has no meaning."""
    assert same(parse_term(left), parse_term(right))


@pytest.mark.parametrize(("left", "right"), UNLIKE)
def test_unlike(left: str, right: str) -> None:
    """Types are never mixed up."""
    assert not same(parse_term(left), parse_term(right))


def test_order_of_terms() -> None:
    """Scalars, then variables, references, collections, comprehensions and calls."""
    sources = ["null", "false", "true", "1", '"a"', "x", "input.x"]
    sources += ["[1]", "{1: 2}", "{1}", "[x | x]", "f(1)"]
    terms = [parse_term(source) for source in sources]
    backwards = terms[::-1]
    assert [text_of(term) for term in sorted(backwards, key=form)] == [text_of(term) for term in terms]
