"""Reading values: one step of a ref, and loops over collections in OPA's order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.run.state import CONTEXT, State
from samakia_policy.rego.values.collections import UNDEFINED, Set, key, pairs
from samakia_policy.rego.values.number import Number

# At most 19 digits in all: OPA reads no longer integer.
_WHOLE = re.compile(r"(?=[^0-9]*(?:[0-9.]{1,19})$)([+-]?[0-9]+)\.?0*")


def step(value: Any, name: Any) -> Any:
    """Return `value[name]`, or UNDEFINED."""
    kind = value.__class__
    if kind is dict:
        return value.get(name if name.__class__ is str else key(name), UNDEFINED)
    if kind is list:
        place = name if name.__class__ is int else whole_number(name)
        return value[place] if 0 <= place < len(value) else UNDEFINED
    if kind is Set:
        return value.members.get(key(name), UNDEFINED)
    return UNDEFINED


def base_step(value: Any, name: Any) -> Any:
    """Return `value[name]` in a base document: OPA's store takes the number 2 and the text 2 for one."""
    found = step(value, name)
    if found is not UNDEFINED:
        return found
    if value.__class__ is dict and name.__class__ in (int, Number):
        return value.get(name.text if isinstance(name, Number) else str(name), UNDEFINED)
    if value.__class__ is list and name.__class__ is str:
        return step(value, place_named(name))
    return found


def whole_number(name: Any) -> int:
    """Return the place in an array that a number such as 1.0 names, or -1: 1e0 names none."""
    return place_named(name.text) if name.__class__ is Number else -1


def place_named(text: str) -> int:
    """Return the place in an array that a text such as 1 names, or -1."""
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found else -1


def items(state: State, value: Any) -> Iterable[tuple[Any, Any]]:
    """Return the keys and values of a collection, in order; nothing for what is none."""
    kind = value.__class__
    if kind is list:
        _charge(state, len(value))
        return enumerate(value)
    if kind is dict:
        _charge(state, len(value))
        return _object_items(value)
    if kind is Set:
        _charge(state, len(value))
        return [(item, item) for item in value]
    return ()


def values(state: State, value: Any) -> Iterable[Any]:
    """Return the values of a collection, in the order of their keys."""
    kind = value.__class__
    if kind is list:
        # Without a call: inner loops are short, and there are many of them.
        context: Context = state[CONTEXT]
        if context.fuel is not None:
            context.charge(len(value))
        return value  # type: ignore[no-any-return]
    if kind is dict:
        _charge(state, len(value))
        return [item for _, item in _object_items(value)]
    if kind is Set:
        _charge(state, len(value))
        return value  # type: ignore[no-any-return]
    return ()


def _object_items(value: dict[Any, Any]) -> Iterable[tuple[Any, Any]]:
    names = list(value)
    try:
        in_order = sorted(names)
    except TypeError:
        return pairs(value)
    if names and names[0].__class__ is not str:
        return pairs(value)
    # Facts and most documents come sorted already: then nothing is built.
    return value.items() if in_order == names else [(name, value[name]) for name in in_order]


def _charge(state: State, steps: int) -> None:
    context: Context = state[CONTEXT]
    if context.fuel is not None:
        context.charge(steps)


def iterable(value: Any) -> bool:
    """Return whether a value is an array, an object or a set."""
    kind = value.__class__
    return kind is list or kind is dict or kind is Set
