"""Large and hostile modules compile, or are rejected, in about the time that their size takes."""

from __future__ import annotations

import time

import pytest

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module

SECONDS = 20


def lines(count: int, form: str) -> str:
    """Return one line per number."""
    return "\n".join(form.replace("#", str(number)).replace("@", str(number + 1)) for number in range(count))


LARGE = [
    ("rules in one set", lines(2000, "p contains # if input.x == #"), ""),
    ("rules of their own", lines(1500, "p# := 1 if input.x == #"), ""),
    ("a chain of rules", lines(1500, "p# := p@") + "\np1500 := 1", ""),
    ("a circle of rules", lines(1500, "p# := p@") + "\np1500 := p0", "rego_recursion_error"),
    ("a set that reads itself", lines(1500, "p contains x if p[x] == #"), "rego_recursion_error"),
    ("sets that read a set", lines(700, "p contains #") + "\n" + lines(700, "q contains x if p[x] == #"), ""),
    ("rules below a rule", "p := 1\n" + lines(2000, "p.x# := 1"), "rego_type_error"),
    ("a body in reverse", f"p if {{\n{lines(700, 'x# = x@ + 1')}\nx700 = input.x\n}}", ""),
    ("comprehensions in a body", f"p if {{\n{lines(300, 'y# := [x | x := input.a[_]; x > #]')}\n}}", ""),
    ("a long sum", "p := " + " + ".join(["input.x"] * 3000), ""),
    ("deep arrays", "p := " + "[" * 150 + "x" + "]" * 150 + " if x := 1", ""),
    ("deep comprehensions", "p := " + "[x | x := " * 25 + "1" + "]" * 25, ""),
    ("unsafe variables everywhere", lines(1500, "p# := x#"), "rego_unsafe_var_error"),
]


@pytest.mark.parametrize(("rules", "code"), [row[1:] for row in LARGE], ids=[row[0] for row in LARGE])
def test_large_modules(rules: str, code: str) -> None:
    """No more than ten faults, and no waiting."""
    started = time.monotonic()
    codes: set[str] = set()
    try:
        with deep():
            compile_modules({"a.rego": parse_module("a.rego", f"package a\n\n{rules}")})
    except RegoError as error:
        assert len(error.faults) <= 11
        codes = {fault.code for fault in error.faults if fault.location}
    assert codes == ({code} if code else set())
    assert time.monotonic() - started < SECONDS
