"""The order of bodies: every literal behind those that bind what it needs, otherwise as written."""

from __future__ import annotations

import re

import pytest

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.printer import text_of

ORDERS = [
    (
        "nothing to move",
        "p if { x = input.a; x > 1 }",
        ["x = input.a", "gt(x, 1)"],
    ),
    (
        "a comparison behind the binding",
        "p if { x > 1; x = input.a }",
        ["x = input.a", "gt(x, 1)"],
    ),
    (
        "a negated literal behind the binding",
        "p if { not x == 3; input.y; x = input.a }",
        ["input.y", "x = input.a", "not x = 3"],
    ),
    (
        "a call behind what binds its operands",
        "p if { startswith(x, y); y = input.y; x = input.x }",
        ["y = input.y", "x = input.x", "startswith(x, y)"],
    ),
    (
        "a chain in reverse",
        "p if { z = y; y = x; x = input.x }",
        ["x = input.x", "y = x", "z = y"],
    ),
    (
        "arrays taken apart",
        "p if { a > b; [a, b] = input.pair }",
        ["[a, b] = input.pair", "gt(a, b)"],
    ),
    (
        "objects taken apart",
        'p if { a > 1; {"k": a} = input.o }',
        ['{"k": a} = input.o', "gt(a, 1)"],
    ),
    (
        "the result of a call taken apart",
        'p if { a == "x"; split(input.s, ",", [a, _]) }',
        ["__local0__ = input.s", 'split(__local0__, ",", [a, _])', 'a = "x"'],
    ),
    (
        "an enumeration binds its key",
        "p if { k > 1; input.xs[k] }",
        ["input.xs[k]", "gt(k, 1)"],
    ),
    (
        "an enumeration whose document is bound later",
        "p if { xs[k] > 1; xs = input.xs }",
        ["xs = input.xs", "__local0__ = xs[k]", "gt(__local0__, 1)"],
    ),
    (
        "a comprehension behind what it closes over",
        "p if { ys = [y | y = input.a[_]; y > x]; x = input.x; ys[0] }",
        ["x = input.x", "ys = [y | y = input.a[_]; gt(y, x)]", "ys[0]"],
    ),
    (
        "the body of a comprehension",
        "p if { input.y; ys = [y | y > 1; y = input.a[_]]; ys[0] }",
        ["input.y", "ys = [y | y = input.a[_]; gt(y, 1)]", "ys[0]"],
    ),
    (
        "every behind what it closes over",
        "p if { every y in input.ys { y > x }; x = input.x }",
        ["__local0__ = input.ys", "x = input.x", "every __local1__, y in __local0__ { gt(y, x) }"],
    ),
    (
        "with behind what its value needs",
        "p if { input.q with input as x; x = input.x }",
        ["x = input.x", "input.q with input as x"],
    ),
    (
        "a relation",
        "p if { v == 1; walk(input, [path, v]); path[0] }",
        ["__local0__ = input", "walk(__local0__, [path, v])", "path[0]", "v = 1"],
    ),
    (
        "an argument is bound already",
        "p(x) if { y > x; y = input.y }",
        ["y = input.y", "gt(y, x)"],
    ),
    (
        "the right side of an assignment is not bound through the left",
        "p if { z = 1; x := [z, w]; w = input.w; x[0] }",
        ["z = 1", "w = input.w", "x = [z, w]", "x[0]"],
    ),
    (
        "equations that wait for one another",
        "p if { x = [y, z]; y = input.y; z = input.z }",
        ["y = input.y", "z = input.z", "x = [y, z]"],
    ),
]


@pytest.mark.parametrize(("rule", "wanted"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS])
def test_order(rule: str, wanted: list[str]) -> None:
    """As OPA orders it."""
    compiled = compile_modules({"a.rego": parse_module("a.rego", f"package a\n\n{rule}")})
    found = [text_of(expr) for expr in compiled.modules["a.rego"].rules[0].body]
    assert named(found, compiled.rewritten) == wanted


def named(lines: list[str], rewritten: dict[str, str]) -> list[str]:
    """Return lines with the written names of locals, and those without one renumbered."""
    numbers: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        local = match[0]
        return rewritten.get(local) or numbers.setdefault(local, f"__local{len(numbers)}__")

    return [re.sub(r"__local\d+__", name, line) for line in lines]
