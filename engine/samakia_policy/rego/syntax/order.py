"""OPA's order among terms, and whether two nodes are written alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Term,
    Var,
)

Form = tuple[Any, ...]


def form(node: Any) -> Form:
    """Return what a node looks like, as a tuple: equal for equal nodes, sorted as OPA sorts terms."""
    return _FORM[node.__class__](node)


def forms(nodes: Any) -> Form:
    """Return the forms of several nodes."""
    return tuple([form(node) for node in nodes])


def same(left: Any, right: Any) -> bool:
    """Return whether two nodes are written alike."""
    return left is right or (left.__class__ is right.__class__ and form(left) == form(right))


def in_order(terms: list[Term]) -> list[Term]:
    """Return the elements of a set in order."""
    return sorted(terms, key=form) if len(terms) > 1 else terms


def pairs_in_order(pairs: list[tuple[Term, Term]]) -> list[tuple[Term, Term]]:
    """Return the pairs of an object in the order of their keys."""
    return sorted(pairs, key=lambda pair: form(pair[0])) if len(pairs) > 1 else pairs


def _scalar(node: Scalar) -> Form:
    value = node.value
    if value is None:
        return (0,)
    if value.__class__ is bool:
        return (1, value)
    return (3, value) if value.__class__ is str else (2, value)


def _body(body: Body) -> Form:
    return forms(body)


def _expr(node: Expr) -> Form:
    withs = tuple([(form(item.target), form(item.value)) for item in node.withs])
    return (100, node.negated, form(node.terms), withs)


def _every(node: Every) -> Form:
    key = form(node.key) if node.key is not None else ()
    return (102, key, form(node.value), form(node.domain), _body(node.body))


def _object(node: Object) -> Form:
    return (8, tuple(sorted([(form(name), form(value)) for name, value in node.items])))


_FORM: dict[type, Callable[[Any], Form]] = {
    Scalar: _scalar,
    TemplateString: lambda node: (4, forms(node.parts)),
    Var: lambda node: (5, node.name),
    Ref: lambda node: (6, form(node.head), *forms(node.path)),
    Array: lambda node: (7, *forms(node.items)),
    Object: _object,
    SetTerm: lambda node: (9, tuple(sorted(set(forms(node.items))))),
    ArrayComp: lambda node: (10, form(node.term), _body(node.body)),
    ObjectComp: lambda node: (11, form(node.key), form(node.value), _body(node.body)),
    SetComp: lambda node: (12, form(node.term), _body(node.body)),
    Call: lambda node: (13, form(node.operator), *forms(node.args)),
    Expr: _expr,
    Some: lambda node: (101, *forms(node.symbols)),
    Every: _every,
    Logical: lambda node: (103, node.operator, _body(node.left), _body(node.right)),
    Not: lambda node: (111, _body(node.body)),
}
