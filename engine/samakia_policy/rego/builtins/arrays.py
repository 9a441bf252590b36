"""Arrays."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import charge_items
from samakia_policy.rego.builtins.operands import array, integer64
from samakia_policy.rego.builtins.registry import builtin


@builtin("array.concat", context=True)
def concat(context: Context, left: Any, right: Any) -> list[Any]:
    """Return one array after the other."""
    one, two = array(left, 1), array(right, 2)
    charge_items(context, len(one) + len(two))
    return one + two


@builtin("array.flatten", context=True)
def flatten(context: Context, value: Any) -> list[Any]:
    """Return an array with the arrays in it replaced by their elements, one level deep."""
    items = array(value, 1)
    charge_items(context, sum(len(item) if item.__class__ is list else 1 for item in items))
    made: list[Any] = []
    for item in items:
        if item.__class__ is list:
            made += item
        else:
            made.append(item)
    return made


@builtin("array.slice")
def part(value: Any, start: Any, stop: Any) -> list[Any]:
    """Return the elements from start up to, but without, stop; both kept inside the array."""
    items, first, last = array(value, 1), integer64(start, 2), integer64(stop, 3)
    last = min(max(last, 0), len(items))
    return items[min(max(first, 0), last) : last]


@builtin("array.reverse")
def backwards(value: Any) -> list[Any]:
    """Return the elements in opposite order."""
    return array(value, 1)[::-1]
