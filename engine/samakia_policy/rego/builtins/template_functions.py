"""The functions of text templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from samakia_policy.rego.builtins import go_format
from samakia_policy.rego.builtins.template_values import (
    Composite,
    Integer,
    absent,
    printed,
    shown,
    truth,
    type_of,
)

Function = Callable[..., Any]


class CallError(Exception):
    """A function refused its arguments."""


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return {bool: "bool", int: "int", float: "float"}.get(value.__class__, "")


def equal(first: Any, *others: Any) -> bool:
    """Return whether the first value equals any of the others."""
    if not others:
        raise CallError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def _same(first: Any, other: Any) -> bool:
    if absent(first) or absent(other):
        return absent(first) and absent(other)
    if _kind(first) != _kind(other):
        raise CallError(f"incompatible types for comparison: {type_of(first)} and {type_of(other)}")
    if not _kind(first):
        raise CallError(f"non-comparable type {shown(first)}: {type_of(other)}")
    return bool(first == other)


def less(first: Any, other: Any) -> bool:
    """Return whether the first value is less than the other."""
    for value in (first, other):
        if not _kind(value):
            raise CallError("invalid type for comparison")
    if _kind(first) != _kind(other):
        raise CallError(f"incompatible types for comparison: {type_of(first)} and {type_of(other)}")
    if _kind(first) == "bool":
        raise CallError("invalid type for comparison")
    return bool(first.encode() < other.encode() if isinstance(first, str) else first < other)


def _less_equal(first: Any, other: Any) -> bool:
    return less(first, other) or equal(first, other)


def length(value: Any) -> int:
    """Return the length of a string in bytes, of an array or an object."""
    if absent(value):
        raise CallError("len of nil pointer")
    if isinstance(value, str):
        return len(value.encode())
    if value.__class__ not in (list, dict):
        raise CallError(f"len of type {type_of(value)}")
    return len(value)


def index(value: Any, *indexes: Any) -> Any:
    """Return what lies in a value under indexes and names."""
    if absent(value):
        raise CallError("index of untyped nil")
    for place in indexes:
        if absent(value):
            raise CallError("index of nil pointer")
        value = _entry(value, place)
    return value


def _entry(value: Any, place: Any) -> Any:
    if value.__class__ is dict:
        if absent(place):
            raise CallError("value is nil; should be of type string")
        if place.__class__ is not str:
            raise CallError(f"value has type {type_of(place)}; should be string")
        return value.get(place)
    if value.__class__ is not list and not isinstance(value, str):
        raise CallError(f"can't index item of type {type_of(value)}")
    items: Any = value.encode() if isinstance(value, str) else value
    at = _position(place, len(items))
    if at == len(items):
        raise CallError(f"reflect: {'slice' if value.__class__ is list else 'string'} index out of range")
    return items[at]


def _position(place: Any, size: int) -> int:
    if absent(place):
        raise CallError("cannot index slice/array with nil")
    if place.__class__ is not int:
        raise CallError(f"cannot index slice/array with type {type_of(place)}")
    if not 0 <= place <= size:
        raise CallError(f"index out of range: {place}")
    return int(place)


def part(value: Any, *indexes: Any) -> Any:
    """Return the part of a string or an array between indexes."""
    if absent(value):
        raise CallError("slice of untyped nil")
    if len(indexes) > 3:  # noqa: PLR2004 - [low:high:capacity]
        raise CallError(f"too many slice indexes: {len(indexes)}")
    if isinstance(value, str) and len(indexes) == 3:  # noqa: PLR2004
        raise CallError("cannot 3-index slice a string")
    if value.__class__ is not list and not isinstance(value, str):
        raise CallError(f"can't slice item of type {type_of(value)}")
    items: Any = value.encode() if isinstance(value, str) else value
    bounds = [_position(place, len(items)) for place in indexes]
    low, high = (*bounds, *(0, len(items))[len(bounds) :])[:2]
    if low > high:
        raise CallError(f"invalid slice index: {low} > {high}")
    found = items[low:high]
    return found.decode("utf-8", "replace") if isinstance(value, str) else found


_HTML = str.maketrans({"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SCRIPT = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def _script(*values: Any) -> str:
    text = printed(list(values))
    return "".join([_SCRIPT.get(char) or _printable(char) for char in text])


def _printable(char: str) -> str:
    return char if char.isprintable() else f"\\u{ord(char):04X}"


def _formatted(template: Any, *values: Any) -> str:
    parts: list[str] = []
    go_format.sprintf(template, [_operand(value) for value in values], parts.append)
    return "".join(parts)


def _operand(value: Any) -> Any:
    """Return what Go's fmt formats like the value."""
    if value.__class__ is int:
        return Integer(value)
    if isinstance(value, str) or value.__class__ is float or value.__class__ is bool:
        return value
    if absent(value):
        return shown(value)
    return Composite(shown(value), type_of(value))


FUNCTIONS: dict[str, Function] = {
    "eq": equal,
    "ne": lambda first, other: not equal(first, other),
    "lt": less,
    "le": _less_equal,
    "gt": lambda first, other: not _less_equal(first, other),
    "ge": lambda first, other: not less(first, other),
    "len": length,
    "index": index,
    "slice": part,
    "not": lambda value: not truth(value),
    "print": lambda *values: printed(list(values)),
    "println": lambda *values: " ".join([shown(value) for value in values]) + "\n",
    "printf": _formatted,
    "html": lambda *values: printed(list(values)).translate(_HTML),
    "js": _script,
    "urlquery": lambda *values: quote_plus(printed(list(values)), safe="~"),
}
"""Every function but `and` and `or`, which do not look at all of their arguments, and `call`."""

ARGUMENTS = {"ne": 2, "lt": 2, "le": 2, "gt": 2, "ge": 2, "len": 1, "not": 1}
LEAST_ARGUMENTS = {"eq": 1, "index": 1, "slice": 1, "printf": 1, "and": 1, "or": 1, "call": 1}
