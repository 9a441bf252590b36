"""Calls of built-ins and of functions, as tests or with their result bound."""

from __future__ import annotations

import ast
from typing import Any

from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.generate import code, inline
from samakia_policy.rego.generate.refs import rule_name
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.terms import value
from samakia_policy.rego.generate.unify import equality, match, unify
from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.run.state import CONTEXT
from samakia_policy.rego.syntax import nodes as n

_ORDER = ("lt", "lte", "gt", "gte")
# Never undefined and never an error, so no guard is needed around them.
_TOTAL = frozenset(
    ("equal", "neq", "lt", "lte", "gt", "gte", "internal.member_2", "internal.member_3", "type_name")
)


def literal(call: n.Call, scope: Scope) -> Scope:
    """Emit a call that stands as a literal: a test, a unification, or one that ends with its result."""
    name = call.name
    if name in ("eq", "assign"):
        return unify(call.args[0], call.args[1], scope)
    taken = arity(call, scope)
    if name == "walk" and len(call.args) == taken + 1:
        return _walk(call, scope)
    if len(call.args) > taken:
        scope, made = result(n.Call(call.operator, call.args[:taken], location=call.location), scope)
        if name not in _TOTAL or name in scope.unit.mocks:
            made = code.load(scope.defined(made))
        return match(call.args[taken], made, scope)
    return _test(call, name, scope)


def test(call: n.Call, scope: Scope) -> tuple[Scope, ast.expr]:
    """Return an expression that is true if a call without result lets the body go on."""
    name = call.name
    if name not in scope.unit.mocks:
        if name in ("equal", "neq"):
            return _equality(call, name, scope)
        if name == "internal.member_2":
            return _member(call, scope)
        if name in _ORDER:
            return _ordered(call, name, scope)
    scope, made = result(call, scope)
    if name in scope.unit.mocks:
        return scope, code.call("truth", made)
    if name in _TOTAL:
        return scope, made
    if scope.unit.gives_boolean(name):
        return scope, code.is_(made, code.const(True))
    held = code.load(scope.name(made))
    return scope, code.all_of(code.is_not(held, code.load("U")), code.is_not(held, code.const(False)))


def _member(call: n.Call, scope: Scope) -> tuple[Scope, ast.expr]:
    scope.unit.notes.key_set()
    scope, left = value(call.args[0], scope)
    scope, right = value(call.args[1], scope)
    slow = code.call("member", code.load(scope.state), left, right)
    texts = inline.constant_strings(call.args[1])
    if texts is None or not isinstance(left, ast.Name):
        return scope, slow
    members = scope.unit.made("members", code.list_of(map(code.const, texts)))
    return scope, inline.member(left, members, slow)


def _test(call: n.Call, name: str, scope: Scope) -> Scope:
    if name in ("print", "internal.print", "trace"):
        scope, made = result(call, scope)
        scope.emit(code.do(made))
        return scope
    scope, made = test(call, scope)
    scope.require(made)
    return scope


def _equality(call: n.Call, name: str, scope: Scope) -> tuple[Scope, ast.expr]:
    one, two = call.args
    scope, left = value(one, scope)
    scope, right = value(two, scope)
    same = equality(one, left, two, right)
    return scope, same if name == "equal" else code.negated(same)


def _ordered(call: n.Call, name: str, scope: Scope) -> tuple[Scope, ast.expr]:
    scope, left = value(call.args[0], scope)
    scope, right = value(call.args[1], scope)
    return scope, inline.written_out(name, (left, right), code.call(f"o_{name}", left, right))


def result(call: n.Call, scope: Scope) -> tuple[Scope, ast.expr]:
    """Return an expression for a call's result, which may be undefined."""
    name = call.name
    if name == "sprintf" and call.args[1].__class__ is n.Array and name not in scope.unit.mocks:
        return _formatted(call, scope)
    made = []
    for argument in call.args:
        scope, found = value(argument, scope)
        made.append(found)
    state = code.load(scope.state)
    branch = function_branch(call.operator, scope)
    if name in scope.unit.mocks:
        held = rule_name(scope.unit, branch) if branch else scope.unit.built_in(name)
        return scope, code.call("mocked", state, code.const(name), code.load(held), *made)
    if branch is not None:
        return scope, code.call(rule_name(scope.unit, branch), state, *made)
    return scope, _built_in(name, made, scope)


def _formatted(call: n.Call, scope: Scope) -> tuple[Scope, ast.expr]:
    items = []
    values: Any = call.args[1]
    for item in values.items:
        scope, made = value(item, scope)
        items.append(made if isinstance(made, ast.Constant) else code.load(scope.name(made)))
    scope, template = value(call.args[0], scope)
    held = scope.unit.built_in("sprintf")
    slow = code.call(held, code.load(scope.state), template, code.list_of(items))
    return scope, inline.formatted(call, items, slow)


def _built_in(name: str, operands: list[ast.expr], scope: Scope) -> ast.expr:
    """Return an expression for a call of a built-in: written out, or with its faults caught in place."""
    slow = code.call(scope.unit.built_in(name), code.load(scope.state), *operands)
    made = inline.written_out(name, operands, slow)
    if name == "regex.match":
        made = inline.matched(scope.unit, operands, slow)
    if made is not slow:
        return made
    try:
        found = find(name)
    except BuiltinFault:
        return slow
    if found.context:
        operands = [code.slot(scope.state, CONTEXT), *operands]
    held = scope.unit.fresh("t")
    called = code.assign(held, code.call(scope.unit.built_in(name, "f"), *operands))
    failed = code.assign(held, code.call("fault", code.load(scope.state), code.const(name)))
    called.lineno = failed.lineno = scope.line
    scope.emit(code.guarded([called], "FAULT", [failed]))
    return code.load(held)


def function_branch(operator: n.Ref, scope: Scope) -> Branch | None:
    """Return where a user's function lies, or None for a built-in."""
    if operator.head.__class__ is not n.Var or operator.head.name != "data":
        return None
    branch: Branch | None = scope.unit.tree
    for term in operator.path:
        if branch is None or term.__class__ is not n.Scalar:
            return None
        branch = branch.children.get(term.value)  # type: ignore[arg-type]
    return branch


def arity(call: n.Call, scope: Scope) -> int:
    """Return how many operands what is called takes."""
    branch = function_branch(call.operator, scope)
    if branch is not None:
        return int(scope.unit.arities[branch.path])
    return int(scope.unit.arity_of(call.name))


def _walk(call: n.Call, scope: Scope) -> Scope:
    scope, subject = value(call.args[0], scope)
    pattern: Any = call.args[1]
    scope.unit.notes.loop()
    name = scope.unit.fresh("w")
    if "walk" not in scope.unit.mocks and (wanted := _without_path(pattern)) is not None:
        made = code.call(scope.unit.built_in("internal.walk_values"), code.load(scope.state), subject)
        return match(wanted, code.load(name), scope.enter([name], made))
    made = code.call(scope.unit.built_in("walk"), code.load(scope.state), subject)
    if "walk" in scope.unit.mocks:
        made = code.call("mocked", code.load(scope.state), code.const("walk"), code.load("b_walk"), subject)
        return match(pattern, code.load(scope.defined(made)), scope)
    scope = scope.enter([name], made)
    return match(pattern, code.load(name), scope)


def _without_path(pattern: Any) -> Any:
    """Return the second part of `[_, value]`: nobody asks for the paths, so none are made."""
    if pattern.__class__ is not n.Array or len(pattern.items) != len(("path", "value")):
        return None
    path, found = pattern.items
    return found if path.__class__ is n.Var and path.wildcard else None
