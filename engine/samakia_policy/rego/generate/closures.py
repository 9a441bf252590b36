"""What has a body of its own inside a body: comprehensions, `not`, `every`. Each becomes a function."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.free import variables
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.terms import value
from samakia_policy.rego.run.state import MEMO
from samakia_policy.rego.syntax import nodes as n


def captured(parts: list[Any], scope: Scope) -> dict[str, ast.expr]:
    """Return what a nested body uses of the variables bound outside."""
    return {name: scope.bound[name] for name in variables(parts) if name in scope.bound}


def inner(
    scope: Scope, taken: dict[str, ast.expr], prefix: str
) -> tuple[str, list[str], list[ast.expr], Scope]:
    """Return a new function's name, parameters, the arguments to call it with, and its first scope."""
    name = scope.unit.fresh(prefix)
    scope.unit.notes.function(name)
    names = [rego for rego, held in taken.items() if isinstance(held, ast.Name)]
    parameters = [scope.unit.fresh("p") for _ in names]
    scope.unit.names.update(zip(parameters, names, strict=True))
    bound = dict(taken)
    bound.update({rego: code.load(parameter) for rego, parameter in zip(names, parameters, strict=True)})
    made = Scope(scope.unit, [], lambda: code.back(code.const(None)), bound=bound, line=scope.line)
    arguments = [code.load(scope.state), *[taken[rego] for rego in names]]
    return name, ["c", *parameters], arguments, made


def comprehension(term: Any, scope: Scope) -> ast.expr:
    """Return an expression for a comprehension; one that captures nothing is evaluated once per state."""
    parts = [term.body, *[getattr(term, part) for part in _PARTS[term.__class__]]]
    taken = captured(parts, scope)
    name, parameters, arguments, body = inner(scope, taken, "comp")
    body.fail = lambda: code.back(_result(term))
    empty = code.list_of([]) if term.__class__ is n.ArrayComp else ast.Dict([], [])
    body.emit(code.assign("acc", empty))
    from samakia_policy.rego.generate import bodies

    with scope.unit.notes.body("comp"):
        bodies.body(term.body, body, bodies.mutating(lambda scope: _collect(term, scope)))
    body.emit(code.back(_result(term)))
    scope.unit.functions.append(code.function(name, parameters, body.out, scope.line))
    made = code.call(name, *arguments)
    return _once(made, scope) if len(arguments) == 1 else made


_PARTS = {n.ArrayComp: ("term",), n.SetComp: ("term",), n.ObjectComp: ("key", "value")}


def _result(term: Any) -> ast.expr:
    return code.call("as_set", code.load("acc")) if term.__class__ is n.SetComp else code.load("acc")


def _collect(term: Any, scope: Scope) -> None:
    if term.__class__ is n.ObjectComp:
        scope, name = value(term.key, scope)
        scope, made = value(term.value, scope)
        scope.emit(code.do(code.call("put", code.load("acc"), name, made)))
        return
    scope, made = value(term.term, scope)
    function = "append" if term.__class__ is n.ArrayComp else "add"
    scope.emit(code.do(code.call(function, code.load("acc"), made)))


def _once(made: ast.expr, scope: Scope) -> ast.expr:
    scope.unit.notes.once()
    memo = scope.unit.fresh("m")
    slot = next(scope.unit.slots)
    held = code.item(code.slot(scope.state, MEMO), code.const(slot))
    scope.emit(code.assign(memo, held))
    store: ast.stmt = ast.Assign(
        [code.target([memo]), ast.Subscript(code.slot(scope.state, MEMO), code.const(slot), code.STORE)], made
    )
    scope.emit(code.when(code.is_(code.load(memo), code.load("MISSING")), [store]))
    return code.load(memo)


def exists(bodies: n.Body, scope: Scope, prefix: str = "has") -> ast.expr:
    """Return an expression that is true if a body can be satisfied."""
    return satisfied(bodies, scope, {}, prefix, lambda _: None)


def satisfied(
    nested: n.Body, scope: Scope, extra: dict[str, ast.expr], prefix: str, prepare: Callable[[Scope], Any]
) -> ast.expr:
    """Like `exists`; `extra` are further variables handed in, `prepare` emits what comes before the body."""
    from samakia_policy.rego.generate import bodies

    taken = {**captured([nested], scope), **extra}
    name, parameters, arguments, made = inner(scope, taken, prefix)
    made.fail = lambda: code.back(code.const(False))
    start = prepare(made) or made
    with scope.unit.notes.body(prefix):
        bodies.body(nested, start, bodies.reached())
    made.emit(code.back(code.const(False)))
    scope.unit.functions.append(code.function(name, parameters, made.out, scope.line))
    return code.call(name, *arguments)


def every(term: n.Every, scope: Scope) -> Scope:
    """Emit `every`: no element of the domain may fail the body; a domain that is no collection fails."""
    scope, domain = value(term.domain, scope)
    held = code.load(scope.name(domain))
    scope.require(code.call("iterable", held))
    if not scope.unit.notes.follows and all(map(_flat, term.body)):
        return _every_in_place(term, held, scope)
    names = [name for part in (term.key, term.value) if part is not None for name in variables(part)]
    outer = {name: found for name, found in captured([term.body], scope).items() if name not in names}
    name, parameters, arguments, made = inner(scope, {**outer, "$domain": held}, "every")
    made.fail = lambda: code.back(code.const(False))
    with scope.unit.notes.body("every"):
        bound, iterated = _elements(term, made.bound["$domain"], made)
        turn = _turn(term, bound, made.enter(bound, iterated))
        turn.emit(code.when(code.negated(exists(term.body, turn)), [code.back(code.const(False))]))
    made.emit(code.back(code.const(True)))
    scope.unit.functions.append(code.function(name, parameters, made.out, scope.line))
    scope.require(code.call(name, *arguments))
    return scope


def _elements(term: n.Every, domain: ast.expr, scope: Scope) -> tuple[list[str], ast.expr]:
    """Return what a loop over the domain binds, and what it goes over."""
    keyed = term.key is not None and not scope.unit.ignores(term.key)
    names = [scope.unit.fresh("i")] if keyed else []
    made = code.call("items" if keyed else "values", code.load(scope.state), domain)
    return [*names, scope.unit.fresh("t")], made


def _turn(term: n.Every, names: list[str], scope: Scope) -> Scope:
    from samakia_policy.rego.generate.unify import match

    if len(names) > 1:
        scope = match(term.key, code.load(names[0]), scope)
    return match(term.value, code.load(names[-1]), scope)


def _every_in_place(term: n.Every, held: ast.expr, scope: Scope) -> Scope:
    """Emit a loop that breaks where an element fails; what comes next stands in its `else`."""
    from samakia_policy.rego.generate import bodies

    names, iterated = _elements(term, held, scope)
    turn, after = scope.enter_or(names, iterated)
    with scope.unit.notes.body("every"):
        turn = _turn(term, names, turn)
        for expr in term.body:
            turn = bodies.literal(expr, turn)
    return after


def _flat(expr: n.Expr) -> bool:
    """Whether a literal opens no loop, and needs no function of its own."""
    call = expr.terms
    if expr.withs or call.__class__ is not n.Call or call.name in ("walk", "print", "internal.print"):
        return False
    refs = () if expr.negated else (n.Ref,)
    return all(arg.__class__ in (n.Scalar, n.Var, *refs) and _constant_path(arg) for arg in call.args)


def _constant_path(term: Any) -> bool:
    if term.__class__ is not n.Ref:
        return True
    return term.head.__class__ is n.Var and all(part.__class__ is n.Scalar for part in term.path)
