"""Operands for generated calls of the built-ins for YAML."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from samakia_policy.rego.values.number import Number

_STRINGS = [
    "", "a", "true", "yes", "1", "1.5", "0x1f", "010", "1_000", "1e3", "~", "null", "<<", "a: b", "- x",
    "#c", "a #b", "'q'", '"d"', "multi\nline", "multi\n", "\n x", "tab\t", "é", "😀", "{a}", "[x]", "*a",
    "&b", "!c", "|", "%d", "@e", "`", "2024-01-02", "12:30", "a:b", ":", "?", "-", "--- x", " lead",
    "trail ", "a,b", "x\u2028y", "\x07", ".inf", "on", "N", "0o17", "1:2:3", "2024-01-02T03:04:05Z",
    "key\nwith", "=", "0", "-1", "+1", "1.", "._", "0b1",
]  # fmt: skip
_NUMBERS = ["1.5", "1e3", "1000000.5", "1e6", "123456789.0", "1e-5", "0.0001", "1e21", "-0.5", "1e100"]
_KEYS = [*_STRINGS, "a1", "a10", "a2", "b", "A", "z", "a_1"]
_TEXTS = [
    "a: 1\nb: [1, 2.50, 1e3]", "on: yes\noff: no", "x: 2024-01-02", "a: &x {b: 1}\nc: *x",
    "<<: {a: 1}\nb: 2", "a: 0x1F\nb: 010\nc: 0o17\nd: 1_000", "- ~\n- null\n- Null\n- ''", "a: .inf",
    "a: 'x'\na: y", "1: a\n1.5: b", "a: |\n  x\n  y\n", "a: >-\n  x\n  y", "{a: b, c: [d}", "a: b: c",
    "\ta: 1", "- a\n-b", "a:\n  - 1\n b: 2", "!!str 1", "!!int '3'", "!foo x", "!!binary aGk=",
    "!!float 1", "--- a\n--- b", "", "# c", "a: 1\n---\n\tb", "'unclosed", "[1,2,3", "a: 1e400",
    "a: 12345678901234567890123", "a: 18446744073709551615", "a: 1.0", "a: 1e-7", "a: 0.00001", "a: -0",
    "a: +1", "a: 1.", "a: .5", "a: 1__0", "a: 12:30:45", "a: =", "a: 1e21", "key: 'it''s'",
    'a: "\\x41\\u263a"', 'a: "\\q"', "%YAML 1.2\n---\na", "a: !!null ''", "a: !!bool yes",
    "- - - 1", "a: [1,,2]",
]  # fmt: skip


def document(source: Random, depth: int = 3) -> Any:
    """Return a value of strings that are easily misread."""
    if depth == 0 or source.random() < 0.4:
        scalars: list[Any] = [None, True, 1, -5, 10**20, 2**63, *_STRINGS, *map(Number, _NUMBERS)]
        return source.choice(scalars)
    items = [document(source, depth - 1) for _ in range(source.randint(0, 3))]
    return items if source.random() < 0.5 else {source.choice(_KEYS): item for item in items}


def text(source: Random) -> Any:
    """Return YAML."""
    return source.choice(_TEXTS)


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    "yaml.marshal": lambda source: [document(source)],
    "yaml.unmarshal": lambda source: [text(source)],
    "yaml.is_valid": lambda source: [text(source)],
}
