"""RewriteEquals and RewriteDynamicTerms: `==` becomes `=`, and references are bound before they are used.

What is undefined then stops a body at the same place as in OPA.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.declared import is_call_of
from samakia_policy.rego.compiler.locals import EQ, Locals, copy_var
from samakia_policy.rego.compiler.outputs import is_equality
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    SetComp,
    SetTerm,
    Term,
    Var,
)

_SIDES = 2


class DynamicTerms:
    """Rewrites bodies. `equals`: also turn `==` into `=`, as in modules but not in queries."""

    def __init__(self, locals_: Locals, *, equals: bool) -> None:
        self.locals = locals_
        self.equals = equals
        self._exprs: dict[type, Callable[[Expr, Any, Body], None]] = {
            Call: self._call,
            Every: self._every,
            Not: self._not,
            Logical: self._logical,
        }
        self._hoist: dict[type, Callable[[Expr, Any, Body], Term]] = {
            Ref: self._ref,
            Array: self._items,
            SetTerm: self._items,
            Object: self._object,
            ArrayComp: self._comp,
            SetComp: self._comp,
            ObjectComp: self._comp,
        }

    def body(self, body: Body) -> Body:
        """Return a body with its references bound."""
        out: Body = []
        for expr in body:
            special = self._exprs.get(expr.terms.__class__)
            if special is not None:
                special(expr, expr.terms, out)
            else:
                expr.terms = self._outer(expr, expr.terms, out)
            out.append(expr)
        return out

    def _call(self, expr: Expr, call: Call, out: Body) -> None:
        if self.equals and len(call.args) == _SIDES and is_call_of(call, "equal"):
            call.operator = Ref(EQ.head, [], location=call.operator.location)
        hoist = self._one
        if is_equality(call):
            if len(call.args) != _SIDES:
                return
            hoist = self._outer
        call.args = [hoist(expr, arg, out) for arg in call.args]

    def _every(self, expr: Expr, every: Every, out: Body) -> None:
        every.domain = self._one(expr, every.domain, out)
        every.body = self.body(every.body)

    def _not(self, expr: Expr, node: Not, out: Body) -> None:
        node.body = self.body(node.body)

    def _logical(self, expr: Expr, node: Logical, out: Body) -> None:
        node.left, node.right = self.body(node.left), self.body(node.right)

    def _outer(self, expr: Expr, node: Any, out: Body) -> Any:
        """Return a side of an equation, or a whole expression: a reference or comprehension stays itself."""
        if isinstance(node, Ref):
            node.path = [self._one(expr, item, out) for item in node.path]
            return node
        if isinstance(node, ArrayComp | SetComp | ObjectComp):
            node.body = self.body(node.body)
            return node
        return self._one(expr, node, out)

    def _one(self, expr: Expr, node: Any, out: Body) -> Any:
        """Return what stands for a term that must not hold a reference."""
        hoist = self._hoist.get(node.__class__)
        return node if hoist is None else hoist(expr, node, out)

    def _bind(self, expr: Expr, node: Term, out: Body) -> Var:
        made, bound = self.locals.bind(node, subject=True)
        bound.withs = expr.withs
        out.append(bound)
        return copy_var(made)

    def _ref(self, expr: Expr, node: Ref, out: Body) -> Var:
        node.path = [self._one(expr, item, out) for item in node.path]
        return self._bind(expr, node, out)

    def _items(self, expr: Expr, node: Array | SetTerm, out: Body) -> Term:
        node.items = [self._one(expr, item, out) for item in node.items]
        return node

    def _object(self, expr: Expr, node: Object, out: Body) -> Object:
        node.items = [(self._one(expr, name, out), self._one(expr, value, out)) for name, value in node.items]
        return node

    def _comp(self, expr: Expr, node: ArrayComp | SetComp | ObjectComp, out: Body) -> Var:
        node.body = self.body(node.body)
        return self._bind(expr, node, out)
