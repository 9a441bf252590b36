"""Text that wants to hang or crash the parser: a tree or a fault, and soon."""

from __future__ import annotations

import time

import pytest

from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module

FUTURE = "import future.keywords.and\nimport future.keywords.not\n"
FINE = {
    "900 parentheses": f"x := {'(' * 900}1{')' * 900}",
    "900 arrays": f"x := {'[' * 900}1{']' * 900}",
    "900 sets": f"x := {'{' * 900}1{'}' * 900}",
    "900 calls": f"x := {'f(' * 900}1{')' * 900}",
    "900 times every": f"x if {{{'every y in z {' * 900}y{'}' * 900}}}",
    "300 comprehensions": "x := " + "{y | y := " * 300 + "1" + "}" * 300,
    "300 templates": "x := " + '$"{' * 300 + "1" + '}"' * 300,
    "sum of 3,000": f"x := {' + '.join(['1'] * 3_000)}",
    "3,000 times in": f"x := {' in '.join(['y'] * 3_000)}",
    "3,000 times else": "x := 1 if y" + " else := 2 if z" * 3_000,
    "5,000 parts of a reference": f"x := a{'.b' * 5_000}",
    "1 MB string": f'x := "{"a" * 1_000_000}"',
    "1 MB of escapes": 'x := "' + "\\n" * 500_000 + '"',
    "1 MB comment": f"#{'a' * 1_000_000}",
    "1 MB of spaces": " " * 1_000_000,
    "1 MB of lines": "\n" * 1_000_000,
    "bars in nested sets": "x := " + "{a|b, " * 25 + "c" + "}" * 25,
    "bars in nested bodies": f"{FUTURE}x if {{{'{y|' * 25}a{'}' * 25}}}",
    "nested groups": f"{FUTURE}x if {'(' * 200}a and b{')' * 200}",
    "nested negations": f"{FUTURE}x if {'not {' * 200}y{'}' * 200}",
    "digits": f"x := {'9' * 5_000}",
    "5,000 rules of a set": "".join(
        [f"p contains {number} if input.x == {number}\n" for number in range(5_000)]
    ),
    "3,000 imports": "import data.x.y\n" * 3_000,
    "500 blocks of METADATA": "# METADATA\n# title: x\np := 1\n" * 500,
}
REFUSED = {
    "1,500 parentheses": (f"x := {'(' * 1_500}1{')' * 1_500}", "max parsing recursion depth exceeded"),
    "5,000 open sets": (f"x := {'{' * 5_000}", "max parsing recursion depth exceeded"),
    "digits without end": (f"x := {'9' * 40_000}", "number too big"),
    "exponent without end": (f"x := 1e{'9' * 5_000}", "unexpected number token: invalid float"),
    "1 MB of wrong escapes": ('x := "' + "\\q" * 500_000 + '"', "illegal escape sequence"),
    "open quotes": ("x := " + '"' * 10_000, "string cannot be used for rule name"),
    "letters that are none": (f"x := {'é' * 100_000}", "illegal token"),
    "null characters": ("\0 a" * 10_000, "illegal null character"),
    "half a surrogate": ('x := "\ud800"', "illegal utf-8 character"),
    "open string": ('x := "abc', "non-terminated string"),
    "open raw string": ("x := `abc", "non-terminated string"),
    "open template": ('x := $"{a}', "non-terminated string"),
    "open template expression": ('x := $"{a', "expected } to end template string expression"),
    "open array": ("x := [1", 'unexpected eof token: expected "," or "]"'),
    "open body": ("x if {", "unexpected eof token"),
    "open call": ("x := f(1", 'unexpected eof token: expected "," or ")"'),
}
SECONDS = 8.0


@pytest.mark.parametrize("name", FINE)
def test_is_read(name: str) -> None:
    """Large and deep, but Rego."""
    start = time.monotonic()
    parse_module("module.rego", f"package a\n{FINE[name]}\n")
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str) -> None:
    """A fault that says what is wrong."""
    start = time.monotonic()
    text, message = REFUSED[name]
    with pytest.raises(RegoError) as caught:
        parse_module("module.rego", f"package a\n{text}")
    assert caught.value.faults[0].message.startswith(message)
    assert time.monotonic() - start < SECONDS


def test_the_limit_has_a_name() -> None:
    """How deep is too deep is part of the message."""
    with pytest.raises(RegoError, match=r"brackets and bodies may nest 1,000 deep"):
        parse_module("module.rego", f"package a\nx := {'[' * 1_500}")
