"""Hash indexes over collections, made when the same collection is searched a second time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.run.lookup import items, values
from samakia_policy.rego.run.state import CONTEXT, INDEXES, State
from samakia_policy.rego.values.collections import Set, equal, key

# Below this a scan is as quick as a look-up.
SMALL = 12

Paths = tuple[tuple[str, ...], ...]
_NONE: list[Any] = []
_ABSENT = (KeyError, TypeError, IndexError)


def probe(state: State, found: Any, paths: Paths, wanted: Any) -> Iterable[Any]:
    """Return the keys and values of a collection that may have these values at these paths, in order.

    More than those may come: the caller tests each. The index is made at the second search. `wanted` is the
    one value for one path, or a tuple.
    """
    if found.__class__ not in (list, dict, Set) or len(found) < SMALL:
        return items(state, found)
    return _search(state, found, paths, wanted, keyed=True)


def probe_values(state: State, found: Any, paths: Paths, wanted: Any) -> Iterable[Any]:
    """Like `probe`, where nothing asks for the keys."""
    if found.__class__ not in (list, dict, Set) or len(found) < SMALL:
        return values(state, found)
    return _search(state, found, paths, wanted, keyed=False)


def _search(state: State, found: Any, paths: Paths, wanted: Any, *, keyed: bool) -> Iterable[Any]:
    name = (id(found), paths, keyed)
    index = state[INDEXES].get(name)
    if index is None:
        state[INDEXES][name] = (found, None)
        return items(state, found) if keyed else values(state, found)
    if index[1] is None:
        made = _index(items(state, found), paths) if keyed else _index_values(state, found, paths)
        index = state[INDEXES][name] = (found, made)
    if len(paths) == 1:
        matches = index[1].get(wanted if wanted.__class__ is str else key(wanted), _NONE)
    else:
        matches = index[1].get(tuple([key(value) for value in wanted]), _NONE)
    context = state[CONTEXT]
    if context.fuel is not None:
        context.charge(len(matches))
    return matches  # type: ignore[no-any-return]


def _index_values(state: State, found: Any, paths: Paths) -> dict[Any, list[Any]]:
    """Index by one path, element by element; several paths are as rare as they are slow."""
    if len(paths) > 1:
        pairs = _index(items(state, found), paths)
        return {name: [value for _, value in matches] for name, matches in pairs.items()}
    made: dict[Any, list[Any]] = {}
    (path,) = paths
    for element in values(state, found):
        value = element
        try:
            for name in path:
                value = value[name]
        except _ABSENT:
            continue
        if value.__class__ is not str:
            value = key(value)
        if value in made:
            made[value].append(element)
        else:
            made[value] = [element]
    return made


def _index(pairs: Iterable[Any], paths: Paths) -> dict[Any, list[Any]]:
    made: dict[Any, list[Any]] = {}
    for pair in pairs:
        found = []
        for path in paths:
            value = pair[1]
            try:
                for name in path:
                    value = value[name]
            except _ABSENT:
                break
            found.append(key(value))
        else:
            made.setdefault(found[0] if len(paths) == 1 else tuple(found), []).append(pair)
    return made


def member(state: State, wanted: Any, found: Any) -> bool:
    """Return whether a value is among the values of a collection: `wanted in found`."""
    kind = found.__class__
    if kind is Set:
        return (wanted if wanted.__class__ is str else key(wanted)) in found.members
    if kind is not list and kind is not dict:
        return False
    if len(found) < SMALL:
        if kind is list and wanted.__class__ is str:
            return wanted in found
        items = found if kind is list else found.values()
        return any(equal(wanted, value) for value in items)
    return key(wanted) in _members(state, found)


def _members(state: State, found: Any) -> Any:
    name = (id(found), "members")
    index = state[INDEXES].get(name)
    if index is None:
        if state[CONTEXT].fuel is not None:
            state[CONTEXT].charge(len(found))
        items = found if found.__class__ is list else found.values()
        index = state[INDEXES][name] = (found, {key(value) for value in items})
    return index[1]
