"""Text as OPA writes it: JSON, tables, durations; and YAML as it reads it."""

from __future__ import annotations

from typing import Any

import pytest

from samakia_policy.rego.tools.durations import duration
from samakia_policy.rego.tools.go_json import compact, indented, plain
from samakia_policy.rego.tools.json_faults import describe
from samakia_policy.rego.tools.table import draw
from samakia_policy.rego.values.collections import Set, make_object
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.yaml_text import load

JSON: dict[str, tuple[Any, str]] = {
    "null": (None, "null"),
    "true": (True, "true"),
    "integer past 64 bits": (2**70, str(2**70)),
    "number as written": (Number("1.50"), "1.50"),
    "HTML": ("<&>", '"\\u003c\\u0026\\u003e"'),
    "controls": ("\x00\t\n\b\x7f\u2028", '"\\u0000\\t\\n\\b\x7f\\u2028"'),
    "half a pair": ("\ud800", '"\\ufffd"'),
    "set": (Set([3, 1, "a"]), '[1,3,"a"]'),
    "keys of every kind": (
        make_object([(1, 2), (True, 3), (None, 4), ([1, "<"], 5), ("s", 6)]),
        '{"1":2,"[1,\\"\\\\u003c\\"]":5,"null":4,"s":6,"true":3}',
    ),
}
YAML: dict[str, tuple[str, Any]] = {
    "words that are no truths": ("[yes, on, n, y, No]", ["yes", "on", "n", "y", "No"]),
    "truths": ("[true, False, TRUE]", [True, False, True]),
    "nulls": ("[~, null, Null, ]", [None, None, None]),
    "integers": ("[1, 0x1F, 0o17, 1_000, -3]", [1, 31, 15, 1000, -3]),
    "floats": ("[1.50, 1e3, .5]", [Number("1.5"), 1000, Number("0.5")]),
    "dates are text": ("[2024-01-02, 2024-01-02T03:04:05Z]", ["2024-01-02", "2024-01-02T03:04:05Z"]),
    "keys are text": ("{1: a, true: b, 1.5: c}", {"1": "a", "true": "b", "1.5": "c"}),
    "the last of equal keys": ("{a: 1, a: 2}", {"a": 2}),
    "merged": ("{base: &b {x: 1}, d: {<<: *b, y: 2}}", {"base": {"x": 1}, "d": {"x": 1, "y": 2}}),
    "the first document": ("a: 1\n---\nb: 2\n", {"a": 1}),
    "nothing": ("", None),
}
DURATIONS = {
    0: "0s",
    999: "999ns",
    1_500: "1.5µs",
    2_000_000: "2ms",
    1_234_567_890: "1.23456789s",
    61_000_000_000: "1m1s",
    3_600_000_000_000: "1h0m0s",
}
FAULTS = {
    '{"a": 1,': "unexpected EOF",
    "": "EOF",
    " \n": "EOF",
    "[1,]": "invalid character ']' looking for beginning of value",
    "{a: 1}": "invalid character 'a' looking for beginning of object key string",
    '{"a" 1}': "invalid character '1' after object key",
    '{"a": 1 "b"}': "invalid character '\"' after object key:value pair",
    "[1 2]": "invalid character '2' after array element",
    "tru]": "invalid character ']' in literal true (expecting 'e')",
    '"\\x"': "invalid character 'x' in string escape code",
    '"\t"': "invalid character '\\t' in string literal",
    "-": "unexpected EOF",
    "-x": "invalid character 'x' in numeric literal",
    "1.x": "invalid character 'x' after decimal point in numeric literal",
    "'a'": "invalid character '\\'' looking for beginning of value",
    "ž": "invalid character 'Å' looking for beginning of value",
    "{} {}": "error: invalid character '{' after top-level value",
}


@pytest.mark.parametrize("name", JSON)
def test_json(name: str) -> None:
    """A value on one line."""
    value, wanted = JSON[name]
    assert compact(plain(value)) == wanted


def test_indented_json() -> None:
    """Two spaces a level; what is empty stays on its line."""
    assert indented({"a": [1, {}], "b": []}) == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}\n'


@pytest.mark.parametrize("name", YAML)
def test_yaml(name: str) -> None:
    """The value of a YAML text."""
    text, wanted = YAML[name]
    assert load(text) == wanted


@pytest.mark.parametrize("nanoseconds", DURATIONS)
def test_duration(nanoseconds: int) -> None:
    """The text of a duration."""
    assert duration(nanoseconds) == DURATIONS[nanoseconds]


@pytest.mark.parametrize("text", FAULTS)
def test_what_is_wrong_with_json(text: str) -> None:
    """The words of Go."""
    assert describe(text) == FAULTS[text]


@pytest.mark.parametrize("text", ['{"a": [1, -2.5e+3, "\\u00e9", true, null, {}, []]}', " 0 "])
def test_nothing_is_wrong_with_json(text: str) -> None:
    """A text that is JSON has no fault."""
    assert describe(text) == ""


def test_table() -> None:
    """Headers are centred; wide characters take two columns."""
    assert draw([["1", "日本"]], ("x", "title")) == (
        "┌───┬───────┐\n│ x │ title │\n├───┼───────┤\n│ 1 │ 日本  │\n└───┴───────┘\n"
    )
