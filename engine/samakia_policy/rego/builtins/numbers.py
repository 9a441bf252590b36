"""Numbers: arithmetic, rounding, ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins import operands
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import charge_items, check_bits
from samakia_policy.rego.builtins.operands import big_integer, integer64, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values import arithmetic
from samakia_policy.rego.values.arithmetic import Float, floated, whole
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

_EXACT = 1 << 64
# Above, adding a half is rounded.
_HALF_EXACT = 1 << 63
_HALF: Float = (False, 1, -1)
_ONE: Float = (False, 1, 0)

Numeric = int | Number


@builtin("plus")
def plus(left: Any, right: Any) -> Numeric:
    """Return left + right."""
    if left.__class__ is int and right.__class__ is int:
        return left + right if -_EXACT < left < _EXACT else whole(left + right)
    one, two = _integers(left, right)
    if one is not None and two is not None:
        return whole(one + two)
    return arithmetic.number(arithmetic.added(floated(left), floated(right)))


@builtin("minus")
def minus(left: Any, right: Any) -> Any:
    """Return left - right, of numbers or of sets."""
    if left.__class__ is int and right.__class__ is int:
        return left - right if -_EXACT < left < _EXACT else whole(left - right)
    if left.__class__ is Set and right.__class__ is Set:
        return _without(left, right)
    _refuse_difference(left, right)
    one, two = _integers(left, right)
    if one is not None and two is not None:
        return whole(one - two)
    return arithmetic.number(arithmetic.subtracted(floated(left), floated(right)))


@builtin("mul")
def mul(left: Any, right: Any) -> Numeric:
    """Return left * right."""
    one, two = _integers(left, right)
    if one is not None and two is not None:
        if -_EXACT < one < _EXACT and -_EXACT < two < _EXACT:
            return one * two
        check_bits(one.bit_length() + two.bit_length())
        return whole(one * two)
    return arithmetic.number(arithmetic.multiplied(floated(left), floated(right)))


@builtin("div")
def div(left: Any, right: Any) -> Numeric:
    """Return left / right; integers as long as nothing is left over."""
    operands.number(left, 1)
    operands.number(right, 2)
    divisor = floated(right)
    if not divisor[1]:
        raise BuiltinFault("divide by zero")
    if left.__class__ is int and right.__class__ is int and left and -_EXACT < left < _EXACT:
        quotient, rest = divmod(left, right)
        if not rest and -_EXACT < right < _EXACT:
            return quotient
    return arithmetic.number(arithmetic.divided(floated(left), divisor))


@builtin("rem")
def rem(left: Any, right: Any) -> Numeric:
    """Return what is left over when integers are divided, with the sign of the first."""
    one, two = _integers(left, right)
    if one is None or two is None:
        raise BuiltinFault("modulo on floating-point number")
    if two == 0:
        raise BuiltinFault("modulo by zero")
    rest = abs(one) % abs(two)
    return whole(-rest if one < 0 else rest)


def _unary(name: str, function: Callable[[Float], Float]) -> None:
    def rounded(value: Any) -> Numeric:
        if operands.number(value, 1).__class__ is int and -_HALF_EXACT < value < _HALF_EXACT:
            return abs(value) if name == "abs" else value  # type: ignore[no-any-return]
        return arithmetic.number(function(floated(value)))

    rounded.__doc__ = f"Return {name} of a number."
    builtin(name)(rounded)


def _absolute(value: Float) -> Float:
    return False, value[1], value[2]


def _round(value: Float) -> Float:
    step = arithmetic.subtracted if value[0] else arithmetic.added
    return _of_integer(arithmetic.truncated(step(value, _HALF)))


def _ceil(value: Float) -> Float:
    # Not the ceiling between -1 and 0: OPA answers 1 there, and so do we.
    cut = _of_integer(arithmetic.truncated(value))
    return cut if cut[0] or _same(cut, value) else arithmetic.added(cut, _ONE)


def _floor(value: Float) -> Float:
    cut = _of_integer(arithmetic.truncated(value))
    return cut if not cut[0] or _same(cut, value) else arithmetic.subtracted(cut, _ONE)


def _same(left: Float, right: Float) -> bool:
    return not arithmetic.subtracted(left, right)[1]


def _of_integer(value: int) -> Float:
    return value < 0, abs(value), 0


for _name, _function in (("abs", _absolute), ("round", _round), ("ceil", _ceil), ("floor", _floor)):
    _unary(_name, _function)


@builtin("numbers.range", context=True)
def numbers_range(context: Context, first: Any, last: Any) -> list[Any]:
    """Return the integers from first to last, both included, up or down."""
    return _range(context, big_integer(first, 1), big_integer(last, 2), 1)


@builtin("numbers.range_step", context=True)
def numbers_range_step(context: Context, first: Any, last: Any, step: Any) -> list[Any]:
    """Return every step-th integer from first to last, up or down."""
    one, two, by = big_integer(first, 1), big_integer(last, 2), big_integer(step, 3)
    if by <= 0:
        raise BuiltinFault("numbers.range_step: step must be a positive integer")
    return _range(context, one, two, by)


def _range(context: Context, first: int, last: int, step: int) -> list[Any]:
    charge_items(context, abs(last - first) // step + 1)
    return list(range(first, last + 1, step) if first <= last else range(first, last - 1, -step))


@builtin("rand.intn", context=True)
def rand_intn(context: Context, text: Any, limit: Any) -> int:
    """Return a number below limit, the same for the same text within one evaluation."""
    name, below = string(text, 1), abs(integer64(limit, 2))
    if "random" not in context.allowed:
        raise BuiltinFault("random numbers are not allowed here")
    if not below:
        return 0
    place = ("rand.intn", name, below)
    if place not in context.cache:
        seed = f"{context.seed} {name} {below}"
        import random

        context.cache[place] = random.Random(seed).randrange(below)  # noqa: S311 - no secret
    return int(context.cache[place])


def _integers(left: Any, right: Any) -> tuple[int | None, int | None]:
    """Return both operands as integers where they are; raises OperandFault for what is no number."""
    one = left if left.__class__ is int else operands.number(left, 1).integral  # type: ignore[union-attr]
    two = right if right.__class__ is int else operands.number(right, 2).integral  # type: ignore[union-attr]
    return one, two


def _without(left: Set, right: Set) -> Set:
    gone = right.members
    return Set.of_members({name: value for name, value in left.members.items() if name not in gone})


def _refuse_difference(left: Any, right: Any) -> None:
    kinds = type_name(left), type_name(right)
    if kinds[0] not in ("number", "set"):
        raise OperandFault(1, "one of {number, set}", kinds[0])
    if kinds[0] != kinds[1]:
        raise OperandFault(2, "set" if kinds[1] == "number" else "number", kinds[1])
