"""Checks of references: whether each element can be a key of what lies before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    Array,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    Ref,
    Scalar,
    SetTerm,
    Some,
    Var,
)
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.environment import DOCUMENTS, TypeEnv
from samakia_policy.rego.types.inference import infer
from samakia_policy.rego.types.messages import Problem, cannot_select, no_such_key
from samakia_policy.rego.types.model import ANY, STRING, AnyType, FunctionType, ObjectType, unrolled
from samakia_policy.rego.types.operations import empty, keys, select, unifies, values
from samakia_policy.rego.types.shape import Type
from samakia_policy.rego.types.tree import Node
from samakia_policy.rego.values.order import ordered

Shown = Callable[[Ref], Ref]
_NAMES = 2
_NESTED = (Every, Logical, Some)


def check_references(env: TypeEnv, node: Any, shown: Shown, found: list[Problem]) -> None:
    """Check every reference in a node but those inside comprehensions; `shown` undoes generated names."""
    kind = node.__class__
    if kind is Scalar or kind is Var or kind in COMPREHENSIONS:
        return
    if kind is Ref:
        check = _Reference(env, node, shown)
        problem = check.applied()
        if problem is not None:
            found.append(problem)
            return
        problem = check.documents()
        if problem is not None:
            found.append(problem)
    elif kind is Expr:
        _check_expr(env, node, shown, found)
        return
    for child in children(node):
        check_references(env, child, shown, found)


def _check_expr(env: TypeEnv, expr: Expr, shown: Shown, found: list[Problem]) -> None:
    terms: Any = expr.terms
    parts: list[Any]
    if isinstance(terms, Call):
        parts = list(terms.args)
    elif isinstance(terms, Not):
        parts = list(terms.body)
    elif isinstance(terms, _NESTED):
        parts = [terms, *expr.withs]
    else:
        parts = [terms]
    for part in parts:
        check_references(env, part, shown, found)


class _Reference:
    """One reference that is being checked."""

    __slots__ = ("env", "ref", "shown", "terms")

    def __init__(self, env: TypeEnv, ref: Ref, shown: Shown) -> None:
        self.env = env
        self.ref = ref
        self.shown = shown
        self.terms = ref.terms

    @property
    def place(self) -> Location | None:
        """Where the reference starts."""
        return self.ref.head.location or self.ref.location

    def applied(self) -> Problem | None:
        """Refuse a function that is not called."""
        kind = self.env.ref(self.ref)
        if not isinstance(kind, FunctionType):
            return None
        return cannot_select(self.place, self.shown(self.ref), len(self.terms) - 1, kind)

    def documents(self) -> Problem | None:
        """Check the reference against the innermost layer that knows it whole."""
        head = self.ref.head
        if not isinstance(head, Var):
            return self.below(ANY, 0)
        name = head.name
        layer: TypeEnv | None = self.env
        while layer is not None:
            if name in layer.variables:
                kind = layer.variables[name]
                if kind is not None:
                    return self.below(kind, 1)
            elif layer.documents and name in layer.documents:
                done, problem = self.document(layer.documents[name])
                if done:
                    return problem
            layer = layer.outer
        return self.below(ANY, 1 if name in DOCUMENTS else 0)

    def document(self, node: Node) -> tuple[bool, Problem | None]:
        """Check the reference in one layer; the first answer says whether that layer knows it."""
        if node.type is not None:
            return True, self.below(node.type, 1)
        for position in range(1, len(self.terms)):
            term = self.terms[position]
            problem = self.name(node, position)
            if problem is not None:
                return True, problem
            child = node.child(term)
            if child is None:
                return False, None
            node = child
            if node.type is not None:
                return True, self.below(node.type, position + 1)
        return True, None

    def name(self, node: Node, position: int) -> Problem | None:
        """Check an element that leads to a document below a node."""
        term = self.terms[position]
        if isinstance(term, Var):
            wanted = node.extent_keys()
            known = self.env.variable(term.name)
            if known is None:
                self.env.store[term.name] = wanted
            elif not unifies(wanted, known):
                return self.no_key(position, known, wanted, _names(node))
        elif position <= _NAMES and not (isinstance(term, Scalar) and term.value.__class__ is str):
            return self.no_key(position, self.env.type(term), STRING, _names(node))
        return None

    def below(self, kind: Type | None, position: int) -> Problem | None:
        """Check what is left of the reference against a type."""
        for place in range(position, len(self.terms)):
            term = self.terms[place]
            if kind is ANY and term.__class__ is Scalar:
                continue
            if empty(kind):
                return self.nothing(kind, place)
            wanted = keys(kind)
            if wanted is None:
                return cannot_select(self.place, self.shown(self.ref), place - 1, kind)
            check = _ELEMENT.get(term.__class__)
            if check is not None:
                problem = check(self, kind, wanted, place)
                if problem is not None:
                    return problem
                kind = values(kind)
                continue
            found = select(kind, term.value) if isinstance(term, Scalar) else None
            if found is None:
                return self.no_key(place, None, wanted, one_of(kind))
            kind = found
        return None

    def nothing(self, kind: Type | None, position: int) -> Problem | None:
        """Check an element that selects from an empty collection: only a variable can be one."""
        term = self.terms[position]
        if isinstance(term, Scalar):
            return self.no_key(position, None, None, None)
        if not isinstance(term, Var):
            return None
        known = self.env.variable(term.name)
        wanted = keys(kind)
        if known is None:
            self.env.store[term.name] = ANY
        elif wanted is not None and not unifies(known, wanted):
            return self.no_key(position, known, wanted, None)
        return None

    def variable(self, kind: Type | None, wanted: Type, position: int) -> Problem | None:
        """Check a variable as an element."""
        name = self.terms[position].name  # type: ignore[union-attr]
        known = self.env.variable(name)
        if known is None:
            self.env.store[name] = wanted
        elif not unifies(known, wanted):
            return self.no_key(position, known, wanted, one_of(kind))
        return None

    def reference(self, kind: Type | None, wanted: Type, position: int) -> Problem | None:
        """Check a reference as an element."""
        known = self.env.type(self.terms[position])
        if known is not None and not unifies(known, wanted):
            return self.no_key(position, known, wanted, one_of(kind))
        return None

    def collection(self, _: Type | None, wanted: Type, position: int) -> Problem | None:
        """Check an array, object or set as an element."""
        term = self.terms[position]
        if infer(self.env, term, wanted):
            return None
        return self.no_key(position, self.env.type(term), wanted, None)

    def no_key(self, position: int, have: Type | None, want: Type | None, names: list[Any] | None) -> Problem:
        """Say that an element is no key."""
        return no_such_key(self.place, self.shown(self.ref), position, (have, want), names)


def one_of(kind: Type | None) -> list[Any] | None:
    """Return the keys that a type knows, in order and without repetitions."""
    found: list[Any] = []
    _collect(unrolled(kind), found)
    distinct = {(value.__class__, str(value)): value for value in found}
    return ordered(distinct.values()) or None


def _collect(kind: Type | None, found: list[Any]) -> None:
    if isinstance(kind, ObjectType):
        found += [item.key for item in kind.static]
    elif isinstance(kind, AnyType):
        for member in kind.of:
            _collect(unrolled(member), found)


def _names(node: Node) -> list[Any]:
    """Return what lies directly below a node: the values of scalars, other terms as they are."""
    terms = sorted([child.term for child in node.children.values() if child.term is not None], key=form)
    return [term.value if isinstance(term, Scalar) else term for term in terms]


_ELEMENT: dict[type, Callable[[_Reference, Type | None, Type, int], Problem | None]] = {
    Var: _Reference.variable,
    Ref: _Reference.reference,
    Array: _Reference.collection,
    Object: _Reference.collection,
    SetTerm: _Reference.collection,
}
