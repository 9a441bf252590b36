"""Bits of integers of any size."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, or_, xor
from typing import Any

from samakia_policy.rego.builtins.limits import check_bits
from samakia_policy.rego.builtins.operands import big_integer
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OPERAND, BuiltinFault
from samakia_policy.rego.values.arithmetic import whole
from samakia_policy.rego.values.number import Number

_WORD = 1 << 64


def _declare(name: str, function: Callable[[int, int], int]) -> None:
    def of_two(left: Any, right: Any) -> int | Number:
        return whole(function(big_integer(left, 1), big_integer(right, 2)))

    of_two.__doc__ = f"Return {name} of two integers."
    builtin(f"bits.{name}")(of_two)


def _left(value: int, places: int) -> int:
    places = _places(places)
    if value:
        check_bits(value.bit_length() + places)
    return value << places if value else 0


def _right(value: int, places: int) -> int:
    return value >> _places(places)


def _places(places: int) -> int:
    if places < 0:
        message = "operand 2 must be an unsigned integer number but got a negative integer"
        raise BuiltinFault(message, OPERAND)
    return places % _WORD


for _name, _function in (("and", and_), ("or", or_), ("xor", xor), ("lsh", _left), ("rsh", _right)):
    _declare(_name, _function)


@builtin("bits.negate")
def negate(value: Any) -> int | Number:
    """Return an integer with every bit flipped."""
    return whole(~big_integer(value, 1))
