"""Aggregates over arrays and sets, and membership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins.limits import check_bits
from samakia_policy.rego.builtins.operands import ElementFault, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OperandFault
from samakia_policy.rego.values import arithmetic
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, key
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.order import order_key, ordered

_DOUBLE = 53


@builtin("count")
def count(value: Any) -> int:
    """Return the number of elements, pairs or characters."""
    if value.__class__ in (list, dict, str, Set):
        return len(value)
    raise OperandFault(1, "one of {array, object, set, string}", type_name(value))


@builtin("sum")
def total(value: Any) -> int | Number:
    """Return the sum of numbers."""
    items = _elements(value)
    if {item.__class__ for item in items} <= {int}:
        return arithmetic.whole(sum(items))
    if (exact := _integers(items)) is not None:
        return arithmetic.whole(sum(exact))
    made = (False, 0, 0)
    for item in items:
        made = arithmetic.added(made, _float(value, item))
    return arithmetic.number(made)


@builtin("product")
def product(value: Any) -> int | Number:
    """Return the product of numbers."""
    items = _elements(value)
    if (exact := _integers(items)) is not None:
        check_bits(sum(item.bit_length() for item in exact))
        return arithmetic.whole(_multiplied(exact))
    # OPA multiplies fractions in 53 bits, though it adds them in 64.
    made = (False, 1, 0)
    for item in items:
        made = arithmetic.multiplied(made, _float(value, item), _DOUBLE)
    return arithmetic.number(made, _DOUBLE)


def _multiplied(factors: list[int]) -> int:
    """Return the product, halves first so that long factors meet late."""
    if len(factors) <= 2:  # noqa: PLR2004 - a pair
        return factors[0] * factors[-1] if len(factors) == 2 else (factors or [1])[0]  # noqa: PLR2004
    middle = len(factors) // 2
    return _multiplied(factors[:middle]) * _multiplied(factors[middle:])


def _integers(items: list[Any]) -> list[int] | None:
    found = []
    for item in items:
        whole = item if item.__class__ is int else item.integral if item.__class__ is Number else None
        if whole is None:
            return None
        found.append(whole)
    return found


def _float(whole: Any, item: Any) -> arithmetic.Float:
    if item.__class__ is not int and item.__class__ is not Number:
        raise ElementFault(1, whole, item, "number")
    return arithmetic.floated(item)


@builtin("max")
def maximum(value: Any) -> Any:
    """Return the last of the greatest elements; undefined without any."""
    return _extreme(value, max)


@builtin("min")
def minimum(value: Any) -> Any:
    """Return the last of the least elements; undefined without any."""
    return _extreme(value, min)


def _extreme(value: Any, choose: Callable[..., Any]) -> Any:
    items = _elements(value)
    if not items:
        return UNDEFINED
    if {item.__class__ for item in items} in ({int}, {str}):
        return choose(items)
    # Of equal elements (1 and 1.0) OPA takes the last.
    return choose(reversed(items), key=order_key)


@builtin("sort")
def in_order(value: Any) -> list[Any]:
    """Return the elements as an array, sorted."""
    return ordered(_elements(value))


@builtin("all")
def every(value: Any) -> bool:
    """Return whether every element is true."""
    return all(item is True for item in _elements(value, "array, set"))


@builtin("any")
def some(value: Any) -> bool:
    """Return whether an element is true."""
    return any(item is True for item in _elements(value, "array, set"))


def _elements(value: Any, wanted: str = "set, array") -> list[Any]:
    if value.__class__ is list:
        return value
    if value.__class__ is Set:
        return list(value)
    raise OperandFault(1, f"one of {{{wanted}}}", type_name(value))


@builtin("internal.member_2")
def member(value: Any, collection: Any) -> bool:
    """Return whether a value is among the elements, or the values of an object."""
    if collection.__class__ is Set:
        return value in collection
    if collection.__class__ is list:
        return _among(value, collection)
    return collection.__class__ is dict and _among(value, collection.values())


def _among(value: Any, items: Any) -> bool:
    if value.__class__ is str:
        return value in items
    return any(equal(value, item) for item in items)


@builtin("internal.member_3")
def member_with_key(name: Any, value: Any, collection: Any) -> bool:
    """Return whether a collection holds the value under the key (or index)."""
    if collection.__class__ is Set:
        return name in collection and equal(name, value)
    if collection.__class__ is dict:
        found = collection.get(key(name), UNDEFINED)
    elif collection.__class__ is list:
        found = _at(collection, name)
    else:
        return False
    return found is not UNDEFINED and equal(value, found)


def _at(items: list[Any], index: Any) -> Any:
    place = index.integral if index.__class__ is Number else index
    if place.__class__ is not int or not 0 <= place < len(items):
        return UNDEFINED
    return items[place]
