"""RewriteLocalVars in bodies: `:=` becomes `=` on a fresh local, `some` goes, inner scopes shadow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.declarations import NEGATED, Declarations
from samakia_policy.rego.compiler.declared import is_call_of
from samakia_policy.rego.compiler.scopes import Scopes
from samakia_policy.rego.compiler.unused_vars import unused_faults
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    Body,
    Every,
    Expr,
    Logical,
    Not,
    Scalar,
    Some,
    Term,
    Var,
)

IN_OPERAND = "cannot assign vars inside implicit {} operand"


class LocalVars(Declarations):
    """Rewrites the bodies of one rule or query in place."""

    def __init__(self, scopes: Scopes, *, strict: bool = False) -> None:
        super().__init__(scopes, strict=strict)
        self._exprs: dict[type, Callable[[Expr, Any], Expr | None]] = {
            Some: self._some,
            Every: self._every,
            Not: self._not,
            Logical: self._logical,
        }

    def body(self, body: Body, used: set[str]) -> Body:
        """Return a body with its declarations rewritten; `used`: what is needed of it outside."""
        kept = []
        for expr in body:
            made = self._statement(expr)
            if made is not None:
                kept.append(made)
        if not kept:
            kept.append(Expr(Scalar(True)))
        if not self.faults and not self.unused:
            self.unused += unused_faults(self.scopes, body, kept, used, strict=self.strict)
        return kept

    def _statement(self, expr: Expr) -> Expr | None:
        terms = expr.terms
        if is_call_of(terms, "assign"):
            return self._assignment(expr, terms)
        special = self._exprs.get(terms.__class__)
        return self._inside(expr) if special is None else special(expr, terms)

    def _every(self, expr: Expr, every: Every) -> Expr | None:
        every.domain = self.term(every.domain)
        self.scopes.push()
        made = self._every_body(expr, every) if self._every_vars(every, expr.location) else None
        self.scopes.pop()
        return made

    def _every_vars(self, every: Every, place: Location | None) -> bool:
        if every.key is None:
            every.key = self.scopes.locals.key(None)
        elif not self._every_var(every.key, place):
            return False
        return self._every_var(every.value, place)

    def _every_var(self, symbol: Term, place: Location | None) -> bool:
        if not isinstance(symbol, Var) or symbol.wildcard:
            return True
        if not self._declare(symbol.name, place):
            return False
        name = self.scopes.inner.names[symbol.name]
        if symbol.name in self.scopes.locals.unread:
            self.scopes.locals.unread.add(name)
        symbol.name = name
        return True

    def _every_body(self, expr: Expr, every: Every) -> Expr:
        every.body = self.body(every.body, set())
        self._mention(every.domain)
        return self._withs(expr)

    def _not(self, expr: Expr, node: Not) -> Expr:
        if not node.explicit:
            return self._implicit(expr, node.body, NEGATED)
        self.scopes.push()
        node.body = self.body(node.body, set())
        self._withs(expr)
        self.scopes.pop()
        return expr

    def _implicit(self, expr: Expr, body: Body, message: str) -> Expr:
        before = len(self.faults)
        self._implicit_body(body, message)
        if len(self.faults) > before:
            return expr
        self._again(body, explicit=False)
        return self._withs(expr)

    def _implicit_body(self, body: Body, message: str) -> None:
        for expr in body:
            if is_call_of(expr.terms, "assign"):
                self._fault(message, expr.location)
            elif isinstance(expr.terms, Not):
                self._not(expr, expr.terms)
            elif isinstance(expr.terms, Logical):
                self._logical(expr, expr.terms)

    def _logical(self, expr: Expr, node: Logical) -> Expr:
        before = len(self.faults)
        message = IN_OPERAND.format(node.operator)
        node.left = self._operand(node.left, node.explicit_left, message)
        node.right = self._operand(node.right, node.explicit_right, message)
        if len(self.faults) > before:
            return expr
        self._again(node.left, explicit=node.explicit_left)
        self._again(node.right, explicit=node.explicit_right)
        return self._withs(expr)

    def _operand(self, body: Body, explicit: bool, message: str) -> Body:
        if not explicit:
            self._implicit_body(body, message)
            return body
        self.scopes.push()
        made = self.body(body, set())
        self.scopes.pop()
        return made

    def _again(self, body: Body, *, explicit: bool) -> None:
        """Look at an operand from outside: what no scope inside it declares counts as met here.

        The literals of an implicit one are in this very scope, and rewritten only now.
        """
        for expr in body:
            if explicit or isinstance(expr.terms, Not | Logical):
                self._mention(expr)
            else:
                self._inside(expr)
