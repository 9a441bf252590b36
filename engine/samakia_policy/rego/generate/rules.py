"""Rules: one function for each, and one for each name that joins what its rules give."""

from __future__ import annotations

import ast

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.bodies import Final, body, mutating
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.terms import NOT_GROUND, ground, value
from samakia_policy.rego.generate.tree import Group
from samakia_policy.rego.generate.unify import match
from samakia_policy.rego.generate.unit import Unit
from samakia_policy.rego.run.state import MEMO
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.printer import text_of


def emit_group(group: Group, unit: Unit) -> None:
    """Emit everything for the rules of one name."""
    name = unit.rule_names[group.branch.path]
    parameters = [f"a{number}" for number in range(group.arity)]
    out = Scope(unit, [], lambda: code.back(code.load("U")), line=unit.line(group.rules[0].location))
    if group.kind == "function":
        _emit_single(group, out, parameters)
        out.emit(code.back(code.load("v")))
    else:
        slot = unit.rule_slots[group.branch.path]
        held = code.item(code.slot("c", MEMO), code.const(slot))
        out.emit(code.assign("v", held))
        out.emit(code.when(code.is_not(code.load("v"), code.load("MISSING")), [code.back(code.load("v"))]))
        _EMIT[group.kind](group, out, parameters)
        stored = ast.Subscript(code.slot("c", MEMO), code.const(slot), code.STORE)
        out.emit(ast.Assign([stored], code.load("v")))
        out.emit(code.back(code.load("v")))
    unit.functions.append(code.function(name, ["c", *parameters], out.out, out.line))


def _emit_single(group: Group, out: Scope, parameters: list[str]) -> None:
    """Join rules that each give one value: the first if all would be the same, else no two may differ."""
    ordinary = [rule for rule in group.rules if not rule.default]
    default = next((rule for rule in group.rules if rule.default), None)
    arguments = [code.load("c"), *map(code.load, parameters)]
    early = _same_constants(ordinary)
    out.emit(code.assign("v", code.load("U")))
    for number, rule in enumerate(ordinary):
        made = code.call(_emit_rule(rule, group, out.unit), *arguments)
        out.at(rule.location)
        tests = _constant_arguments(rule)
        if number == 0:
            out.emit_if(tests, [code.assign("v", made)])
        elif early:
            out.emit_if([code.is_(code.load("v"), code.load("U")), *tests], [code.assign("v", made)])
        else:
            joined = code.call("same", code.load("v"), code.load("w"), code.const(_conflict(group)))
            given = code.when(code.is_not(code.load("w"), code.load("U")), [code.assign("v", joined)])
            out.emit_if(tests, [code.assign("w", made), given])
    if default is not None:
        made = code.call(_emit_rule(default, group, out.unit), *arguments)
        out.emit(code.when(code.is_(code.load("v"), code.load("U")), [code.assign("v", made)]))


def _constant_arguments(rule: n.Rule) -> list[ast.expr]:
    """Return tests that the arguments are the strings a function's rule is for: else it need not be asked."""
    return [
        code.compare(code.load(f"a{number}"), ast.Eq(), code.const(argument.value))
        for number, argument in enumerate(rule.head.args or [])
        if argument.__class__ is n.Scalar and isinstance(argument.value, str)
    ]


def _same_constants(rules: list[n.Rule]) -> bool:
    found = []
    for rule in rules:
        chain: n.Rule | None = rule
        while chain is not None:
            found.append(ground(chain.head.value))
            chain = chain.otherwise
    if any(item is NOT_GROUND for item in found):
        return False
    from samakia_policy.rego.values.collections import key

    return len({key(item) for item in found}) == 1


def _conflict(group: Group) -> str:
    path = text_of(n.Ref(n.Var("data"), [n.Scalar(name) for name in group.branch.path]))
    if group.kind == "function":
        return f"function {path} produced conflicting values for the same inputs"
    return f"rule {path} produced conflicting values"


def _emit_collected(group: Group, out: Scope, _: list[str]) -> None:
    """Join rules that each add to one set or object."""
    out.emit(code.assign("acc", ast.Dict([], [])))
    names = []
    for rule in group.rules:
        names.append(_emit_rule(rule, group, out.unit))
        out.at(rule.location)
        out.emit(code.do(code.call(names[-1], code.load("c"), code.load("acc"))))
    if group.kind == "set":
        out.unit.members[group.branch.path] = tuple(names)
    made = code.load("acc")
    out.emit(code.assign("v", code.call("as_set", made) if group.kind == "set" else made))


_EMIT = {"complete": _emit_single, "set": _emit_collected, "object": _emit_collected}


def _emit_rule(rule: n.Rule, group: Group, unit: Unit) -> str:
    name = unit.fresh("r")
    unit.notes.function(name)
    single = group.kind in ("complete", "function")
    parameters = ["c", *([f"a{number}" for number in range(group.arity)] if single else ["acc"])]
    scope = Scope(unit, [], lambda: code.back(code.const(None)), line=unit.line(rule.location))
    with unit.notes.rule(rule, group.branch.path, group.kind):
        if single:
            _single(rule, group, scope)
        else:
            scope.fail = lambda: code.back(code.const(None))
            body(rule.body, scope, mutating(lambda inner: _collect(rule, group, inner)))
            scope.emit(code.back(code.const(None)))
    unit.functions.append(code.function(name, parameters, scope.out, scope.line))
    return name


def _single(rule: n.Rule, group: Group, scope: Scope) -> None:
    """Emit a rule that gives one value; when its body fails, its `else` is asked."""
    constant = ground(rule.head.value) is not NOT_GROUND
    below = _emit_rule(rule.otherwise, group, scope.unit) if rule.otherwise is not None else ""

    def otherwise() -> ast.stmt:
        # New nodes each time: each stands on the line of the literal that failed.
        arguments = [code.load("c"), *[code.load(f"a{number}") for number in range(group.arity)]]
        return code.back(code.call(below, *arguments) if below else code.load("U"))

    outer = scope
    if not constant:
        scope.emit(code.assign("acc", code.load("U")))
    # Before any loop nothing was found yet, so a failing literal goes straight to the `else`.
    scope.fail = otherwise
    for number, argument in enumerate(rule.head.args or []):
        scope = match(argument, code.load(f"a{number}"), scope)
    body(rule.body, scope, _first(rule) if constant else _only(rule, group))
    if not constant:
        undefined = code.is_not(code.load("acc"), code.load("U"))
        outer.emit(code.when(undefined, [code.back(code.load("acc"))]))
    outer.emit(otherwise())


def _first(rule: n.Rule) -> Final:
    def emit(scope: Scope) -> None:
        inner, made = value(rule.head.value, scope)  # type: ignore[arg-type]
        inner.emit(code.back(made))

    def resume(made: ast.expr, scope: Scope) -> None:
        held = code.load(scope.name(made))
        scope.emit(code.when(code.is_not(held, code.load("U")), [code.back(held)]))

    return Final(emit, code.load("U"), resume, accumulates=False)


def _only(rule: n.Rule, group: Group) -> Final:
    def emit(scope: Scope) -> None:
        inner, made = value(rule.head.value, scope)  # type: ignore[arg-type]
        inner.at(rule.location)
        if inner.depth == 0:
            inner.emit(code.back(made))
        else:
            inner.emit(
                code.assign("acc", code.call("same", code.load("acc"), made, code.const(_conflict(group))))
            )

    return Final(emit, code.load("acc"), lambda made, scope: scope.emit(code.assign("acc", made)))


def _collect(rule: n.Rule, group: Group, scope: Scope) -> None:
    scope.at(rule.location)
    path: list[ast.expr] = []
    for term in rule.head.ref.path[group.depth(rule) :]:
        scope, found = value(term, scope)
        path.append(found)
    if rule.head.key is not None:
        scope, made = value(rule.head.key, scope)
        if not path:
            scope.emit(code.do(code.call("add", code.load("acc"), made)))
            return
        scope.emit(code.do(code.call("insert_member", code.load("acc"), code.tuple_of(path), made)))
        return
    scope, made = value(rule.head.value, scope)  # type: ignore[arg-type]
    if len(path) == 1:
        scope.emit(code.do(code.call("put", code.load("acc"), path[0], made)))
        return
    scope.emit(code.do(code.call("insert", code.load("acc"), code.tuple_of(path), made)))
