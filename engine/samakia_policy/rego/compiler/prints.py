"""RewritePrintCalls: `print(x)` is erased, or prints each operand through a comprehension.

An operand that is undefined then leaves an empty set, and the body goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samakia_policy.rego.compiler.declared import is_call_of
from samakia_policy.rego.compiler.locals import EQ, PREFIX, Locals, copy_var
from samakia_policy.rego.compiler.outputs import Arity, body_outputs
from samakia_policy.rego.compiler.template_strings import undeclared
from samakia_policy.rego.compiler.variables import RESERVED, all_vars
from samakia_policy.rego.compiler.walk import children
from samakia_policy.rego.errors import Fault
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    Term,
    Var,
)

_PRINT = Ref(Var("internal"), [Scalar("print")])
_NESTED = (ArrayComp, SetComp, ObjectComp, Every, Not)


def is_print(expr: Expr) -> bool:
    """Return whether an expression is a call of `print`."""
    return is_call_of(expr.terms, "print")


def erase_prints(node: Any) -> None:
    """Erase the calls of `print` from all bodies at or below a node."""
    if isinstance(node, (Rule, *_NESTED)):
        node.body = erased(node.body)
    elif isinstance(node, Logical):
        node.left, node.right = erased(node.left), erased(node.right)
    for child in children(node):
        erase_prints(child)


def erased(body: Body) -> Body:
    """Return a body without its own calls of `print`."""
    kept = [expr for expr in body if not is_print(expr)]
    if len(kept) == len(body):
        return body
    place = body[0].location
    return kept or [Expr(Scalar(True, location=place), location=place)]


def holds_print(node: Any) -> bool:
    """Return whether there is a call of `print` at or below a node."""
    if node.__class__ is Expr and is_print(node):
        return True
    return any(map(holds_print, children(node)))


class Prints:
    """Keeps the calls of `print` of one rule or query; collects what is wrong with their operands."""

    def __init__(self, locals_: Locals, rewritten: Mapping[str, str], arity: Arity) -> None:
        self.locals = locals_
        self.rewritten = rewritten
        self.arity = arity
        self.faults: list[Fault] = []

    def rule(self, rule: Rule) -> None:
        """Rewrite one rule in place; not its else clauses."""
        safe = RESERVED | all_vars(rule.head.args or ())
        for part in (*(rule.head.args or ()), rule.head.key, rule.head.value):
            if part is not None:
                self._nested(part, safe)
        self.body(rule.body, safe)

    def body(self, body: Body, globals_: set[str] | frozenset[str]) -> None:
        """Rewrite a body in place, where some variables are known."""
        if not any(map(holds_print, body)):
            return
        for index, expr in enumerate(body):
            if holds_print(expr) and not is_print(expr):
                self._nested(expr, body_outputs(body[:index], set(globals_), self.arity) | globals_)
        for index, expr in enumerate(body):
            if is_print(expr) and isinstance(expr.terms, Call):
                body[index] = self._kept(expr, expr.terms, body[:index], globals_)

    def _nested(self, node: Any, safe: set[str] | frozenset[str]) -> None:
        """Rewrite the nearest bodies below a node."""
        if isinstance(node, Every):
            self.body(node.body, safe | all_vars([item for item in (node.key, node.value) if item]))
        elif isinstance(node, _NESTED):
            self.body(node.body, safe)
        elif isinstance(node, Logical):
            self.body(node.left, safe)
            self.body(node.right, safe)
        else:
            for child in children(node):
                self._nested(child, safe)

    def _kept(self, expr: Expr, call: Call, before: Body, globals_: set[str] | frozenset[str]) -> Expr:
        known = body_outputs(before, set(globals_), self.arity) | globals_
        known |= {name for name in all_vars(before) if name.startswith(PREFIX)}
        for arg in call.args:
            self.faults += undeclared(arg, known, self.rewritten, arg.location)
        sets: list[Term] = [self._captured(arg) for arg in call.args]
        operands = Array(sets, location=expr.location)
        made = Call(Ref(_PRINT.head, _PRINT.path, location=expr.location), [operands], location=expr.location)
        return Expr(made, location=expr.location)

    def _captured(self, arg: Term) -> SetComp:
        made = self.locals.var(arg.location)
        capture = Expr(Call(EQ, [made, arg], location=arg.location), location=arg.location)
        return SetComp(copy_var(made), [capture], location=arg.location)
