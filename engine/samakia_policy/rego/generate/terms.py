"""Terms: an expression for a term's value, with statements emitted before it where it takes steps."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.syntax import nodes as n

NOT_GROUND: Any = object()


def value(term: n.Term, scope: Scope) -> tuple[Scope, ast.expr]:
    """Return an expression for a term whose variables are bound; a ref may open loops on the way."""
    return _VALUE[term.__class__](term, scope)


def ground(term: Any) -> Any:
    """Return the value of a term made of scalars only, or NOT_GROUND."""
    kind = term.__class__
    if kind is n.Scalar:
        return term.value
    if kind is n.Array or kind is n.SetTerm:
        items = [ground(item) for item in term.items]
        if any(item is NOT_GROUND for item in items):
            return NOT_GROUND
        return items if kind is n.Array else _set(items)
    if kind is n.Object:
        pairs = [(ground(name), ground(item)) for name, item in term.items]
        if any(NOT_GROUND in (name, item) for name, item in pairs):
            return NOT_GROUND
        return _object(pairs)
    return NOT_GROUND


def _set(items: list[Any]) -> Any:
    from samakia_policy.rego.values.collections import Set

    return Set(items)


def _object(pairs: list[tuple[Any, Any]]) -> Any:
    from samakia_policy.rego.values.collections import make_object

    return make_object(pairs)


def _scalar(term: n.Scalar, scope: Scope) -> tuple[Scope, ast.expr]:
    return scope, scope.unit.constant(term.value)


def _var(term: n.Var, scope: Scope) -> tuple[Scope, ast.expr]:
    return scope, scope.bound[term.name]


def _ref(term: n.Ref, scope: Scope) -> tuple[Scope, ast.expr]:
    from samakia_policy.rego.generate.refs import read

    return read(term, scope)


def _values(terms: list[Any], scope: Scope) -> tuple[Scope, list[ast.expr]]:
    made = []
    for term in terms:
        scope, expression = value(term, scope)
        made.append(expression)
    return scope, made


def _array(term: n.Array, scope: Scope) -> tuple[Scope, ast.expr]:
    if term.items and (constant := ground(term)) is not NOT_GROUND:
        return scope, scope.unit.constant(constant)
    scope, items = _values(term.items, scope)
    return scope, code.list_of(items)


def _set_term(term: n.SetTerm, scope: Scope) -> tuple[Scope, ast.expr]:
    if (constant := ground(term)) is not NOT_GROUND:
        return scope, scope.unit.constant(constant)
    scope, items = _values(term.items, scope)
    return scope, code.call("make_set", code.list_of(items))


def _object_term(term: n.Object, scope: Scope) -> tuple[Scope, ast.expr]:
    if term.items and (constant := ground(term)) is not NOT_GROUND:
        return scope, scope.unit.constant(constant)
    names: list[ast.expr | None] = []
    items = []
    for name, item in term.items:
        scope, found = value(name, scope)
        plain = name.__class__ is n.Scalar and isinstance(name.value, str)
        names.append(found if plain else code.call("key", found))
        scope, made = value(item, scope)
        items.append(made)
    return scope, ast.Dict(names, items)


def _comprehension(term: Any, scope: Scope) -> tuple[Scope, ast.expr]:
    from samakia_policy.rego.generate.closures import comprehension

    return scope, comprehension(term, scope)


def _call(term: n.Call, scope: Scope) -> tuple[Scope, ast.expr]:
    from samakia_policy.rego.generate.calls import result

    scope, made = result(term, scope)
    return scope, code.load(scope.defined(made))


_VALUE: dict[type, Callable[[Any, Scope], tuple[Scope, ast.expr]]] = {
    n.Scalar: _scalar,
    n.Var: _var,
    n.Ref: _ref,
    n.Array: _array,
    n.SetTerm: _set_term,
    n.Object: _object_term,
    n.ArrayComp: _comprehension,
    n.SetComp: _comprehension,
    n.ObjectComp: _comprehension,
    n.Call: _call,
}
