"""Refs: constant steps in one guarded chain, bound variables by lookup, unbound ones by a loop."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import Any

from samakia_policy.rego.generate import code, inline
from samakia_policy.rego.generate.free import variables
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.terms import value
from samakia_policy.rego.generate.unit import Unit
from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.run.state import DATA, INPUT, MEMO
from samakia_policy.rego.syntax import nodes as n


class Walk:
    """A ref being read: the scope reached, the expression so far, and what identifies it.

    `tree`: the value may be a Place under `data`, whose steps are taken by `tree_step`. `base`: it is a base
    document, where a number names the key that is written alike.
    """

    __slots__ = ("base", "held", "identity", "scope", "tree")

    def __init__(
        self, scope: Scope, held: ast.expr, identity: tuple[Hashable, ...] | None, *, tree: bool
    ) -> None:
        self.base = False
        self.scope = scope
        self.held = held
        self.identity = identity
        self.tree = tree

    @property
    def of_turn(self) -> bool:
        """Whether the value lies in the element of the innermost loop: no other turn meets it again."""
        return isinstance(self.held, ast.Name) and self.held.id in self.scope.turn

    def known(self, step: Hashable) -> tuple[Hashable, ...] | None:
        """Return the identity of this ref with one more step."""
        return None if self.identity is None else (*self.identity, step)

    def hold(self, name: str, identity: tuple[Hashable, ...] | None) -> None:
        """Go on from a variable, and remember it for later refs that begin alike."""
        if self.of_turn:
            self.scope.turn |= {name}
        self.held = code.load(name)
        self.identity = identity
        if identity is not None and not self.tree:
            self.scope.known[identity] = name


def read(ref: n.Ref, scope: Scope) -> tuple[Scope, ast.expr]:
    """Return an expression for a ref's value."""
    walk, rest = _start(ref, scope)
    _steps(walk, rest)
    if walk.tree:
        walk.scope.line = scope.line
        name = walk.scope.defined(code.call("whole", code.load(walk.scope.state), walk.held))
        return walk.scope, code.load(name)
    return walk.scope, walk.held


def maybe(ref: n.Ref, scope: Scope) -> ast.expr | None:
    """Return a variable for a ref that may be undefined, U then; None where it takes more than a look."""
    head = ref.head
    if not isinstance(head, n.Var) or not all(_plain(term, base=False) for term in ref.path):
        return None
    if head.name in scope.bound:
        return _or_undefined(scope.bound[head.name], ref.path, scope)
    if head.name == "input":
        return _or_undefined(code.slot(scope.state, INPUT), ref.path, scope)
    return None


def _or_undefined(found: ast.expr, path: list[Any], scope: Scope) -> ast.expr:
    for term in path:
        found = code.item(found, code.const(term.value))
    name = scope.unit.fresh("t")
    assigned, missing = code.assign(name, found), code.assign(name, code.load("U"))
    for statement in (assigned, missing):
        statement.lineno = scope.line
    scope.emit(code.guarded([assigned], "ABSENT", [missing]))
    return code.load(name)


def _start(ref: n.Ref, scope: Scope) -> tuple[Walk, list[Any]]:
    head = ref.head
    if head.__class__ is not n.Var:
        scope, made = value(head, scope)
        return Walk(scope, code.load(scope.name(made)), None, tree=False), list(ref.path)
    name = head.name
    if name in scope.bound:
        held = scope.bound[name]
        identity: tuple[Hashable, ...] = (held.id,) if isinstance(held, ast.Name) else ("k", name)
        return Walk(scope, held, identity, tree=False), list(ref.path)
    if name == "input":
        return _input(ref, scope)
    return _data(ref, scope)


def _input(ref: n.Ref, scope: Scope) -> tuple[Walk, list[Any]]:
    walk = Walk(scope, code.slot(scope.state, INPUT), (scope.state, "input"), tree=False)
    if not ref.path or ref.path[0].__class__ is not n.Scalar:
        name = scope.known.get(walk.identity or ())
        walk.hold(name or scope.defined(walk.held), walk.identity)
    return walk, list(ref.path)


def _data(ref: n.Ref, scope: Scope) -> tuple[Walk, list[Any]]:
    branch, rules = scope.unit.tree, scope.unit.rule_names
    path = list(ref.path)
    if _masked(scope, path):
        return _tree(branch, path, scope)
    for position, term in enumerate(path):
        if term.__class__ is not n.Scalar or not isinstance(term.value, str):
            return _tree(branch, path, scope)
        below = branch.children.get(term.value)
        if below is None:
            if branch.path in rules:
                return (
                    _tree(branch, path, scope) if branch.children else _rule(branch, path[position:], scope)
                )
            walk = Walk(scope, code.slot(scope.state, DATA), (scope.state, "data"), tree=False)
            walk.base = True
            return walk, path
        if branch.path in rules:
            # Rules with variables in their names may add to what lies below.
            return _tree(branch, path, scope)
        branch = below
        if branch.path in rules and not branch.open:
            return _rule(branch, path[position + 1 :], scope)
    if branch.path in rules and not branch.children:
        return _rule(branch, [], scope)
    return _tree(branch, path, scope)


def _rule(branch: Branch, rest: list[Any], scope: Scope) -> tuple[Walk, list[Any]]:
    identity = (scope.state, "rule", *branch.path)
    walk = Walk(scope, code.const(None), identity, tree=False)
    name = scope.known.get(identity)
    walk.hold(name or scope.defined(remembered(branch, scope)), identity)
    return walk, rest


def remembered(branch: Branch, scope: Scope) -> ast.expr:
    """Return a variable for what a rule gave; it is called where it gave nothing yet."""
    made = code.call(rule_name(scope.unit, branch), code.load(scope.state))
    slot = scope.unit.rule_slots.get(branch.path)
    if slot is None:
        return made
    name = scope.name(code.item(code.slot(scope.state, MEMO), code.const(slot)))
    scope.emit(code.when(code.is_(code.load(name), code.load("MISSING")), [code.assign(name, made)]))
    return code.load(name)


def rule_name(unit: Unit, branch: Branch) -> str:
    """Return the name of the function that evaluates a branch's rules."""
    return unit.rule_names[branch.path]


def _tree(branch: Branch, path: list[Any], scope: Scope) -> tuple[Walk, list[Any]]:
    held = scope.name(code.call("root", code.load(scope.state), code.load("tree")))
    return Walk(scope, code.load(held), None, tree=True), path


def _masked(scope: Scope, path: list[Any]) -> bool:
    for mask in scope.unit.masks:
        pairs = list(zip(mask, path, strict=False))
        if all(term.__class__ is not n.Scalar or term.value == name for name, term in pairs):
            return True
    return False


def _steps(walk: Walk, path: list[Any]) -> None:
    position = 0
    while position < len(path):
        chain = position
        while not walk.tree and chain < len(path) and _plain(path[chain], base=walk.base):
            chain += 1
        if chain > position:
            _chain(walk, [term.value for term in path[position:chain]])
            position = chain
        else:
            _step(walk, path[position])
            position += 1


def _plain(term: Any, *, base: bool) -> bool:
    """Whether a step only ever names a key of an object: in base documents "1" may name a place."""
    if term.__class__ is not n.Scalar or term.value.__class__ is not str:
        return False
    return not (base and term.value[-1:] in "0123456789.")


def _chain(walk: Walk, names: list[str]) -> None:
    scope = walk.scope
    identity = None if walk.identity is None else (*walk.identity, *[("s", name) for name in names])
    if identity is not None:
        for length in range(len(names), 0, -1):
            if (name := scope.known.get(identity[: len(identity) - len(names) + length])) is not None:
                walk.held, names = code.load(name), names[length:]
                break
        if not names:
            walk.identity = identity
            return
    found: ast.expr = walk.held
    for step in names:
        found = code.item(found, code.const(step))
    name = scope.unit.fresh("t")
    assigned = code.assign(name, found)
    assigned.lineno = scope.line
    scope.emit(code.guarded([assigned], "ABSENT", scope.stop()))
    walk.hold(name, identity)


def _step(walk: Walk, term: Any) -> None:
    scope = walk.scope
    free = [name for name in variables(term) if name not in scope.bound]
    if free:
        _loop(walk, term, free)
        return
    scope, wanted = value(term, scope)
    walk.scope = scope
    identity = walk.known(_identity(term, wanted))
    if identity is not None and (name := scope.known.get(identity)) is not None:
        walk.held, walk.identity = code.load(name), identity
        return
    if walk.tree:
        made = code.call("tree_step", code.load(scope.state), walk.held, wanted)
    else:
        made = code.call("base_step" if walk.base else "step", walk.held, wanted)
        made = made if walk.base else inline.step(walk.held, wanted, made)
    walk.hold(scope.defined(made), identity)


def _identity(term: Any, wanted: ast.expr) -> Hashable:
    if term.__class__ is n.Scalar:
        return ("s" if isinstance(term.value, str) else term.value.__class__.__name__, str(term.value))
    if isinstance(wanted, ast.Name):
        return ("v", wanted.id)
    return ("once", id(term))


def _loop(walk: Walk, term: Any, free: list[str]) -> None:
    from samakia_policy.rego.generate.unify import match

    scope = walk.scope
    walk.base = False
    name, found = scope.unit.fresh("i"), scope.unit.fresh("t")
    keyed = walk.tree or not scope.unit.ignores(term)
    made = _iterated(walk, term, keyed=keyed)
    walk.scope = scope.enter([name, found] if keyed else [found], made)
    if not keyed:
        walk.identity = None
        walk.held = code.load(found)
        return
    identity = walk.known(("v", name))
    walk.scope = match(term, code.load(name), walk.scope)
    walk.hold(found, identity)


def _iterated(walk: Walk, term: Any, *, keyed: bool) -> ast.expr:
    """Return what a loop goes over: everything, or what an index finds."""
    scope = walk.scope
    state, source = code.load(scope.state), code.load(scope.name(walk.held))
    if walk.tree:
        scope.unit.notes.loop()
        return code.call("tree_items", state, source)
    # What only this turn has is searched once: an index over it would cost more than it saves.
    if id(term) in scope.probes and not walk.of_turn:
        paths, wanted = scope.probes[id(term)]
        scope.unit.notes.index(term)
        one = wanted[0] if len(wanted) == 1 else code.tuple_of(wanted)
        return code.call("probe" if keyed else "probe_values", state, source, code.const(paths), one)
    scope.unit.notes.loop()
    return code.call("items" if keyed else "values", state, source)
