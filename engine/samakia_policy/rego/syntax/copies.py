"""Copies of heads: `else` and chained bodies share what was written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from samakia_policy.rego.slotted import field_names
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.location import Location

_Node = TypeVar("_Node", bound=n.Node)


def copy_head(head: n.Head, wildcard: Callable[[], str], place: Location | None = None) -> n.Head:
    """Return a deep copy with new names for `_` in the arguments; with a place, all but the name is there."""
    made = _copy(head, place)
    made.ref = _copy(head.ref, None)
    for arg in made.args or ():
        if isinstance(arg, n.Var) and arg.wildcard:
            arg.name = wildcard()
    return made


def place_all(node: _Node, place: Location | None) -> _Node:
    """Say of a node and everything in it that it is at one place; return it."""
    return _copy(node, place)


def _copy(node: _Node, place: Location | None) -> _Node:
    made = node.__class__.__new__(node.__class__)
    for name in _fields(node.__class__):
        setattr(made, name, _value(getattr(node, name), place))
    if place is not None:
        made.location = place
    return made


def _value(value: object, place: Location | None) -> object:
    if isinstance(value, n.Node):
        return _copy(value, place)
    if isinstance(value, list):
        return [_value(item, place) for item in value]
    if isinstance(value, tuple):
        return tuple(_value(item, place) for item in value)
    return value


def _fields(node_class: type[n.Node]) -> list[str]:
    return field_names(node_class)
