"""The tree under `data`: rules where there are rules, base documents everywhere else, read lazily."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.errors import CONFLICT, EvaluationFault
from samakia_policy.rego.run.lookup import base_step, items, step
from samakia_policy.rego.run.state import DATA, INPUT, MASKED, MOCKS, Function, State, derived
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, key, unkey
from samakia_policy.rego.values.order import ordered


class Branch:
    """A place that packages or rules name. `value` evaluates the rules whose name ends exactly here.

    `open`: what lies here is an object that children and deeper rules add to; else it is one whole document.
    `depths`: how many steps below the rules here, whose names hold variables, put their values; 0 for a set.
    """

    __slots__ = ("children", "depths", "function", "open", "path", "value")

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.children: dict[str, Branch] = {}
        self.value: Function | None = None
        self.function = False
        self.open = True
        self.depths: tuple[int, ...] = ()


class Place:
    """Where a ref stands when its next step is only known at run time.

    `given`: what dynamic rules higher up contributed here; `mask`: which paths below a `with` replaced.
    `left`: how many steps below here those rules put their values; at 0 it is one rule's whole value.
    `below`: it lies below such rules, where what is empty is not there at all.
    """

    __slots__ = ("base", "below", "branch", "given", "left", "mask")

    def __init__(self, branch: Branch, base: Any, given: Any, mask: Any, left: tuple[int, ...] = ()) -> None:
        self.branch = branch
        self.base = base
        self.given = given
        self.mask = mask
        self.left = left
        self.below = False


def root(state: State, branch: Branch) -> Any:
    """Return the place of `data` itself."""
    mask = state[MASKED]
    return state[DATA] if mask is True else Place(branch, state[DATA], UNDEFINED, mask)


def tree_step(state: State, place: Any, name: Any) -> Any:
    """Return what lies one step further: a value, a Place, or UNDEFINED."""
    if place.__class__ is not Place:
        return step(place, name)
    base = base_step(place.base, name)
    mask = place.mask.get(name) if place.mask and name.__class__ is str else None
    if mask is True:
        return base
    given = step(place.given, name)
    branch = place.branch.children.get(name) if name.__class__ is str else None
    if branch is None:
        return _merged(base, given)
    found = _enter(state, branch, base, given, mask)
    if place.left or place.below:
        return _found_below(place, branch, found)
    return found


def _found_below(place: Place, branch: Branch, found: Any) -> Any:
    if found.__class__ is Place:
        found.below = True
        found.left = found.left or tuple([steps - 1 for steps in place.left])
    elif found.__class__ is Set and not found.members and branch.depths:
        return UNDEFINED
    return found


def _enter(state: State, branch: Branch, base: Any, given: Any, mask: Any) -> Any:
    if branch.function:
        return UNDEFINED
    if not branch.open:
        return joined(given, branch.value(state) if branch.value else UNDEFINED)
    if branch.value is not None:
        given = joined(given, branch.value(state))
    return Place(branch, base, given, mask, branch.depths)


def tree_items(state: State, place: Any) -> Any:
    """Return the keys and values (or places) below a place, in order."""
    if place.__class__ is not Place:
        return items(state, place)
    found = [(name, tree_step(state, place, name)) for name in _names(place)]
    if place.left or place.below:
        found = [(name, value) for name, value in found if whole(state, value) is not UNDEFINED]
    return [(name, value) for name, value in found if value is not UNDEFINED]


def _names(place: Place) -> list[Any]:
    names = {name for name, branch in place.branch.children.items() if not branch.function}
    for source in (place.base, place.given):
        if source.__class__ is dict:
            names.update(source)
    return ordered(unkey(name) for name in names)


def whole(state: State, place: Any) -> Any:
    """Return everything at a place as one value, or UNDEFINED; rules without a value are left out."""
    if place.__class__ is not Place:
        return place
    if 0 in place.left and place.given is not UNDEFINED:
        return _one_value(state, place)
    made = {}
    for name in _names(place):
        value = _merged(whole(state, tree_step(state, place, name)), base_step(place.base, name))
        if value is not UNDEFINED:
            made[key(name)] = value
    return made if made or not place.below else UNDEFINED


def _one_value(state: State, place: Place) -> Any:
    """Return what one rule gave for a place; if deeper rules give anything too, that is a conflict."""
    deeper = Place(place.branch, UNDEFINED, UNDEFINED, place.mask)
    found = [whole(state, tree_step(state, deeper, name)) for name in place.branch.children]
    if any(value is not UNDEFINED and value != {} for value in found):
        raise EvaluationFault(CONFLICT, "object keys must be unique")
    return place.given


def _merged(under: Any, over: Any) -> Any:
    if over is UNDEFINED:
        return under
    if under.__class__ is not dict or over.__class__ is not dict:
        return over
    return {**under, **{name: _merged(under.get(name, UNDEFINED), value) for name, value in over.items()}}


def joined(one: Any, two: Any) -> Any:
    """Return what rules of different names contribute to one place; two values are a conflict."""
    if one is UNDEFINED or two is UNDEFINED:
        return two if one is UNDEFINED else one
    if one.__class__ is dict and two.__class__ is dict:
        return {**one, **{name: joined(one.get(name, UNDEFINED), value) for name, value in two.items()}}
    if one.__class__ is Set and two.__class__ is Set:
        return Set.of_members({**two.members, **one.members})
    if equal(one, two):
        return one
    raise EvaluationFault(CONFLICT, "object keys must be unique")


def replaced(
    state: State, targets: tuple[tuple[Any, ...], ...], mocks: dict[str, Any] | None = None
) -> State:
    """Return the state inside a `with`: each target is ("input" | "data", path, value)."""
    changes: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    for source, path, value in targets:
        if any(name.__class__ is not str for name in path):
            raise EvaluationFault(CONFLICT, "bad document path")
        wanted[source] = _planted(wanted.get(source, UNDEFINED), path, value)
        if source == "data":
            changes["masked"] = _masked(changes.get("masked", state[MASKED]), path)
    for source, value in wanted.items():
        changes[source] = _applied(state[INPUT if source == "input" else DATA], value)
    if mocks:
        changes["mocks"] = {**state[MOCKS], **mocks}
    return derived(state, **changes)


class _Inner(dict[Any, Any]):
    """A place above a target of `with`; what lies beside the target stays."""


def _planted(before: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if before is not UNDEFINED and before.__class__ is not _Inner:
        return _applied(before, _planted(UNDEFINED, path, value))
    made = _Inner() if before is UNDEFINED else before
    name = key(path[0])
    made[name] = _planted(made.get(name, UNDEFINED), path[1:], value)
    return made


def _applied(before: Any, wanted: Any) -> Any:
    if wanted.__class__ is not _Inner:
        return wanted
    if before.__class__ is not dict:
        before = {}
    return {
        **before,
        **{name: _applied(before.get(name, UNDEFINED), value) for name, value in wanted.items()},
    }


def _masked(before: Any, path: tuple[Any, ...]) -> Any:
    if not path or before is True:
        return True
    below = before or {}
    return {**below, path[0]: _masked(below.get(path[0]), path[1:])}


__all__ = ["Branch", "Place", "replaced", "root", "tree_items", "tree_step", "whole"]
