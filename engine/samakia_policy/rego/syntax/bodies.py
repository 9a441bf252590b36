"""Literals and the bodies they make: expressions, `some`, `every`, `not`, `with`."""

from __future__ import annotations

from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body, Call, Every, Expr, Not, Ref, Some, Term, Var, With
from samakia_policy.rego.syntax.operators import Operators
from samakia_policy.rego.syntax.tokens import AND_WORD, IDENTIFIER, OR_WORD

MEMBER, MEMBER_WITH_KEY = "internal.member_2", "internal.member_3"
_INFIX_EXAMPLES = {"in": "x in xs", "and": "x and y", "or": "x or y"}
_SOME_FORM = "expected `x in xs` or `x, y in xs` expression"
_EVERY_FORM = "expected `x[, y] in xs { ... }` expression"


class Bodies(Operators):
    """What a body is made of; `logical` adds operands of `and` and `or`."""

    not_bodies: bool

    def logical_start(self) -> tuple[bool, Expr | None]:
        """Parse a literal that begins with a braced or parenthesized operand of `and` or `or`."""
        raise NotImplementedError

    def logical_tail(self, body: Body, explicit: bool, place: Location) -> Expr | None:
        """Go on after a complete operand."""
        raise NotImplementedError

    def logical_after(self, expr: Expr, start: int, negated_at: int, with_at: Location | None) -> Expr | None:
        """Go on after an expression that `and` or `or` follows."""
        raise NotImplementedError

    def negated_group(self, negated_at: int) -> tuple[bool, Expr | None]:
        """Parse what follows `not` in parentheses, where that is a group."""
        raise NotImplementedError

    def not_body(self, negated_at: int) -> Expr | None:
        """Parse `not { ... }` after the `not`."""
        raise NotImplementedError

    def future(self) -> Bodies:
        """Return a parser at the same place that knows all keywords."""
        raise NotImplementedError

    def body(self, end: str) -> Body | None:
        """Parse literals up to (not past) a closing bracket."""
        if not self.enter():
            return None
        try:
            return self.query(end)
        finally:
            self.leave()

    def query(self, end: str, *, one: bool = False) -> Body | None:
        """Parse literals separated by newlines or semicolons; `one`: a newline ends them."""
        if self.kind == end:
            self.fault(self.here(), "found empty body")
            return None
        body: Body = []
        while True:
            expr = self.literal()
            if expr is None:
                return None
            body.append(expr)
            if self.kind == ";":
                self.advance()
                continue
            if one or self.kind == end:
                return body
            if not self.after_newline():
                if not self.faults:
                    self._hint_missing_infix()
                    self.illegal(f"expected \\n or ; or {end}")
                return None

    def literal(self) -> Expr | None:
        """Parse one literal with its `with`, and set its place."""
        start = self.at
        expr = self._literal()
        if expr is None:
            return None
        place = expr.location = self.since(start)
        if isinstance(expr.terms, Not) and not expr.terms.explicit:
            for inner in expr.terms.body:
                inner.location = place
        if isinstance(expr.terms, Call) and expr.terms.location is None:
            expr.terms.location = place
        return expr

    def logical_active(self) -> bool:
        """Whether `and` or `or` is a keyword here."""
        return "and" in self.words or "or" in self.words

    def _literal(self) -> Expr | None:
        if self.kind is IDENTIFIER:
            return self.expression_literal(-1)
        if self.kind in ("{", "(") and self.logical_active():
            committed, expr = self.logical_start()
            if committed:
                return expr
        if self.look_ahead_ref():
            return self.expression_literal(-1)
        negated_at = -1
        if self.kind == "not":
            negated_at = self.at
            self.advance()
            if self.not_bodies and self.kind == "{":
                inner = self.not_body(negated_at)
                return None if inner is None else self.logical_tail([inner], False, self.since(negated_at))
        if self.kind in ("some", "every"):
            if negated_at >= 0:
                self.illegal(f"illegal negation of '{self.kind}'")
                return None
            return self._some() if self.kind == "some" else self.every()
        return self.expression_literal(negated_at)

    def expression_literal(self, negated_at: int) -> Expr | None:
        """Parse an expression, negated where `negated_at` is the index of a `not`, and what may follow it."""
        start = self.at
        if negated_at >= 0 and self.not_bodies and self.kind == "(":
            committed, group = self.negated_group(negated_at)
            if committed:
                return group
        expr = self.expression()
        if expr is None:
            return None
        with_at = self.here() if self.kind == "with" else None
        if with_at and not self.attach_with(expr):
            return None
        if self.version == 0 and isinstance(expr.terms, Var) and expr.terms.name == "every":
            self._hint_every(start)
        if negated_at >= 0:
            expr = self.negate(expr, negated_at)
        if self.kind in (AND_WORD, OR_WORD):
            return self.logical_after(expr, start, negated_at, with_at)
        return expr

    def negate(self, expr: Expr, negated_at: int) -> Expr:
        """Return `not expr`; `with` belongs to the whole."""
        if not self.not_bodies:
            expr.negated = True
            return expr
        place = self.since(negated_at)
        withs, expr.withs = expr.withs, []
        if expr.location is None:
            expr.location = place
        return Expr(Not([expr], False, location=place), withs=withs, location=place)

    def expression(self) -> Expr | None:
        """Parse a term, or two with `:=` or `=` between them."""
        left = self.infix()
        if left is None:
            return None
        if self.kind not in ("assign", "eq"):
            return Expr(left)
        place = self.here()
        operator = Ref(Var(self.kind, location=place), [], location=place)
        self.advance()
        right = self.infix()
        return None if right is None else Expr(Call(operator, [left, right]))

    def attach_with(self, expr: Expr) -> Expr | None:
        """Parse the `with` modifiers that follow, if any."""
        while self.kind == "with":
            start = self.at
            self.advance()
            if self.kind is not IDENTIFIER:
                self.illegal("expected ident")
                return None
            target = self.term()
            if target is None:
                return None
            if not isinstance(target, Ref | Var):
                self.illegal("expected with target path")
            if self.kind != "as":
                self.illegal("expected as keyword")
                return None
            self.advance()
            value = self.infix()
            if value is None:
                return None
            path = target if isinstance(target, Ref) else Ref(target, [], location=target.location)
            expr.withs.append(With(path, value, location=self.since(start)))
        return expr

    def _some(self) -> Expr | None:
        place, state = self.here(), self.save()
        self.advance()
        found = self.infix()
        if isinstance(found, Call):
            return self._some_in(found, place)
        self.restore(state)
        if self.version == 0:
            self._hint_some_in()
        symbols: list[Term] = []
        while True:
            self.advance()
            if self.kind is not IDENTIFIER:
                self.illegal("expected var")
                return None
            symbols.append(self.variable())
            self.advance()
            if self.kind != ",":
                return Expr(Some(symbols, location=place))

    def _some_in(self, call: Call, place: Location) -> Expr | None:
        if not self._member(call, _SOME_FORM):
            return None
        return self.attach_with(Expr(Some([call], location=place)))

    def _member(self, call: Call, form: str) -> bool:
        name = _name(call.operator)
        if name not in (MEMBER, MEMBER_WITH_KEY):
            self.illegal(form)
        elif len(call.args) != (2 if name == MEMBER else 3):
            self.illegal("illegal domain")
        else:
            return True
        return False

    def every(self) -> Expr | None:
        """Parse `every k, v in xs { ... }`."""
        place = self.here()
        self.advance()
        found = self.infix()
        if found is None:
            return None
        if not isinstance(found, Call):
            self.illegal(_EVERY_FORM)
            return None
        if not self._member(found, _EVERY_FORM):
            return None
        *keys, value, domain = found.args
        for name, variable in (*(("key", key) for key in keys), ("value", value)):
            if not isinstance(variable, Var):
                self.illegal(f"expected {name} to be a variable")
                return None
        if self.kind != "{":
            self.illegal("missing body")
            return None
        self.advance()
        body = self.body("}")
        if body is None:
            return None
        self.advance()
        every = Every(keys[0] if keys else None, value, domain, body, location=place)
        return self.attach_with(Expr(every))

    def _hint_every(self, start: int) -> None:
        ahead = self.future()
        ahead.at, ahead.kind = start, self.kinds[start]
        found = ahead.every()
        if found is not None and isinstance(found.terms, Every):
            self.hint("`import future.keywords.every` for `every x in xs { ... }` expressions")

    def _hint_some_in(self) -> None:
        state = self.save()
        self.advance()
        found = self.future().infix()
        self.restore(state)
        if isinstance(found, Call) and _name(found.operator) in (MEMBER, MEMBER_WITH_KEY):
            self.hint("`import future.keywords.in` for `some x in xs` expressions")

    def _hint_missing_infix(self) -> None:
        if self.hints:
            return
        word = "in"
        if self.kind is IDENTIFIER:
            word = self.texts[self.at]
            if word not in _INFIX_EXAMPLES:
                return
        elif self.kind != "," or not self._pair_ahead():
            return
        self.hint(f"`import future.keywords.{word}` for `{_INFIX_EXAMPLES[word]}` expressions")

    def _pair_ahead(self) -> bool:
        state = self.save()
        self.advance()
        found = self.future().infix()
        self.restore(state)
        return isinstance(found, Call) and _name(found.operator) in (MEMBER, MEMBER_WITH_KEY)


def _name(operator: Ref) -> str:
    parts = [operator.head, *operator.path]
    return ".".join(str(getattr(part, "name", getattr(part, "value", ""))) for part in parts)
