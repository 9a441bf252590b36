"""RewriteWithValues: checks what `with` replaces, and binds values that have to be evaluated."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.compiled import builtin_name
from samakia_policy.rego.compiler.locals import Locals, copy_var
from samakia_policy.rego.compiler.result_terms import needs_evaluation
from samakia_policy.rego.compiler.tree import RuleTree
from samakia_policy.rego.compiler.walk import children
from samakia_policy.rego.errors import COMPILE, TYPE, Fault
from samakia_policy.rego.syntax.nodes import (
    ArrayComp,
    Body,
    Every,
    Logical,
    Not,
    ObjectComp,
    Ref,
    Rule,
    SetComp,
    Term,
    Var,
    With,
)
from samakia_policy.rego.syntax.printer import text_of

_BUILT_IN = "with keyword replacing built-in function: "
_TARGETS = "with keyword target must reference existing input, data, or a function"
_PARTIAL = "with keyword cannot partially replace virtual document(s)"
_FIXED = ("eq", "rego.metadata.chain", "rego.metadata.rule")
_BODIES = (ArrayComp, SetComp, ObjectComp, Every, Not)


class Refused(Exception):
    """A `with` that cannot be; ends the body it is in."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class WithValues:
    """Rewrites all bodies below a node in place; collects what is wrong with their `with`."""

    def __init__(self, locals_: Locals, tree: RuleTree, unsafe: Container[str] = ()) -> None:
        self.locals = locals_
        self.tree = tree
        self.unsafe = unsafe
        self.faults: list[Fault] = []

    def rule(self, rule: Rule) -> None:
        """Rewrite the bodies of one rule; not of its else clauses."""
        rule.body = self.body(rule.body)
        for part in (rule.head, *rule.body):
            self.below(part)

    def below(self, node: Any) -> None:
        """Rewrite the bodies below a node."""
        if isinstance(node, _BODIES):
            node.body = self.body(node.body)
        elif isinstance(node, Logical):
            node.left, node.right = self.body(node.left), self.body(node.right)
        for child in children(node):
            self.below(child)

    def body(self, body: Body) -> Body:
        """Return one body with its own `with` rewritten; bodies below it stay."""
        if not any(expr.withs for expr in body):
            return body
        out: Body = []
        try:
            for expr in body:
                for item in expr.withs:
                    self._value(item, out)
                out.append(expr)
        except Refused as refused:
            self.faults.append(refused.fault)
            return []
        return out

    def _value(self, item: With, out: Body) -> None:
        value = item.value
        if isinstance(value, Var) and value.name in signatures():
            item.value = value = Ref(value, [], location=value.location)
        if not self._stays(item) and needs_evaluation(value):
            made, expr = self.locals.bind(value)
            out.append(expr)
            item.value = copy_var(made)

    def _stays(self, item: With) -> bool:
        """Check one `with`; returns whether its value is a function, which is not evaluated."""
        target, value = item.target, item.value
        self._check_unsafe(target)
        root = target.head.name if isinstance(target.head, Var) else ""
        if root == "data":
            return self._replaces_function(target, value)
        if root == "input":
            return False
        name = builtin_name(target)
        if name is None:
            raise Refused(Fault(TYPE, _TARGETS, target.location))
        _check_builtin(name, target)
        return self._is_function(value)

    def _replaces_function(self, target: Ref, value: Term) -> bool:
        node = self.tree
        terms = target.terms
        for term in terms[:-1]:
            below = node.child(term)
            if below is None:
                break
            if below.rules:
                raise Refused(Fault(COMPILE, _PARTIAL, target.location))
            node = below
        child = node.child(terms[-1])
        if child is not None and any(rule.head.args for rule in child.rules) and self._is_function(value):
            return True
        return isinstance(value, Ref) and any(rule.head.args for rule in self.tree.exact(value))

    def _is_function(self, value: Term) -> bool:
        if isinstance(value, Ref) and self.tree.find(value.terms) is not None:
            return True
        self._check_unsafe(value)
        return isinstance(value, Ref) and builtin_name(value) is not None

    def _check_unsafe(self, term: Term) -> None:
        if isinstance(term, Ref | Var) and text_of(term) in self.unsafe:
            message = f'{_BUILT_IN}target must not be unsafe: "{text_of(term)}"'
            raise Refused(Fault(COMPILE, message, term.location))


def _check_builtin(name: str, target: Ref) -> None:
    entry = signatures()[name]
    problem = ""
    if name in _FIXED:
        problem = f'replacement of "{name}" invalid'
    elif name.startswith("internal."):
        problem = f'replacement of internal function "{name}" invalid'
    elif entry.get("relation"):
        problem = "target must not be a relation"
    elif "result" not in entry["decl"]:
        problem = "target must not be a void function"
    if problem:
        raise Refused(Fault(COMPILE, _BUILT_IN + problem, target.location))
