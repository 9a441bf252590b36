"""Terms as plain data, as OPA writes them in the details of an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Node,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    Term,
    Var,
)
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.constants import distinct
from samakia_policy.rego.types.operations import type_of

Plain = dict[str, Any]


def plain_terms(terms: Iterable[Term]) -> list[Plain]:
    """Return terms as their types and values."""
    return [_term(term) for term in terms]


def plain_constant(value: Any) -> Any:
    """Return a plain value, or a term, as OPA writes values of its own: below the first level are terms."""
    if isinstance(value, Node):
        return _TERM[value.__class__][1](value)
    if isinstance(value, list):
        return list(map(_constant, value))
    if isinstance(value, dict):
        return [[_constant(name), _constant(item)] for name, item in sorted(value.items())]
    return {} if value is None else value


def _constant(value: Any) -> Plain:
    return {"type": type_of(value).kind, "value": plain_constant(value)}


def _term(term: Any) -> Plain:
    if isinstance(term, Scalar):
        return _constant(term.value)
    kind, write = _TERM[term.__class__]
    return {"type": kind, "value": write(term)}


def _object(term: Object) -> list[list[Plain]]:
    items = sorted(term.items, key=lambda item: form(item[0]))
    return [[_term(name), _term(value)] for name, value in items]


def _object_comprehension(term: ObjectComp) -> Plain:
    return {"body": _body(term.body), "key": _term(term.key), "value": _term(term.value)}


def _comprehension(term: ArrayComp | SetComp) -> Plain:
    return {"body": _body(term.body), "term": _term(term.term)}


def _body(body: Body) -> list[Plain]:
    return [_expr(place, expr) for place, expr in enumerate(body)]


def _expr(place: int, expr: Expr) -> Plain:
    shown: Plain = {"generated": True} if expr.generated else {}
    shown["index"] = place
    if expr.negated:
        shown["negated"] = True
    shown["terms"] = _literal(expr.terms)
    if expr.withs:
        shown["with"] = [{"target": _term(item.target), "value": _term(item.value)} for item in expr.withs]
    return shown


def _literal(terms: Any) -> Any:
    if isinstance(terms, Call):
        return plain_terms([terms.operator, *terms.args])
    if isinstance(terms, Every):
        key = None if terms.key is None else _term(terms.key)
        shown = {"body": _body(terms.body), "domain": _term(terms.domain), "key": key}
        return shown | {"value": _term(terms.value)}
    return _term(terms) if terms.__class__ in _TERM or isinstance(terms, Scalar) else {}


_TERM: dict[type, tuple[str, Callable[[Any], Any]]] = {
    Var: ("var", lambda term: term.name),
    Ref: ("ref", lambda term: plain_terms(term.terms)),
    Array: ("array", lambda term: plain_terms(term.items)),
    SetTerm: ("set", lambda term: plain_terms(distinct(term))),
    Object: ("object", _object),
    Call: ("call", lambda term: plain_terms([term.operator, *term.args])),
    ArrayComp: ("arraycomprehension", _comprehension),
    SetComp: ("setcomprehension", _comprehension),
    ObjectComp: ("objectcomprehension", _object_comprehension),
}
