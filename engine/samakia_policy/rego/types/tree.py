"""The types of rules, by path: what `data` and everything below it is known to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

from samakia_policy.rego.compiler.walk import is_constant
from samakia_policy.rego.syntax.nodes import Scalar, Term
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.constants import constant_type
from samakia_policy.rego.types.model import (
    ANY,
    STRING,
    AnyType,
    Dynamic,
    ObjectType,
    Property,
    SetType,
    unrolled,
)
from samakia_policy.rego.types.operations import keys, union
from samakia_policy.rego.types.shape import Order, Type
from samakia_policy.rego.values.collections import Key

Leaf = tuple[list[Term], Type]
_EXTENSIBLE: Dynamic = (STRING, ANY)


def node_key(term: Term) -> Any:
    """Return what a node lies under for a term of a path."""
    if isinstance(term, Scalar) and term.value.__class__ is str:
        return term.value
    return form(term)


class Node:
    """One place in the tree; `type` is None where only places below it are known."""

    __slots__ = ("_extent", "_leaves", "children", "term", "type")

    def __init__(self, term: Term | None = None) -> None:
        self.term = term
        self.type: Type | None = None
        self.children: dict[Key, Node] = {}
        self._extent: Type | None = None
        self._leaves: list[Leaf] | None = None

    def child(self, term: Term) -> Node | None:
        """Return the node below this one that a term leads to."""
        return self.children.get(node_key(term)) if self.children else None

    def descend(self, term: Term) -> Node:
        """Return the node below this one that a term leads to, made when it is missing."""
        place = node_key(term)
        found = self.children.get(place)
        if found is None:
            found = self.children[place] = Node(term)
        self._extent = self._leaves = None
        return found

    def put(self, path: Sequence[Term], kind: Type | None) -> None:
        """Say what type is at a path."""
        node = self
        for term in path:
            node = node.descend(term)
        node.type = kind
        node._extent = None

    def insert(self, path: Sequence[Term], kind: Type) -> None:
        """Add a type at a path, and to the objects on the way; an object takes in what lies below it."""
        node = self
        for place, term in enumerate(path):
            node = node.descend(term)
            above = unrolled(node.type)
            if place + 1 < len(path) and isinstance(above, ObjectType):
                node.type = _into_object(above, path[place + 1 :], kind)
        node.type = merged(node.type, kind)
        node._extent = None
        if node.children and isinstance(unrolled(kind), ObjectType):
            node.absorb()

    def absorb(self) -> None:
        """Make what lies below this node part of its own type."""
        whole = unrolled(self.type)
        for path, kind in self.distinct_leaves():
            if isinstance(whole, ObjectType):
                whole = _into_object(whole, path, kind)
        self.type = whole

    def distinct_leaves(self) -> list[Leaf]:
        """Return the nearest typed nodes below, one for all whose names and values have the same types."""
        if self._leaves is None:
            found = sorted(self.leaves(), key=_leaf_order)
            places = list(map(_leaf_order, found))
            fresh = [not place or places[place] != places[place - 1] for place in range(len(found))]
            self._leaves = list(compress(found, fresh))
        return self._leaves

    def leaves(self) -> Iterator[Leaf]:
        """Yield the nearest nodes below that have a type, with their paths."""
        for node in self.children.values():
            assert node.term is not None
            if node.type is not None:
                yield [node.term], node.type
            else:
                for path, kind in node.leaves():
                    yield [node.term, *path], kind

    def extent(self) -> Type:
        """Return the type of everything at and below this node."""
        if self.type is not None:
            return self.type
        if self._extent is None:
            known = [
                Property(node.term.value, node.extent())
                for node in self.children.values()
                if isinstance(node.term, Scalar) and node.term.value is not None
            ]
            self._extent = ObjectType(tuple(known), _EXTENSIBLE)
        return self._extent

    def extent_keys(self) -> Type | None:
        """Return the type of the keys that iterating over this node gives."""
        if self.type is not None:
            return keys(self.type)
        found: Type | None = STRING
        for place in self.children:
            if place.__class__ is not str:
                found = keys(self.extent())
                break
        return found


def merged(left: Type | None, right: Type | None) -> Type | None:
    """Return the type of a document that several rules make: sets and objects grow together."""
    if left is None or right is None:
        return left if right is None else right
    left, right = unrolled(left), unrolled(right)
    if isinstance(left, AnyType) and not isinstance(right, AnyType):
        left, right = right, left
    if isinstance(left, SetType) and isinstance(right, SetType):
        of = union(left.of, right.of)
        return left if of is left.of else SetType(of)
    if isinstance(left, ObjectType) and not left.static:
        found = _merged_object(left, right)
        if found is not None:
            return found
    return union(left, right)


def _merged_object(left: ObjectType, right: Type | None) -> Type | None:
    if isinstance(right, AnyType):
        return _merged_member(left, right)
    if not isinstance(right, ObjectType) or right.static:
        return None
    if left.dynamic is None or right.dynamic is None:
        return right if left.dynamic is None else left
    names = union(left.dynamic[0], right.dynamic[0])
    items = merged(left.dynamic[1], right.dynamic[1])
    if names is left.dynamic[0] and items is left.dynamic[1]:
        return left
    return ObjectType((), (names, items))


def _merged_member(left: ObjectType, right: AnyType) -> AnyType | None:
    if left.dynamic is None:
        return None
    for place, member in enumerate(right.of):
        if isinstance(member, ObjectType) and not member.static and member.dynamic is not None:
            names = union(member.dynamic[0], left.dynamic[0])
            grown = ObjectType((), (names, union(member.dynamic[1], left.dynamic[1])))
            return AnyType((*right.of[:place], grown, *right.of[place + 1 :]))
    return None


def _into_object(target: ObjectType, path: Sequence[Term], kind: Type) -> ObjectType:
    """Return an object type that may also hold a type at a path below it."""
    name: Type | None = constant_type(path[0]) if is_constant(path[0]) else None
    if len(path) > 1:
        kind = _into_object(ObjectType(), path[1:], kind)
    item: Type | None = kind
    if target.dynamic is not None:
        name, item = union(target.dynamic[0], name), union(target.dynamic[1], kind)
        if name is target.dynamic[0] and item is target.dynamic[1]:
            return target
    return ObjectType(target.static, (name, item))


def _leaf_order(leaf: Leaf) -> Order:
    path, kind = leaf
    names = [constant_type(term).order if is_constant(term) else form(term) for term in path]
    return (len(path), *names, kind.order)
