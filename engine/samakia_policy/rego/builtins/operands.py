"""What built-ins say about operands of the wrong type, in OPA's words."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.rego.errors import OperandFault
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

_MACHINE = 1 << 63
_DIGITS = 19
_INTEGER = re.compile(r"(-?[0-9]{1,19})(?:\.0*)?", re.ASCII)
_NAMES = {
    bool: "boolean",
    int: "number",
    Number: "number",
    str: "string",
    list: "array",
    dict: "object",
    Set: "set",
}


def type_name(value: Any) -> str:
    """Return Rego's name of a value's type."""
    return "null" if value is None else _NAMES[value.__class__]


def string(value: Any, position: int) -> str:
    """Return a str operand; raises OperandFault."""
    if value.__class__ is not str:
        raise OperandFault(position, "string", type_name(value))
    return value


def number(value: Any, position: int) -> int | Number:
    """Return a number operand; raises OperandFault."""
    if value.__class__ is not int and value.__class__ is not Number:
        raise OperandFault(position, "number", type_name(value))
    return value


def integer(value: Any, position: int) -> int:
    """Return an operand that equals an integer; raises OperandFault."""
    if value.__class__ is int:
        return value
    whole = number(value, position).integral  # type: ignore[union-attr]
    if whole is None:
        raise OperandFault(position, "integer number", "floating-point number")
    return whole


def integer64(value: Any, position: int) -> int:
    """Return an operand that OPA takes for a machine integer (1 and 1.0, not 1e0); raises OperandFault."""
    if value.__class__ is int and -_MACHINE <= value < _MACHINE:
        return value
    found = number(value, position)
    text = str(found) if found.__class__ is int else found.text  # type: ignore[union-attr]
    match = _INTEGER.fullmatch(text)
    if match is None or len(text.lstrip("-")) > _DIGITS or not -_MACHINE <= int(match[1]) < _MACHINE:
        raise OperandFault(position, "integer number", "floating-point number")
    return int(match[1])


def big_integer(value: Any, position: int) -> int:
    """Return an integer operand of any size (1e3 is one, too); raises OperandFault."""
    if value.__class__ is int:
        return value
    if value.__class__ is not Number:
        raise OperandFault(position, "integer", type_name(value))
    whole = value.integral
    if whole is None:
        raise OperandFault(position, "integer number", "floating-point number")
    return whole


def strings(value: Any, position: int) -> list[str]:
    """Return the strings in an array or set operand, in order; raises OperandFault."""
    found = collection(value, position)
    for item in found:
        if item.__class__ is not str:
            raise ElementFault(position, value, item, "string")
    return found


class ElementFault(OperandFault):
    """An array or set operand holds something of the wrong type."""

    def __init__(self, position: int, whole: Any, found: Any, wanted: str) -> None:
        kind = type_name(whole)
        super().__init__(position, f"{kind} of {wanted}s", f"{kind} containing {type_name(found)}")


def array(value: Any, position: int) -> list[Any]:
    """Return an array operand; raises OperandFault."""
    if value.__class__ is not list:
        raise OperandFault(position, "array", type_name(value))
    return value


def obj(value: Any, position: int) -> dict[Any, Any]:
    """Return an object operand; raises OperandFault."""
    if value.__class__ is not dict:
        raise OperandFault(position, "object", type_name(value))
    return value


def a_set(value: Any, position: int) -> Set:
    """Return a set operand; raises OperandFault."""
    if value.__class__ is not Set:
        raise OperandFault(position, "set", type_name(value))
    return value


def collection(value: Any, position: int) -> list[Any]:
    """Return the elements of an array or set operand, in order; raises OperandFault."""
    return a_collection(value, position, "array, set")


def a_collection(value: Any, position: int, wanted: str) -> list[Any]:
    """Return the elements of an array or set operand; raises OperandFault, with the types in OPA's order."""
    if value.__class__ is list:
        return value
    if value.__class__ is not Set:
        raise OperandFault(position, f"one of {{{wanted}}}", type_name(value))
    return list(value)
