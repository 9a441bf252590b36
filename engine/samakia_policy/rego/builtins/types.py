"""Types of values, and conversions between them."""

from __future__ import annotations

import math
import re
from typing import Any

from samakia_policy.rego.builtins import operands
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values.arithmetic import whole
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.long_integers import integer_of
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.order import ordered
from samakia_policy.rego.values.quote import quoted

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (int, Number),
    "string": (str,),
    "boolean": (bool,),
    "array": (list,),
    "set": (Set,),
    "object": (dict,),
    "null": (type(None),),
}


def _declare_test(name: str, classes: tuple[type, ...]) -> None:
    def is_kind(value: Any) -> bool:
        return value.__class__ in classes

    is_kind.__doc__ = f"Return whether a value is of type {name}."
    builtin(f"is_{name}")(is_kind)


def _declare_cast(name: str, classes: tuple[type, ...]) -> None:
    def cast(value: Any) -> Any:
        if value.__class__ not in classes:
            raise OperandFault(1, name, operands.type_name(value))
        return value

    cast.__doc__ = f"Return a value of type {name} as it is."
    builtin(f"cast_{name}")(cast)


for _name, _classes in _KINDS.items():
    _declare_test(_name, _classes)
for _name in ("string", "boolean", "null", "object"):
    _declare_cast(_name, _KINDS[_name])


@builtin("type_name")
def type_name(value: Any) -> str:
    """Return the name of a value's type."""
    return operands.type_name(value)


@builtin("cast_array")
def cast_array(value: Any) -> list[Any]:
    """Return an array, or a set's elements in order."""
    return value if value.__class__ is list else ordered(_elements(value))


@builtin("cast_set")
def cast_set(value: Any) -> Set:
    """Return a set, or the set of an array's elements."""
    return value if value.__class__ is Set else Set(_elements(value))


def _elements(value: Any) -> list[Any]:
    return operands.collection(value, 1)


_DIGITS = "[0-9](?:_?[0-9])*"
_HEX = "[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_NUMBER = re.compile(
    rf"(-?[1-9][0-9]*|0)|[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
    rf"|[+-]?0[xX](?:_?{_HEX}(?:\.(?:{_HEX})?)?|\.{_HEX})[pP][+-]?{_DIGITS}",
    re.ASCII,
)
# Further down 2**100000 is too small for OPA.
_LARGE_EXPONENTS = {"e": 30_103, "p": 100_000}
_SPECIAL = ("inf", "infinity", "nan")


@builtin("to_number")
def to_number(value: Any) -> int | Number:
    """Return the number that null, a boolean or a string stands for."""
    if value is None or value.__class__ is bool:
        return int(bool(value))
    if value.__class__ is str:
        return _read(value)
    if value.__class__ is int or value.__class__ is Number:
        return value
    raise OperandFault(1, "one of {null, boolean, number, string}", operands.type_name(value))


def _read(text: str) -> int | Number:
    if text.lstrip("+-").lower() in _SPECIAL:
        raise OperandFault(1, "valid number string", "string")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BuiltinFault(f"strconv.ParseFloat: parsing {quoted(text)}: invalid syntax")
    if match[1]:
        return whole(integer_of(text))
    letter = "p" if "x" in text.lower() else "e"
    mantissa, _, exponent = text.lower().partition(letter)
    power = integer_of(exponent.replace("_", "")) if exponent else 0
    if abs(power) > _LARGE_EXPONENTS[letter] and (power < 0 or letter == "p") and mantissa.strip("+-0x._"):
        raise BuiltinFault("invalid number: number too big")
    number = Number(text)
    if math.isinf(float(number.decimal)):
        raise BuiltinFault(f"strconv.ParseFloat: parsing {quoted(text)}: value out of range")
    return number
