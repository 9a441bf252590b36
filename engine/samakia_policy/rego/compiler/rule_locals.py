"""RewriteLocalVars for rules: arguments and what a body declares get names of their own, in the head too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.declared import declared_vars
from samakia_policy.rego.compiler.faults import Faults
from samakia_policy.rego.compiler.local_vars import LocalVars
from samakia_policy.rego.compiler.locals import Locals
from samakia_policy.rego.compiler.scopes import Met, Scope, Scopes
from samakia_policy.rego.compiler.variables import Collector, all_vars
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, chain, children, walk
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.nodes import (
    Array,
    Call,
    Head,
    Module,
    Object,
    Ref,
    Rule,
    Scalar,
    TemplateString,
    Var,
    With,
)

_BODY = Collector(operators=False, closures=False)
_WITHS = Collector(operators=False)


class RuleLocals:
    """Rewrites the local variables of all rules. `rewritten`: what each generated name was written as."""

    def __init__(self, locals_: Locals, faults: Faults, *, strict: bool = False) -> None:
        self.locals = locals_
        self.faults = faults
        self.strict = strict
        self.rewritten: dict[str, str] = {}

    def module(self, module: Module, seen: Iterable[str] = ()) -> None:
        """Rewrite one module; `seen`: names of built-ins that it uses as variables."""
        hidden = frozenset(seen)
        for rule in module.rules:
            self._rule(rule, hidden)

    def _rule(self, rule: Rule, hidden: frozenset[str]) -> None:
        args = rule.head.args or []
        unused = all_vars(args) if self.strict and args else set()
        first = Scopes(self.locals)
        rule.head.args = [_rename_arg(arg, first, self.faults) for arg in args] if args else rule.head.args
        self.rewritten.update(first.rewritten)
        for link in chain(rule):
            scopes = self._link(link, first.inner, unused, hidden)
            unused = {name for name in unused if scopes.count(name) <= 1}
        self.faults.add(
            [_unused_arg(name, rule) for name in sorted(unused) if not name.startswith("$")],
            recoverable=True,
        )

    def _link(self, rule: Rule, args: Scope, unused: set[str], hidden: frozenset[str]) -> Scopes:
        used = self._head_vars(rule.head, unused) if _may_hold_vars(rule.head) else None
        scopes = Scopes(self.locals, args.copy())
        if hidden:
            _rename_hidden(rule, scopes, hidden)
        local = LocalVars(scopes, strict=self.strict)
        rule.body = local.body(rule.body, used or set())
        self.rewritten.update(scopes.rewritten)
        self.faults.add(local.faults)
        self.faults.add(local.unused, recoverable=True)
        if used is not None:
            _rename_head(rule.head, scopes.inner.names)
        return scopes

    def _head_vars(self, head: Head, unused: set[str]) -> set[str]:
        """Rewrite what nested bodies of a head declare; return the variables that the head needs."""
        for part in (*(head.args or ()), head.key, head.value):
            if part is not None:
                self._nested(part)
        used = all_vars([term for term in (*head.ref.path, head.key) if term is not None])
        if head.value is not None and not isinstance(head.value, Scalar):
            values = all_vars([head.value])
            unused -= values
            used |= values
        return used

    def _nested(self, node: Any) -> None:
        if isinstance(node, (*COMPREHENSIONS, TemplateString)):
            scopes = Scopes(self.locals)
            local = LocalVars(scopes, strict=self.strict)
            if isinstance(node, TemplateString):
                local.template(node)
            else:
                local.term(node)
            self.rewritten.update(scopes.rewritten)
            self.faults.add(local.faults)
            self.faults.add(local.unused, recoverable=True)
            return
        for child in children(node):
            self._nested(child)


def _may_hold_vars(head: Head) -> bool:
    parts = (*(head.args or ()), head.key, head.value, *head.ref.path)
    return any(part is not None and not isinstance(part, Scalar) for part in parts)


def _unused_arg(name: str, rule: Rule) -> Fault:
    message = f"unused argument {name}. (hint: use _ (wildcard variable) instead)"
    return Fault(COMPILE, message, rule.head.location)


def _rename_arg(node: Any, scopes: Scopes, faults: Faults) -> Any:
    if isinstance(node, Var):
        return _renamed(node, scopes)
    if isinstance(node, Object):
        node.items = [(name, _rename_arg(value, scopes, faults)) for name, value in node.items]
    elif isinstance(node, Call):
        faults.add([Fault(COMPILE, "rule arguments cannot contain calls", node.location)])
    elif isinstance(node, Array):
        node.items = [_rename_arg(item, scopes, faults) for item in node.items]
    elif isinstance(node, Ref):
        node.head = _rename_arg(node.head, scopes, faults)
        node.path = [_rename_arg(item, scopes, faults) for item in node.path]
    return node


def _renamed(node: Var, scopes: Scopes) -> Var:
    inner = scopes.inner
    if node.name in inner.names:
        inner.count[node.name] += 1
    else:
        scopes.insert(node.name, scopes.locals.name(), Met.ARGUMENT)
    return Var(inner.names[node.name], location=node.location)


def _rename_hidden(rule: Rule, scopes: Scopes, hidden: frozenset[str]) -> None:
    """Rename variables that have the name of a built-in, which later stages would take for it."""
    names = _BODY.collect(rule.body) & hidden & signatures().keys()
    if names:
        names -= declared_vars(rule.body) | _with_vars(rule)
    for name in sorted(names):
        if scopes.name_of(name) is None:
            scopes.insert(name, scopes.locals.name(), Met.SEEN)


def _with_vars(rule: Rule) -> set[str]:
    found: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, With):
            found.update(_WITHS.collect([node.target, node.value]), all_vars([node.target]))

    walk(rule, visit)
    return found


def _rename_head(head: Head, names: dict[str, str]) -> None:
    for part in (*(head.args or ()), *head.ref.path, head.key, head.value):
        if part is not None:
            _rename(part, names)


def _rename(node: Any, names: dict[str, str]) -> None:
    """Give every variable that the body declares its new name."""
    if isinstance(node, Var):
        node.name = names.get(node.name, node.name)
        return
    if isinstance(node, Ref) and isinstance(node.head, Var):
        head = node.head
        node.head = Var(names.get(head.name, head.name), location=head.location)
        for term in node.path:
            _rename(term, names)
        return
    for child in children(node):
        _rename(child, names)
