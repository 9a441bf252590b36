"""The children of nodes, in the order they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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

_PARTS: dict[type, Callable[..., list[Term]]] = {
    Array: lambda term: term.items,
    SetTerm: lambda term: term.items,
    Object: lambda term: [part for pair in term.items for part in pair],
    Call: lambda term: [term.operator, *term.args],
    Ref: lambda term: term.terms,
}
_OPERANDS = 2
CLOSURES = (ArrayComp, SetComp, ObjectComp)


def parts(term: Node) -> list[Term]:
    """Return the terms directly inside a term; none for comprehensions and template strings."""
    found = _PARTS.get(term.__class__)
    return found(term) if found else []


def head_name(ref: Ref) -> str:
    """Return the name of the variable a reference begins with, or nothing."""
    return ref.head.name if isinstance(ref.head, Var) else ""


def is_binary(call: Call) -> bool:
    """Whether a call has the two operands of an infix operator."""
    return len(call.args) == _OPERANDS


def is_ground(term: Node) -> bool:
    """Whether a term holds no variable (the head of a reference does not count)."""
    if isinstance(term, Var):
        return False
    if isinstance(term, Scalar):
        return True
    if isinstance(term, (*CLOSURES, TemplateString)):
        return False
    if isinstance(term, Ref):
        return all(map(is_ground, term.path)) and (isinstance(term.head, Var) or is_ground(term.head))
    return all(map(is_ground, parts(term)))


def walk_terms(term: Term) -> Iterator[Term]:
    """Yield a term and the terms inside it, but not what is inside comprehensions."""
    yield term
    for part in parts(term):
        yield from walk_terms(part)
