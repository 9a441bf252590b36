"""The order in which OPA keeps terms inside sets and objects: by kind, then by content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Call,
    Node,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    TemplateString,
    Term,
    Var,
)


def order_key(term: Node) -> tuple[Any, ...]:
    """Return a key that sorts terms as OPA does."""
    return _KEYS[term.__class__](term)


def in_order(terms: list[Term]) -> list[Term]:
    """Return the elements of a set in order."""
    return sorted(terms, key=order_key) if len(terms) > 1 else terms


def pairs_in_order(pairs: list[tuple[Term, Term]]) -> list[tuple[Term, Term]]:
    """Return the pairs of an object in the order of their keys."""
    return sorted(pairs, key=lambda pair: order_key(pair[0])) if len(pairs) > 1 else pairs


def _scalar(term: Scalar) -> tuple[Any, ...]:
    value = term.value
    if value is None:
        return (0,)
    if isinstance(value, bool):
        return (1, value)
    return (3, value) if isinstance(value, str) else (2, value)


def _object(term: Object) -> tuple[Any, ...]:
    pairs = pairs_in_order(term.items)
    return (8, tuple((order_key(key), order_key(value)) for key, value in pairs))


def _text(rank: int) -> Callable[[Term], tuple[Any, ...]]:
    def key(term: Term) -> tuple[Any, ...]:
        from samakia_policy.rego.syntax.printer import text_of

        return (rank, text_of(term))

    return key


_KEYS: dict[type, Callable[..., tuple[Any, ...]]] = {
    Scalar: _scalar,
    TemplateString: _text(4),
    Var: lambda term: (5, term.name),
    Ref: lambda term: (6, tuple(map(order_key, term.terms))),
    Array: lambda term: (7, tuple(map(order_key, term.items))),
    Object: _object,
    SetTerm: lambda term: (9, tuple(map(order_key, in_order(term.items)))),
    ArrayComp: _text(10),
    ObjectComp: _text(11),
    SetComp: _text(12),
    Call: lambda term: (13, tuple(map(order_key, (term.operator, *term.args)))),
}
