"""Unification, settled while compiling: the compiler has ordered bodies so that what is bound is known."""

from __future__ import annotations

import ast
from typing import Any

from samakia_policy.rego.generate import code, inline
from samakia_policy.rego.generate.free import variables
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.terms import value
from samakia_policy.rego.syntax import nodes as n

CAPTURED = "$term"
_NATIVE = (str, type(None))


def unify(left: Any, right: Any, scope: Scope) -> Scope:
    """Make two terms equal, binding what is unbound on either side; go on only if they are."""
    pending = [(left, right)]
    while pending:
        later: list[tuple[Any, Any]] = []
        for one, two in pending:
            scope = _pair(one, two, scope, later)
        if len(later) == len(pending) and all(_stuck(one, two, scope) for one, two in later):
            raise ValueError("a variable is bound nowhere")
        pending = later
    return scope


def _stuck(one: Any, two: Any, scope: Scope) -> bool:
    return bool(_unbound(one, scope)) and bool(_unbound(two, scope))


def _pair(one: Any, two: Any, scope: Scope, later: list[tuple[Any, Any]]) -> Scope:
    free_one, free_two = _unbound(one, scope), _unbound(two, scope)
    if not free_one and not free_two:
        return _test(one, two, scope)
    if not free_two or two.__class__ is n.Ref:
        scope, held = value(two, scope)
        return match(one, held, scope)
    if not free_one or one.__class__ is n.Ref:
        scope, held = value(one, scope)
        return match(two, held, scope)
    if one.__class__ is n.Array and two.__class__ is n.Array and len(one.items) == len(two.items):
        later.extend(zip(one.items, two.items, strict=True))
        return scope
    if one.__class__ is n.Object and two.__class__ is n.Object:
        return _objects(one, two, scope, later)
    if n.Var not in (one.__class__, two.__class__):
        scope.emit(scope.stop()[0])
        return scope.enter([scope.unit.fresh("z")], code.tuple_of([]))
    later.append((one, two))
    return scope


def _objects(one: n.Object, two: n.Object, scope: Scope, later: list[tuple[Any, Any]]) -> Scope:
    from samakia_policy.rego.generate.terms import ground

    names = {str(ground(name)): item for name, item in two.items}
    wanted = {str(ground(name)): item for name, item in one.items}
    if names.keys() != wanted.keys():
        scope.emit(scope.stop()[0])
        return scope.enter([scope.unit.fresh("z")], code.tuple_of([]))
    later.extend((item, names[name]) for name, item in wanted.items())
    return scope


def _unbound(term: Any, scope: Scope) -> list[str]:
    """Return the variables of a term that nothing binds yet; those inside comprehensions are their own."""
    if term.__class__ in (n.ArrayComp, n.SetComp, n.ObjectComp):
        return []
    return [name for name in _outer(term) if name not in scope.bound and name not in ("input", "data")]


def _outer(term: Any) -> list[str]:
    if term.__class__ in (n.Array, n.SetTerm):
        return [name for item in term.items for name in _outer(item)]
    if term.__class__ is n.Object:
        return [name for pair in term.items for item in pair for name in _outer(item)]
    if term.__class__ is n.Ref:
        return [name for item in term.terms for name in _outer(item)]
    if term.__class__ in (n.ArrayComp, n.SetComp, n.ObjectComp, n.Call):
        return []
    return list(variables(term))


def _test(one: Any, two: Any, scope: Scope) -> Scope:
    scope, left = value(one, scope)
    scope, right = value(two, scope)
    scope.require(equality(one, left, two, right))
    return scope


def equality(one: Any, left: ast.expr, two: Any, right: ast.expr) -> ast.expr:
    """Return a test that two values are the same; a str or null constant allows Python's own."""
    for term in (one, two):
        if term.__class__ is n.Scalar and isinstance(term.value, _NATIVE):
            return code.compare(left, ast.Eq(), right)
        if term.__class__ is n.Scalar and isinstance(term.value, bool):
            return code.is_(left, right)
        if term.__class__ is n.Scalar and isinstance(term.value, int) and term.value not in (0, 1):
            return code.compare(left, ast.Eq(), right)
    return inline.equal(left, right)


def _ignored(pattern: n.Var) -> bool:
    """Whether nothing reads a variable: `_`, but not the capture of a query's expression."""
    return pattern.wildcard and not pattern.name.startswith(CAPTURED)


def match(pattern: Any, held: ast.expr, scope: Scope) -> Scope:
    """Take a value apart by a pattern: bind its unbound variables, compare everything else."""
    if pattern.__class__ is n.Var and pattern.name not in scope.bound:
        if isinstance(held, ast.Name | ast.Constant):
            scope.bound[pattern.name] = held
        elif not _ignored(pattern):
            scope.bound[pattern.name] = held = code.load(scope.name(held))
        if isinstance(held, ast.Name) and not pattern.wildcard:
            scope.unit.names.setdefault(held.id, pattern.name)
        elif _ignored(pattern) and pattern.name not in scope.bound:
            scope.bound[pattern.name] = code.const(None)
        return scope
    if not _unbound(pattern, scope):
        return _same(pattern, held, scope)
    name = code.load(scope.name(held))
    if pattern.__class__ is n.Array:
        return _match_array(pattern, name, scope)
    if pattern.__class__ is n.Object:
        return _match_object(pattern, name, scope)
    if pattern.__class__ is n.Ref:
        scope, found = value(pattern, scope)
        scope.require(code.call("equal", found, name))
        return scope
    raise ValueError("a set with unbound variables cannot be matched")


def _same(pattern: Any, held: ast.expr, scope: Scope) -> Scope:
    name = code.load(scope.name(held)) if not isinstance(held, ast.Constant) else held
    scope, wanted = value(pattern, scope)
    scope.require(equality(pattern, wanted, None, name))
    return scope


def _match_array(pattern: n.Array, name: ast.expr, scope: Scope) -> Scope:
    scope.require(code.call("is_array", name, code.const(len(pattern.items))))
    # Bound parts first: they are cheap tests, and refs among them may need what the others bind.
    for position, item in enumerate(pattern.items):
        scope = match(item, code.item(name, code.const(position)), scope)
    return scope


def _match_object(pattern: n.Object, name: ast.expr, scope: Scope) -> Scope:
    scope.require(code.call("is_object", name, code.const(len(pattern.items))))
    for wanted, item in pattern.items:
        scope, found = value(wanted, scope)
        held = scope.defined(code.call("step", name, found))
        scope = match(item, code.load(held), scope)
    return scope
