"""Values inside a text template: what Go's reflection would say about them."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins import go_numbers
from samakia_policy.rego.values.number import Number


class _Missing:
    """No value at all, as an entry that is not there gives; null is None."""


MISSING: Any = _Missing()


class JsonNumber(str):
    """A number of the document: Go keeps its text, and calls it a string with a name."""

    __slots__ = ()
    type_name = "json.Number"


class Integer(int):
    """An integer written in the template, of Go's type int."""

    __slots__ = ()
    type_name = "int"


class Composite(str):
    """An array or an object as text for a format, with the name of its type."""

    type_name: str

    def __new__(cls, text: str, name: str) -> Composite:
        """Return a text that knows its type."""
        made = super().__new__(cls, text)
        made.type_name = name
        return made


_TYPES = {
    str: "string",
    JsonNumber: "json.Number",
    bool: "bool",
    int: "int",
    float: "float64",
    dict: "map[string]interface {}",
    list: "[]interface {}",
}


def native(value: Any) -> Any:
    """Return a JSON value with its numbers as text."""
    kind = value.__class__
    if kind is int or kind is Number:
        return JsonNumber(str(value) if kind is int else value.text)
    if kind is list:
        return [native(item) for item in value]
    if kind is dict:
        return {name: native(item) for name, item in value.items()}
    return value


def type_of(value: Any) -> str:
    """Return the name of a value's type in Go."""
    return _TYPES[value.__class__]


def truth(value: Any) -> bool:
    """Return whether a value counts as true: not empty, not zero."""
    return value is not None and value is not MISSING and bool(value)


def absent(value: Any) -> bool:
    """Return whether there is nothing to look at."""
    return value is None or value is MISSING


def shown(value: Any, nothing: str = "<nil>") -> str:
    """Return a value as Go prints it."""
    if absent(value):
        return nothing
    if isinstance(value, str):
        return str(value)
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is float:
        return go_numbers.floating(value, "g", -1, go_numbers.Spec())
    if value.__class__ is list:
        return f"[{' '.join([shown(item) for item in value])}]"
    if value.__class__ is dict:
        return f"map[{' '.join([f'{name}:{shown(value[name])}' for name in sorted(value)])}]"
    return str(value)


def printed(values: list[Any]) -> str:
    """Return values one after another, with a space between two that are no strings."""
    made = ""
    for place, value in enumerate(values):
        if place and not isinstance(value, str) and not isinstance(values[place - 1], str):
            made += " "
        made += shown(value)
    return made
