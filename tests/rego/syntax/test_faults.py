"""Broken modules: the same code, place and message as opa gives, and a presentation for people.

`faults.yaml` was recorded from opa 1.22.2; a few of its modules are there because they are fine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from samakia_policy.rego.errors import PARSE, Fault, RegoError
from samakia_policy.rego.syntax.explain import show
from samakia_policy.rego.syntax.modules import parse_body, parse_module, parse_ref, parse_term

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = (Path(__file__).parent / "faults.yaml").read_text("utf-8")
CASES: list[dict[str, Any]] = yaml.load(_TEXT, Loader=_LOADER)  # noqa: S506 - a safe one


def faults(text: str, version: int = 1) -> list[Fault]:
    """Return what is wrong with a module."""
    try:
        parse_module("module.rego", text, version=version)
    except RegoError as error:
        return error.faults
    return []


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_the_same_faults_as_opa(case: dict[str, Any]) -> None:
    """Every fault, in the same order."""
    found = faults(case["module"], 0 if case.get("v0") else 1)
    places = [(fault.location.row, fault.location.col) if fault.location else () for fault in found]
    rows = [[fault.code, *place, fault.message] for fault, place in zip(found, places, strict=True)]
    assert rows == case["expected"]


def test_corpus_is_large() -> None:
    """As many broken modules as were agreed."""
    assert sum(bool(case["expected"]) for case in CASES) >= 120


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_every_fault_can_be_shown(case: dict[str, Any]) -> None:
    """Place and message first; the caret is below the line."""
    for fault in faults(case["module"], 0 if case.get("v0") else 1):
        first, *more = show(fault, case["module"]).split("\n")
        assert fault.location
        assert first == f"module.rego:{fault.location.row}: {fault.code}: {fault.message}".split("\n")[0]
        assert not fault.location.row or any(line.endswith("^") for line in more)


SHOWN = {
    "p := [1 2]": [
        'module.rego:3: rego_parse_error: unexpected number token: expected "," or "]"',
        " 3 | p := [1 2]",
        "   |         ^",
    ],
    "\tp := := 1": [
        "module.rego:3: rego_parse_error: unexpected assign token",
        " 3 | \tp := := 1",
        "   | \t     ^",
    ],
}


@pytest.mark.parametrize("line", SHOWN)
def test_shown_with_line_and_caret(line: str) -> None:
    """The source line, and a caret below the place; tabs stay tabs."""
    text = f"package a\n\n{line}\n"
    assert show(faults(text)[0], text).split("\n")[:3] == SHOWN[line]


HINTS = {
    "p { true }": "write `if` between the head and the body: `p if { ... }`",
    "p[x] { x := 1 }": "write `if` between the head and the body: `p if { ... }`",
    "p if { x && y }": "write literals on lines of their own; all of them have to hold",
    "p if { !x }": "write `not` before the literal",
    "p := 'a'": 'strings stand in double quotes: `"a"`',
    'p := "\\d"': r"write a backslash twice, `\\d`, or use backquotes: `\d`",
    "// a": "comments begin with `#`",
    "default p := x": "a default is a constant; compute the value in a rule",
}


@pytest.mark.parametrize("line", HINTS)
def test_says_what_to_do(line: str) -> None:
    """The first fault has a hint, and it is shown."""
    text = f"package a\n\n{line}"
    fault = faults(text)[0]
    assert fault.hint == HINTS[line]
    assert show(fault, text).endswith(f"hint: {fault.hint}")


def test_most_faults_have_a_hint() -> None:
    """At least two thirds of the corpus."""
    found = [faults(case["module"], 0 if case.get("v0") else 1)[:1] for case in CASES]
    firsts = [fault for some in found for fault in some if fault.location]
    assert sum(bool(fault.hint) for fault in firsts) > len(firsts) * 2 // 3


def test_details_count_bytes() -> None:
    """The line and the byte in it, as opa adds them."""
    details = faults('package a\n\np := "žluť" ]')[0].details
    assert details is not None
    assert details.data == {"line": 'p := "žluť" ]', "idx": 14}
    assert details.lines == ('p := "žluť" ]', " " * 14 + "^")


REFUSED = {
    "body: a rule's body that ends": (parse_body, "x := "),
    "body: a package": (parse_body, "package a"),
    "term: two": (parse_term, "1; 2"),
    "term: a comparison of nothing": (parse_term, "1 =="),
    "term: some": (parse_term, "some x"),
    "ref: a number": (parse_ref, "1"),
    "ref: a variable": (parse_ref, "x"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_queries_terms_and_references(name: str) -> None:
    """What is not what was asked for is a parse error too."""
    parse, text = REFUSED[name]
    with pytest.raises(RegoError) as caught:
        parse(text)
    assert {fault.code for fault in caught.value.faults} == {PARSE}
