"""What built-ins say about operands of the wrong type, in OPA's words."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.errors import OperandFault
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

_NAMES = {bool: "boolean", int: "number", Number: "number", str: "string", list: "array", dict: "object", Set: "set"}


def type_name(value: Any) -> str:
    """Return Rego's name of a value's type."""
    return "null" if value is None else _NAMES[value.__class__]


def string(value: Any, position: int) -> str:
    """Return a str operand; raises OperandFault."""
    if value.__class__ is not str:
        raise OperandFault(position, "string", type_name(value))
    return value  # type: ignore[no-any-return]


def number(value: Any, position: int) -> int | Number:
    """Return a number operand; raises OperandFault."""
    if value.__class__ is not int and value.__class__ is not Number:
        raise OperandFault(position, "number", type_name(value))
    return value  # type: ignore[no-any-return]


def integer(value: Any, position: int) -> int:
    """Return an operand that equals an integer; raises OperandFault."""
    if value.__class__ is int:
        return value  # type: ignore[no-any-return]
    whole = number(value, position).integral  # type: ignore[union-attr]
    if whole is None:
        raise OperandFault(position, "integer number", "floating-point number")
    return whole


def array(value: Any, position: int) -> list[Any]:
    """Return an array operand; raises OperandFault."""
    if value.__class__ is not list:
        raise OperandFault(position, "array", type_name(value))
    return value  # type: ignore[no-any-return]


def obj(value: Any, position: int) -> dict[Any, Any]:
    """Return an object operand; raises OperandFault."""
    if value.__class__ is not dict:
        raise OperandFault(position, "object", type_name(value))
    return value  # type: ignore[no-any-return]


def a_set(value: Any, position: int) -> Set:
    """Return a set operand; raises OperandFault."""
    if value.__class__ is not Set:
        raise OperandFault(position, "set", type_name(value))
    return value  # type: ignore[no-any-return]


def collection(value: Any, position: int) -> list[Any]:
    """Return the elements of an array or set operand, in order; raises OperandFault."""
    if value.__class__ is not list and value.__class__ is not Set:
        raise OperandFault(position, "one of {array, set}", type_name(value))
    return list(value)
