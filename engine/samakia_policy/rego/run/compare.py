"""Comparisons between any two values, quick where both are plain numbers or strings."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.values.order import order_key


def less(left: Any, right: Any) -> bool:
    """Return `left < right` in OPA's order."""
    kind = left.__class__
    if kind is right.__class__ and (kind is int or kind is str):
        return left < right  # type: ignore[no-any-return]
    return order_key(left) < order_key(right)


def less_equal(left: Any, right: Any) -> bool:
    """Return `left <= right` in OPA's order."""
    kind = left.__class__
    if kind is right.__class__ and (kind is int or kind is str):
        return left <= right  # type: ignore[no-any-return]
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
