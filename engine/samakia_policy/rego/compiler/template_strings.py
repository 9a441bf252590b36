"""RewriteTemplateStrings: `$"a {x}"` becomes a call of `internal.template_string`.

What may be undefined is evaluated in a set comprehension, so that it does not stop the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.compiled import builtin_name
from samakia_policy.rego.compiler.locals import EQ, Locals, copy_var, is_true
from samakia_policy.rego.compiler.outputs import Arity, body_outputs
from samakia_policy.rego.compiler.transform import replace_below
from samakia_policy.rego.compiler.tree import RuleTree
from samakia_policy.rego.compiler.variables import RESERVED, all_vars, safety_vars
from samakia_policy.rego.compiler.walk import is_ground, walk
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Object,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    TemplateString,
    Term,
    Var,
)

_TEMPLATE = Ref(Var("internal"), [Scalar("template_string")])


class TemplateStrings:
    """Rewrites rules and bodies in place; collects what is wrong with their templates."""

    def __init__(self, locals_: Locals, rewritten: Mapping[str, str], arity: Arity, tree: RuleTree) -> None:
        self.locals = locals_
        self.rewritten = rewritten
        self.arity = arity
        self.tree = tree
        self.faults: list[Fault] = []

    def rule(self, rule: Rule) -> None:
        """Rewrite one rule; not its else clauses."""
        if not _holds_template([rule.head, *rule.body]):
            return
        args = rule.head.args or ()
        safe = RESERVED | all_vars(args)
        known = self.body(rule.body, safe)
        head = rule.head
        head.args = None if head.args is None else [self._visit(arg, known) for arg in head.args]
        head.ref.path = [self._visit(term, known) for term in head.ref.path]
        head.key = self._visit(head.key, known)
        head.value = self._visit(head.value, known)

    def body(self, body: Body, safe: set[str] | frozenset[str]) -> set[str]:
        """Rewrite a body in place and return what is known after it."""
        known = body_outputs(body, set(safe), self.arity) | safe
        for expr in body:
            self._visit(expr, known)
        return known

    def _visit(self, node: Any, safe: set[str]) -> Any:
        """Rewrite below a node; returns what takes its place."""
        kind = node.__class__
        if kind is TemplateString:
            return self._template(node, safe)
        if kind is ArrayComp or kind is SetComp:
            inside = self.body(node.body, safe)
            node.term = self._visit(node.term, inside if node.term.__class__ is TemplateString else safe)
        elif kind is ObjectComp:
            inside = self.body(node.body, safe)
            node.key = self._visit(node.key, inside if node.key.__class__ is TemplateString else safe)
            node.value = self._visit(node.value, inside if node.value.__class__ is TemplateString else safe)
        elif kind is Every:
            node.domain = self._visit(node.domain, safe)
            self.body(node.body, safe | all_vars([item for item in (node.key, node.value) if item]))
        elif node is not None:
            replace_below(node, lambda below: self._visit(below, safe))
        return node

    def _template(self, node: TemplateString, safe: set[str]) -> Call:
        parts = [self._part(part, safe) for part in node.parts] or [Scalar("", location=node.location)]
        terms = [part for part in parts if part is not None]
        return Call(_TEMPLATE, [Array(terms, location=node.location)], location=node.location)

    def _part(self, part: Scalar | Expr, safe: set[str]) -> Term | None:
        """Return what stands for one part."""
        if isinstance(part, Scalar):
            return part
        term: Any = part.terms
        if isinstance(term, Call) and self._is_relation(term):
            return None
        if isinstance(term, Ref) and self._always_defined(term):
            return SetTerm([term])
        if isinstance(term, Var):
            return SetTerm([term])
        place = term.location or part.location
        self.faults += undeclared(term, safe, self.rewritten, place)
        term = self._visit(part, safe).terms
        made = self.locals.var(place)
        capture = Expr(Call(EQ, [made, term], location=place), location=place)
        capture.withs = part.withs
        return SetComp(copy_var(made), [capture], location=place)

    def _is_relation(self, call: Call) -> bool:
        name = builtin_name(call.operator)
        if name is None or not signatures()[name].get("relation"):
            return False
        message = f"illegal call to relation built-in '{name}' that may cause multiple outputs"
        self.faults.append(Fault(COMPILE, message))
        return True

    def _always_defined(self, ref: Ref) -> bool:
        """Return whether a reference names a rule that always has a value."""
        if not ref.path or not isinstance(ref.head, Var) or ref.head.name != "data":
            return False
        rules = self.tree.exact(ref)
        if not rules or rules[0].head.args:
            return False
        if rules[0].default or rules[0].head.value is None:
            return True
        return _is_constant(rules[0]) if len(rules) == 1 else any(rule.default for rule in rules[1:])


def undeclared(term: Term, safe: Iterable[str], rewritten: Mapping[str, str], place: Any) -> list[Fault]:
    """Return a fault for every variable of a term that is not known."""
    unknown = sorted(safety_vars([term]).difference(safe))
    shown = ["_" if name.startswith("$") else rewritten.get(name, name) for name in unknown]
    return [Fault(COMPILE, f"var {name} is undeclared", place) for name in shown]


def _is_constant(rule: Rule) -> bool:
    value = rule.head.value
    if not is_true(rule.body):
        return False
    return isinstance(value, Scalar | Var) or (
        isinstance(value, Array | Object | SetTerm) and is_ground(value)
    )


def _holds_template(nodes: Iterable[Any]) -> bool:
    found: list[Any] = []

    def visit(node: Any) -> bool:
        if node.__class__ is TemplateString:
            found.append(node)
        return bool(found)

    for node in nodes:
        walk(node, visit)
    return bool(found)
