"""Hash indexes over collections, made when the same collection is searched a second time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.run.lookup import items, step
from samakia_policy.rego.run.state import CONTEXT, INDEXES, State
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, key

# Below this a scan is as quick as a look-up.
SMALL = 12

_NONE: list[Any] = []


def probe(
    state: State, found: Any, paths: tuple[tuple[str, ...], ...], wanted: tuple[Any, ...]
) -> Iterable[Any]:
    """Return the items of a collection that may have these values at these paths, in order.

    More than those may come: the caller tests each. The index is made at the second search.
    """
    if found.__class__ not in (list, dict, Set) or len(found) < SMALL:
        return items(state, found)
    name = (id(found), paths)
    index = state[INDEXES].get(name)
    if index is None:
        state[INDEXES][name] = (found, None)
        return items(state, found)
    if index[1] is None:
        index = state[INDEXES][name] = (found, _index(state, found, paths))
    # A look-up costs a step, so that fuel does not depend on how a search was planned to succeed.
    return index[1].get(tuple([key(value) for value in wanted]), _NONE)  # type: ignore[no-any-return]


def _index(state: State, found: Any, paths: tuple[tuple[str, ...], ...]) -> dict[Any, list[Any]]:
    made: dict[Any, list[Any]] = {}
    for pair in items(state, found):
        values = [_at(pair[1], path) for path in paths]
        if all(value is not UNDEFINED for value in values):
            made.setdefault(tuple([key(value) for value in values]), []).append(pair)
    return made


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = step(value, name)
    return value


def member(state: State, wanted: Any, found: Any) -> bool:
    """Return whether a value is among the values of a collection: `wanted in found`."""
    kind = found.__class__
    if kind is Set:
        return key(wanted) in found.members
    if kind is not list and kind is not dict:
        return False
    if len(found) < SMALL:
        values = found if kind is list else found.values()
        return any(equal(wanted, value) for value in values)
    return key(wanted) in _members(state, found)


def _members(state: State, found: Any) -> Any:
    name = (id(found), "members")
    index = state[INDEXES].get(name)
    if index is None:
        if state[CONTEXT].fuel is not None:
            state[CONTEXT].charge(len(found))
        values = found if found.__class__ is list else found.values()
        index = state[INDEXES][name] = (found, {key(value) for value in values})
    return index[1]
