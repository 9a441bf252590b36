"""Formatted strings."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins import go_format, limits
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import array, string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.values.long_integers import integer_of
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.text import written

_VERBS = re.compile("%([sdv])")
_LONG = 1 << 63
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)


@builtin("sprintf", context=True)
def sprintf(context: Context, template: Any, values: Any) -> str:
    """Return a template with its verbs replaced by values, as Go's fmt does it."""
    text, items = string(template, 1), array(values, 2)
    plain = _plain(text)
    if plain is not None and len(plain) == 2 * len(items) + 1:
        parts = list(plain)
        parts[1::2] = [_simple(item, verb) for item, verb in zip(items, plain[1::2], strict=True)]
        limits.charge_text(context, sum(map(len, parts)))
        return "".join(parts)
    return _formatted(context, text, items)


@lru_cache(maxsize=2048)
def _plain(template: str) -> list[str] | None:
    """Return text and verbs by turns, or None where flags, widths or other verbs are in it."""
    parts = _VERBS.split(template)
    return None if any("%" in text for text in parts[::2]) else parts


def _simple(value: Any, verb: str) -> str:
    if value.__class__ is str and verb != "d":
        return value
    if value.__class__ is int and verb != "s" and -_LONG < value < _LONG:
        return str(value)
    return go_format.argument(_operand(value), verb)


def _formatted(context: Context, template: str, items: list[Any]) -> str:
    parts: list[str] = []
    size = 0

    def write(part: str) -> None:
        nonlocal size
        parts.append(part)
        size += len(part)
        if size > limits.TEXT:
            limits.charge_text(context, size)

    go_format.sprintf(template, [_operand(item) for item in items], write)
    limits.charge_text(context, size)
    return "".join(parts)


def _operand(value: Any) -> str | int | float:
    """Return what OPA hands to Go: text for everything but numbers."""
    if value.__class__ is str or value.__class__ is int:
        return value
    if value.__class__ is not Number:
        return written(value)
    if _INTEGER.fullmatch(value.text):
        return integer_of(value.text)
    if "_" in value.text:  # Python would read it as a float, Go does not
        return value.text
    try:
        found = float(value.text)
    except ValueError:
        return value.text
    return value.text if math.isinf(found) else found
