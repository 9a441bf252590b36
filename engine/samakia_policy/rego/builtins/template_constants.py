"""Constants written in text templates: strings, characters and numbers."""

from __future__ import annotations

import ast
import re

from samakia_policy.rego.values.quote import quoted

_INT64 = 1 << 63
_ESCAPES = re.compile(
    r"""(["'])(?:[^\\]|\\(?:[abfnrtv\\'"]|x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*\1"""
)


def constant(kind: str, text: str) -> str | int | float | bool:
    """Return the value of a constant; raises ValueError with the complaint."""
    if kind == "bool":
        return text == "true"
    if kind in ("string", "raw"):
        return _string(kind, text)
    if kind == "number":
        return _number(text)
    char = _string(kind, text)
    if len(char) != 1:
        raise ValueError(f"malformed character constant: {text}")
    return ord(char)


def _string(kind: str, text: str) -> str:
    if kind == "raw":
        return text[1:-1].replace("\r", "")
    if not _ESCAPES.fullmatch(text):
        raise ValueError("invalid syntax")
    try:
        return str(ast.literal_eval(text))
    except SyntaxError:
        raise ValueError("invalid syntax") from None


def _number(text: str) -> int | float:
    bare = text.replace("_", "")
    octal = re.fullmatch("[+-]?0[0-7]+", bare)
    if re.fullmatch("[+-]?(?:0[xXbBoO][0-9a-fA-F]+|[0-9]+)", bare):
        return _machine_integer(text, int(bare, 8 if octal else 0))
    try:
        return float(bare)
    except ValueError:
        raise ValueError(f"bad number syntax: {quoted(text)}") from None


def _machine_integer(text: str, value: int) -> int:
    if value >= _INT64 << 1 or value < -_INT64:
        raise ValueError(f"integer overflow: {quoted(text)}")
    if value >= _INT64:
        raise ValueError(f"{text} overflows int")
    return value
