"""RewriteExprTerms: calls inside terms become expressions of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from samakia_policy.rego.compiler.locals import Locals, copy_var, equality, extend
from samakia_policy.rego.compiler.variables import RESERVED
from samakia_policy.rego.compiler.walk import COMPREHENSIONS
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
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    Term,
    Var,
)
from samakia_policy.rego.syntax.order import Form, form

_Item = TypeVar("_Item", Term, tuple[Term, Term])
_SUBJECTS = (Array, Object, SetTerm, *COMPREHENSIONS)


class ExprTerms:
    """Rewrites rules and bodies in place."""

    def __init__(self, locals_: Locals) -> None:
        self.locals = locals_
        self._exprs: dict[type, Callable[[Expr, Any, Body], None]] = {
            Call: self._call_expr,
            Every: self._every,
            Not: self._not,
            Logical: self._logical,
        }
        self._terms: dict[type, Callable[[Any, Body], Any]] = {
            Call: self._call,
            Ref: self._ref,
            Array: self._items,
            SetTerm: self._set,
            Object: self._object,
            ArrayComp: self._comp,
            SetComp: self._comp,
            ObjectComp: self._object_comp,
        }

    def rule(self, rule: Rule) -> None:
        """Rewrite one rule; not its else clauses."""
        head = rule.head
        support: Body = []
        if head.args:
            head.args = [self.term(arg, support) for arg in head.args]
        if head.key is not None:
            head.key = self.term(head.key, support)
        if head.value is not None:
            head.value = self.term(head.value, support)
        rule.body = extend(self.body(rule.body), support)

    def body(self, body: Body) -> Body:
        """Return a body with its terms rewritten."""
        out: Body = []
        for expr in body:
            self._expr(expr, out)
        return out

    def term(self, node: Any, out: Body) -> Any:
        """Return a term without calls; the expressions that it needs are put into `out`."""
        rewrite = self._terms.get(node.__class__)
        return node if rewrite is None else rewrite(node, out)

    def _expr(self, expr: Expr, out: Body) -> None:
        for item in expr.withs:
            item.value = self.term(item.value, out)
        special = self._exprs.get(expr.terms.__class__)
        if special is not None:
            special(expr, expr.terms, out)
            return
        extras: Body = []
        expr.terms = self.term(expr.terms, extras)
        self._join(expr, extras, out)

    def _join(self, expr: Expr, extras: Body, out: Body) -> None:
        if expr.withs:
            for extra in extras:
                extra.withs = expr.withs
        out += extras
        out.append(expr)

    def _call_expr(self, expr: Expr, call: Call, out: Body) -> None:
        extras: Body = []
        call.args = [self.term(arg, extras) for arg in call.args]
        self._join(expr, extras, out)

    def _every(self, expr: Expr, every: Every, out: Body) -> None:
        domain = self.locals.var(every.domain.location)
        bound = equality(domain, every.domain, every.domain.location, generated=True)
        bound.withs = expr.withs
        self._call_expr(bound, bound.terms, out)  # type: ignore[arg-type]
        every.domain = copy_var(domain)
        every.body = self.body(every.body)
        out.append(expr)

    def _not(self, expr: Expr, node: Not, out: Body) -> None:
        node.body = self.body(node.body)
        out.append(expr)

    def _logical(self, expr: Expr, node: Logical, out: Body) -> None:
        node.left, node.right = self.body(node.left), self.body(node.right)
        out.append(expr)

    def _call(self, node: Call, out: Body) -> Var:
        args = [self.term(arg, out) for arg in node.args]
        result = self.locals.var(node.location)
        call = Call(node.operator, [*args, result], location=node.location)
        out.append(Expr(call, location=node.location, generated=True))
        return copy_var(result)

    def _ref(self, node: Ref, out: Body) -> Term:
        head = node.head
        if isinstance(head, Var):
            if not node.path and head.name not in RESERVED:
                return head
        else:
            node.head = self._subject(head, out)
        for index, item in enumerate(node.path):
            node.path[index] = self._element(item, out)
        return node

    def _element(self, node: Term, out: Body) -> Term:
        if isinstance(node, Call):
            return self._result(node, out)
        return self.term(node, out)  # type: ignore[no-any-return]

    def _result(self, node: Call, out: Body) -> Var:
        """Return the local of a call in a reference; messages about the reference show the call."""
        args = list(node.args)
        made = self._call(node, out)
        self.locals.subjects[made.name] = Call(node.operator, args, location=node.location)
        return made

    def _subject(self, head: Term, out: Body) -> Term:
        """Return what stands for the head of a reference that is no variable."""
        if isinstance(head, Call):
            return self._result(head, out)
        found: Term = self.term(head, out)
        if not isinstance(found, _SUBJECTS):
            return found
        made, expr = self.locals.bind(found, subject=True)
        out.append(expr)
        return copy_var(made)

    def _items(self, node: Array | SetTerm, out: Body) -> Term:
        node.items = [self.term(item, out) for item in node.items]
        return node

    def _set(self, node: SetTerm, out: Body) -> Term:
        node.items = self._in_order(node.items, form)
        return self._items(node, out)

    def _object(self, node: Object, out: Body) -> Object:
        node.items = self._in_order(node.items, _name_form)
        node.items = [(self.term(name, out), self.term(value, out)) for name, value in node.items]
        return node

    @staticmethod
    def _in_order(items: list[_Item], order: Callable[[_Item], Form]) -> list[_Item]:
        """Return the members of a collection as OPA visits them, which is seen in what it evaluates first."""
        if not items[1:] or all(map(_is_plain, items)):
            return items
        return sorted(items, key=order)

    def _comp(self, node: ArrayComp | SetComp, out: Body) -> Term:
        support: Body = []
        node.term = self.term(node.term, support)
        node.body = extend(self.body(node.body), support)
        return node

    def _object_comp(self, node: ObjectComp, out: Body) -> ObjectComp:
        support: Body = []
        node.key, node.value = self.term(node.key, support), self.term(node.value, support)
        node.body = extend(self.body(node.body), support)
        return node


def _name_form(entry: tuple[Term, Term]) -> Form:
    return form(entry[0])


def _is_plain(item: Term | tuple[Term, Term]) -> bool:
    return all(map(_is_plain, item)) if isinstance(item, tuple) else isinstance(item, Scalar | Var)
