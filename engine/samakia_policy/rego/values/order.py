"""OPA's order: null < booleans < numbers < strings < arrays < objects < sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.values.collections import Set, pairs
from samakia_policy.rego.values.number import Number

_RANK = {bool: 1, int: 2, Number: 2, str: 3, list: 4, dict: 5, Set: 6}
_STRING, _ARRAY, _OBJECT, _SET = 3, 4, 5, 6
_PLAIN = ({str}, {int})


def order_key(value: Any) -> tuple[Any, ...]:
    """Return a tuple that Python sorts as OPA sorts values."""
    if value is None:
        return (0,)
    rank = _RANK[value.__class__]
    if rank <= _STRING:
        return (rank, value)
    if rank == _ARRAY:
        return (_ARRAY, *[order_key(item) for item in value])
    if rank == _OBJECT:
        return (_OBJECT, *[(order_key(name), order_key(item)) for name, item in pairs(value)])
    return (_SET, *[order_key(item) for item in value])


def ordered(values: Iterable[Any]) -> list[Any]:
    """Return values in OPA's order."""
    items = list(values)
    kinds = {item.__class__ for item in items}
    return sorted(items) if kinds in _PLAIN else sorted(items, key=order_key)


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1."""
    one, two = order_key(left), order_key(right)
    return -1 if one < two else int(one > two)
