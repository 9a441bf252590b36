"""walk: every value inside a value, with its path. A relation: each pair is one solution, made lazily."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.values.collections import UNDEFINED, Set, Value, key, pairs

FREE: Any = object()
"""Stands for a step of a path that is not known beforehand."""


@builtin("walk", context=True)
def walk(context: Context, value: Value) -> Iterator[list[Value]]:
    """Yield `[path, value]` for a value and everything in it, parents first, in order of keys."""
    waiting: list[list[Value]] = [[[], value]]
    take, metered = waiting.pop, context.fuel is not None
    while waiting:
        pair = take()
        yield pair
        path, found = pair
        kind = found.__class__
        if kind is dict:
            inside = [[[*path, name], item] for name, item in _items(found)]
        elif kind is list:
            inside = [[[*path, place], item] for place, item in enumerate(found)]
        elif kind is Set:
            inside = [[[*path, item], item] for item in found]
        else:
            continue
        if metered:
            context.charge(len(inside))
        inside.reverse()
        waiting += inside


@builtin("internal.walk_values", context=True)
def walk_values(context: Context, value: Value) -> Iterator[Value]:
    """Yield a value and everything in it, in the order of walk, without paths."""
    waiting = [value]
    take, metered = waiting.pop, context.fuel is not None
    while waiting:
        found = take()
        yield found
        kind = found.__class__
        if kind is dict:
            inside = [item for _, item in _items(found)]
        elif kind is list or kind is Set:
            inside = list(found)
        else:
            continue
        if metered:
            context.charge(len(inside))
        inside.reverse()
        waiting += inside


@builtin("internal.walk_at", context=True)
def walk_at(context: Context, value: Value, steps: list[Value]) -> Iterator[list[Value]]:
    """Yield the pairs of walk whose path has these steps (FREE ones match any), and no more."""
    waiting: list[tuple[list[Value], Value]] = [([], value)]
    depth = len(steps)
    while waiting:
        path, found = waiting.pop()
        if len(path) == depth:
            yield [path, found]
            continue
        inside = _below(found, steps[len(path)])
        context.charge(len(inside))
        waiting += [([*path, name], item) for name, item in reversed(inside)]


def _below(value: Value, step: Value) -> list[tuple[Value, Value]]:
    kind = value.__class__
    if step is not FREE:
        found = child(value, step)
        return [] if found is UNDEFINED else [(step, found)]
    if kind is dict:
        return list(_items(value))
    if kind is list:
        return list(enumerate(value))
    return [(item, item) for item in value] if kind is Set else []


def child(value: Value, name: Value) -> Value:
    """Return what lies under a key, index or element, or UNDEFINED."""
    kind = value.__class__
    if kind is dict:
        return value.get(name if name.__class__ is str else key(name), UNDEFINED)
    if kind is Set:
        return value.members.get(key(name), UNDEFINED)
    if kind is list:
        return value[name] if name.__class__ is int and 0 <= name < len(value) else UNDEFINED
    return UNDEFINED


def _items(found: dict[Any, Value]) -> Any:
    names = list(found)
    try:
        ordered = sorted(names)
    except TypeError:
        return pairs(found)
    if names and ordered[0].__class__ is not str:
        return pairs(found)
    # Most documents come sorted already: then nothing more is built.
    return found.items() if names == ordered else [(name, found[name]) for name in ordered]
