"""Reading values: one step of a ref, and loops over collections in OPA's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.run.state import CONTEXT, State
from samakia_policy.rego.values.collections import UNDEFINED, Set, key, pairs


def step(value: Any, name: Any) -> Any:
    """Return `value[name]`, or UNDEFINED."""
    kind = value.__class__
    if kind is dict:
        return value.get(name if name.__class__ is str else key(name), UNDEFINED)
    if kind is list:
        return value[name] if name.__class__ is int and 0 <= name < len(value) else UNDEFINED
    if kind is Set:
        return value.members.get(key(name), UNDEFINED)
    return UNDEFINED


def base_step(value: Any, name: Any) -> Any:
    """Return `value[name]` in a base document: OPA's store finds `{"2": x}` under the number 2 too."""
    found = step(value, name)
    if found is UNDEFINED and value.__class__ is dict and name.__class__ is int:
        return value.get(str(name), UNDEFINED)
    return found


def items(state: State, value: Any) -> Iterable[tuple[Any, Any]]:
    """Return the keys and values of a collection, in order; nothing for what is none."""
    kind = value.__class__
    if kind is dict:
        _charge(state, len(value))
        return _object_items(value)
    if kind is list:
        _charge(state, len(value))
        return enumerate(value)
    if kind is Set:
        _charge(state, len(value))
        return [(item, item) for item in value]
    return ()


def values(state: State, value: Any) -> Iterable[Any]:
    """Return the values of a collection, in the order of their keys."""
    kind = value.__class__
    if kind is list:
        _charge(state, len(value))
        return value  # type: ignore[no-any-return]
    if kind is dict:
        _charge(state, len(value))
        return [item for _, item in _object_items(value)]
    if kind is Set:
        _charge(state, len(value))
        return value  # type: ignore[no-any-return]
    return ()


def _object_items(value: dict[Any, Any]) -> Iterable[tuple[Any, Any]]:
    try:
        names = sorted(value)
    except TypeError:
        return pairs(value)
    if names and names[0].__class__ is not str:
        return pairs(value)
    # Facts and most documents come sorted already: then nothing is built.
    return value.items() if names == list(value) else [(name, value[name]) for name in names]


def _charge(state: State, steps: int) -> None:
    context: Context = state[CONTEXT]
    if context.fuel is not None:
        context.charge(steps)


def iterable(value: Any) -> bool:
    """Return whether a value is an array, an object or a set."""
    kind = value.__class__
    return kind is list or kind is dict or kind is Set
