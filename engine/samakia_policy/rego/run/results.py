"""Putting together what rules and comprehensions give, and saying when two results contradict."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.errors import CONFLICT, EvaluationFault
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, key


def add(members: dict[Any, Any], value: Any) -> None:
    """Add an element to the members of a set in the making."""
    name = value if value.__class__ is str else key(value)
    if name not in members:
        members[name] = value


def put(made: dict[Any, Any], name: Any, value: Any) -> None:
    """Put a pair into an object in the making; a second value for a key is a conflict."""
    name = name if name.__class__ is str else key(name)
    if name in made and not equal(made[name], value):
        raise EvaluationFault(CONFLICT, "object keys must be unique")
    made[name] = value


def same(before: Any, value: Any, message: str) -> Any:
    """Return the one value of a complete rule or function; two different ones are a conflict."""
    if before is not UNDEFINED and not equal(before, value):
        raise EvaluationFault(CONFLICT, message)
    return value


def insert(made: dict[Any, Any], path: tuple[Any, ...], value: Any) -> None:
    """Put a value deep into a partial object, making the objects between."""
    inner = _descend(made, path[:-1])
    put(inner, path[-1], value)


def insert_member(made: dict[Any, Any], path: tuple[Any, ...], value: Any) -> None:
    """Add an element to a set that lies deep in a partial object."""
    inner = _descend(made, path[:-1])
    found = inner.setdefault(key(path[-1]), Set())
    if found.__class__ is not Set:
        raise EvaluationFault(CONFLICT, "object keys must be unique")
    add(found.members, value)


def _descend(made: dict[Any, Any], path: tuple[Any, ...]) -> dict[Any, Any]:
    for name in path:
        made = made.setdefault(key(name), {})
        if made.__class__ is not dict:
            raise EvaluationFault(CONFLICT, "object keys must be unique")
    return made


def as_set(members: dict[Any, Any]) -> Set:
    """Return the set of members that was being made."""
    return Set.of_members(members)
