"""Sets."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.operands import a_set
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.values.collections import Key, Set, Value


@builtin("and")
def both(left: Any, right: Any) -> Set:
    """Return the elements that are in both sets."""
    return _common(a_set(left, 1), a_set(right, 2))


@builtin("or")
def either(left: Any, right: Any) -> Set:
    """Return the elements of both sets."""
    one, two = a_set(left, 1), a_set(right, 2)
    return Set.of_members({**two.members, **one.members}) if one.members else two


@builtin("set_diff")
def set_diff(left: Any, right: Any) -> Set:
    """Return the elements of the first set that are not in the second."""
    one, two = a_set(left, 1), a_set(right, 2)
    return Set.of_members({name: item for name, item in one.members.items() if name not in two.members})


@builtin("intersection")
def intersection(value: Any) -> Set:
    """Return the elements that are in every set of a set of sets."""
    found: Set | None = None
    for item in a_set(value, 1):
        other = a_set(item, 1)
        found = other if found is None else _common(found, other)
    return Set() if found is None else found


@builtin("union")
def union(value: Any) -> Set:
    """Return the elements of all sets of a set of sets."""
    made: dict[Key, Value] = {}
    for item in a_set(value, 1):
        for name, element in a_set(item, 1).members.items():
            made.setdefault(name, element)
    return Set.of_members(made)


def _common(left: Set, right: Set) -> Set:
    small, large = (right, left) if len(right) < len(left) else (left, right)
    return Set.of_members({name: item for name, item in small.members.items() if name in large.members})
