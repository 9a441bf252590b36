"""Comparisons between any two values, quick where both are plain numbers or strings."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.values.order import order_key

_PLAIN = {(int, int), (str, str)}


def less(left: Any, right: Any) -> bool:
    """Return `left < right` in OPA's order."""
    if (left.__class__, right.__class__) in _PLAIN:
        return bool(left < right)
    return order_key(left) < order_key(right)


def less_equal(left: Any, right: Any) -> bool:
    """Return `left <= right` in OPA's order."""
    if (left.__class__, right.__class__) in _PLAIN:
        return bool(left <= right)
    return order_key(left) <= order_key(right)


def greater(left: Any, right: Any) -> bool:
    """Return `left > right` in OPA's order."""
    return less(right, left)


def greater_equal(left: Any, right: Any) -> bool:
    """Return `left >= right` in OPA's order."""
    return less_equal(right, left)


def is_array(value: Any, length: int) -> bool:
    """Return whether a value is an array of a length."""
    return value.__class__ is list and len(value) == length


def is_object(value: Any, length: int) -> bool:
    """Return whether a value is an object of a size."""
    return value.__class__ is dict and len(value) == length
