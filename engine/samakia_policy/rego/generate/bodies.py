"""Bodies: one literal after the other, each inside the loops that those before it opened."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.generate import calls, closures, code, refs
from samakia_policy.rego.generate.scope import DEEPEST, Scope
from samakia_policy.rego.generate.terms import value
from samakia_policy.rego.plan import joins
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax import nodes as n


@slotted(frozen=True)
class Final:
    """What happens each time a body is satisfied, and how another function that goes on with it tells.

    `tail`: what such a function returns at its end. `resume`: statements that deal with what it returned.
    `accumulates`: it changes or reads the variable `acc`.
    """

    emit: Callable[[Scope], None]
    tail: ast.expr
    resume: Callable[[ast.expr, Scope], None]
    accumulates: bool = True


def mutating(emit: Callable[[Scope], None]) -> Final:
    """Return a final that adds to the collection in `acc`."""
    return Final(emit, code.const(None), lambda made, scope: scope.emit(code.do(made)))


def reached() -> Final:
    """Return a final that makes the function true."""

    def resume(made: ast.expr, scope: Scope) -> None:
        scope.emit(code.when(made, [code.back(code.const(True))]))

    return Final(
        lambda scope: scope.emit(code.back(code.const(True))), code.const(False), resume, accumulates=False
    )


def body(literals: n.Body, scope: Scope, final: Final) -> None:
    """Emit a body and, innermost, what happens each time it is satisfied."""
    done: set[int] = set()
    for position, expr in enumerate(literals):
        if scope.depth > DEEPEST:
            _split(
                [rest for number, rest in enumerate(literals) if number >= position and number not in done],
                scope,
                final,
            )
            return
        if position not in done:
            scope = _joined(literals, position, scope, done)
            scope = literal(expr, scope)
    final.emit(scope)


def _joined(literals: n.Body, position: int, scope: Scope, done: set[int]) -> Scope:
    """Prepare a literal whose loop can look into an index instead."""
    join = joins.find(literals, position, scope.bound.__contains__) if scope.unit.notes.plans else None
    if join is None or done & set(join.early):
        return scope
    scope.unit.notes.joined(join)
    with scope.unit.notes.moved():
        for early in join.early:
            scope = literal(literals[early], scope)
            done.add(early)
    wanted = []
    for _, outer in join.keys:
        scope, found = value(outer, scope)
        wanted.append(found)
    scope.probes[id(join.term)] = (tuple(path for path, _ in join.keys), wanted)
    return scope


def _split(rest: n.Body, scope: Scope, final: Final) -> None:
    """Go on in a function of its own: Python nests no deeper."""
    taken = dict(scope.bound)
    name, parameters, arguments, made = closures.inner(scope, taken, "rest")
    if final.accumulates:
        parameters.append("acc")
        arguments.append(code.load("acc"))
    made.fail = lambda: code.back(final.tail)
    with scope.unit.notes.split(scope.depth):
        body(rest, made, final)
    made.emit(code.back(final.tail))
    scope.unit.functions.append(code.function(name, parameters, made.out, scope.line))
    final.resume(code.call(name, *arguments), scope)


def literal(expr: n.Expr, scope: Scope) -> Scope:
    """Emit one literal and return the scope that the next one lies in."""
    scope.at(expr.location)
    notes = scope.unit.notes
    with notes.literal(expr, scope.depth):
        notes.tried(expr, scope)
        if not expr.withs:
            after = _plain(expr, scope)
        else:
            scope, state = _with(expr.withs, scope)
            outside = scope.state
            after = _plain(expr, scope.under(state)).under(outside)
        notes.held(after)
        return after


def _plain(expr: n.Expr, scope: Scope) -> Scope:
    if expr.negated:
        return _negated(expr, scope)
    return _LITERAL[expr.terms.__class__](expr.terms, scope)


def _negated(expr: n.Expr, scope: Scope) -> Scope:
    term = expr.terms
    if term.__class__ is n.Call and not _needs_body(term.args):
        name = term.name
        plain = name not in ("eq", "assign", "walk", "print", "internal.print")
        if plain and len(term.args) == calls.arity(term, scope):
            scope, made = calls.test(term, scope)
            scope.refuse(made)
            return scope
    if term.__class__ is n.Ref and (found := refs.maybe(term, scope)) is not None:
        scope.require(code.any_of(code.is_(found, code.load("U")), code.is_(found, code.const(False))))
        return scope
    positive = n.Expr(term, location=expr.location)
    scope.refuse(closures.exists([positive], scope, "not"))
    return scope


def _needs_body(args: list[Any]) -> bool:
    return any(arg.__class__ not in (n.Scalar, n.Var) for arg in args)


def _call(term: n.Call, scope: Scope) -> Scope:
    return calls.literal(term, scope)


def _not(term: n.Not, scope: Scope) -> Scope:
    scope.refuse(closures.exists(term.body, scope, "not"))
    return scope


def _logical(term: n.Logical, scope: Scope) -> Scope:
    sides = [closures.exists(term.left, scope), closures.exists(term.right, scope)]
    scope.require(code.any_of(*sides) if term.operator == "or" else code.all_of(*sides))
    return scope


def _truth(term: Any, scope: Scope) -> Scope:
    if term.__class__ is n.Scalar:
        if term.value is False:
            scope.emit(code.when(code.const(True), scope.stop()))
        return scope
    scope, made = value(term, scope)
    scope.refuse(code.is_(made, code.const(False)))
    return scope


def _with(withs: list[n.With], scope: Scope) -> tuple[Scope, str]:
    targets: list[ast.expr] = []
    mocks: dict[str, ast.expr] = {}
    for one in withs:
        scope = _target(one, scope, targets, mocks)
    state = scope.unit.fresh("c")
    keys: list[ast.expr | None] = [code.const(name) for name in mocks]
    made = code.call(
        "replaced", code.load(scope.state), code.tuple_of(targets), ast.Dict(keys, list(mocks.values()))
    )
    scope.emit(code.assign(state, made))
    return scope, state


def _target(one: n.With, scope: Scope, targets: list[ast.expr], mocks: dict[str, ast.expr]) -> Scope:
    head = one.target.head.name  # type: ignore[union-attr]
    mock = _function_name(one.target, scope)
    if mock is None:
        scope, made = value(one.value, scope)
        path = []
        for term in one.target.path:
            scope, found = value(term, scope)
            path.append(found)
        held = code.load(scope.name(made))
        targets.append(code.tuple_of([code.const(head), code.tuple_of(path), held]))
        return scope
    if one.value.__class__ in (n.Ref, n.Var) and (function := _function(one.value, scope)):
        mocks[mock] = code.load(function)
        return scope
    scope, made = value(one.value, scope)
    mocks[mock] = code.load(scope.name(made))
    return scope


def _function_name(target: n.Ref, scope: Scope) -> str | None:
    """Return the name of the function that a `with` replaces, or None when it replaces a document."""
    head = target.head.name  # type: ignore[union-attr]
    if head == "input":
        return None
    if head == "data":
        branch = calls.function_branch(target, scope)
        return n.ref_name(target) if branch is not None and branch.function else None
    return n.ref_name(target)


def _function(term: Any, scope: Scope) -> str | None:
    from samakia_policy.rego.generate.refs import rule_name

    ref = term if term.__class__ is n.Ref else n.Ref(term, [])
    if ref.head.__class__ is n.Var and ref.head.name in scope.bound:
        return None
    branch = calls.function_branch(ref, scope)
    if branch is not None:
        return rule_name(scope.unit, branch) if branch.function else None
    if ref.head.__class__ is n.Var and ref.head.name not in ("data", "input"):
        return scope.unit.built_in(n.ref_name(ref))
    return None


_LITERAL: dict[type, Callable[[Any, Scope], Scope]] = {
    n.Call: _call,
    n.Every: closures.every,
    n.Not: _not,
    n.Logical: _logical,
    n.Scalar: _truth,
    n.Var: _truth,
    n.Ref: _truth,
    n.Array: _truth,
    n.Object: _truth,
    n.SetTerm: _truth,
    n.ArrayComp: _truth,
    n.SetComp: _truth,
    n.ObjectComp: _truth,
}
