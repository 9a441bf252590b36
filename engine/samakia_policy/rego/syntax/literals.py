"""Bodies and their literals: `some`, `every`, `not`, `with`, and the future keywords `and`, `or`."""

from __future__ import annotations

from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.terms import Terms, named
from samakia_policy.rego.syntax.tokens import IDENT


class Literals(Terms):
    """A parser that knows bodies too."""

    def body(self, end: str) -> n.Body:
        """Parse literals up to the closing token, which is left standing."""
        if self.kind == end:
            raise self.fail("found empty body")
        made: n.Body = []
        while True:
            made.append(self.literal())
            if self.kind == ";":
                self.at += 1
                if self.kind == end:
                    return made
                continue
            if self.kind == end:
                return made
            if not self.tokens.line_before[self.at]:
                raise self.unexpected(f"expected \\n or ; or {end}")

    def literal(self) -> n.Expr:
        """Parse one literal."""
        start = self.tokens.starts[self.at]
        expr = self._operand()
        expr.location = self.span(start)
        if "and" in self.words or "or" in self.words:
            expr = self._logical(expr, start, 0)
            if isinstance(expr.terms, n.Logical) and self.kind == "with":
                expr.withs = self._withs()
            expr.location = self.span(start)
        return expr

    def _logical(self, left: n.Expr, start: int, level: int) -> n.Expr:
        """Parse `or` (loosest) and `and` chains behind an operand."""
        if level == 0:
            left = self._logical(left, start, 1)
        word = ("or", "and")[level]
        while self.kind == word and word in self.words and not self.ref_follows():
            self.at += 1
            begin = self.tokens.starts[self.at]
            right = self._operand()
            right.location = self.span(begin)
            if level == 0:
                right = self._logical(right, begin, 1)
            made = n.Logical(word, *_sides(left, right), *_explicit(left, right))
            left = n.Expr(made, location=self.span(start))
            made.location = left.location
        return left

    def _operand(self) -> n.Expr:
        logical = "and" in self.words or "or" in self.words
        if logical and self.kind == "{" and (braced := self._braced()) is not None:
            return braced
        if logical and self.kind == "(" and (group := self._group()) is not None:
            return group
        if self.kind in self.words and self.ref_follows():
            return self._expression(negated=False)
        negated = self.kind == "not" and not self.ref_follows()
        if negated:
            return self._negation()
        if self.kind == "some":
            return self._some()
        if self.kind == "every" and "every" in self.words:
            return self._every()
        return self._expression(negated=False)

    def _braced(self) -> n.Expr | None:
        """Parse `{ body }` as an operand of `and` or `or`; None when it is a term."""
        before = self.at
        try:
            self.at += 1
            body = self.body("}")
            self.at += 1
        except RegoError:
            self.at = before
            return None
        if self.kind in ("and", "or") or self._after_operator(before):
            return n.Expr(_Body(body))  # type: ignore[arg-type]
        self.at = before
        return None

    def _after_operator(self, before: int) -> bool:
        return before > 0 and self.tokens.texts[before - 1] in ("and", "or")

    def _group(self) -> n.Expr | None:
        """Parse `( a or b )`; None when the parentheses hold a term."""
        before = self.at
        try:
            self.at += 1
            inner = self.literal()
            if self.kind != ")":
                raise self.unexpected()
            self.at += 1
        except RegoError:
            self.at = before
            return None
        if isinstance(inner.terms, n.Logical | n.Not) or isinstance(inner.terms, _Body) or inner.negated:
            return inner
        self.at = before
        return None

    def _negation(self) -> n.Expr:
        start = self.tokens.starts[self.at]
        self.at += 1
        if "not" in self.words and self.kind == "{":
            self.at += 1
            body = self.body("}")
            self.at += 1
            return n.Expr(n.Not(body, location=self.span(start)))
        if self.kind in ("some", "every") and self.kind in (*self.words, "some"):
            raise self.unexpected(f"illegal negation of '{self.kind}'")
        if "not" in self.words and self.kind == "(" and (group := self._group()) is not None:
            body = group.terms.body if isinstance(group.terms, _Body) else [group]
            return n.Expr(n.Not(body, isinstance(group.terms, _Body), location=self.span(start)))
        expr = self._expression(negated="not" not in self.words)
        if "not" in self.words:
            withs, expr.withs = expr.withs, []
            expr.location = self.span(start)
            return n.Expr(n.Not([expr], explicit=False, location=expr.location), withs=withs)
        return expr

    def _expression(self, *, negated: bool) -> n.Expr:
        start = self.tokens.starts[self.at]
        term = self.infix()
        if self.kind in (":=", "="):
            operator = named("assign" if self.kind == ":=" else "eq", self.here())
            self.at += 1
            term = n.Call(operator, [term, self.infix()], location=self.span(start))
        expr = n.Expr(term, negated=negated, location=self.span(start))
        if self.kind == "with":
            expr.withs = self._withs()
        return expr

    def _withs(self) -> list[n.With]:
        made = []
        while self.kind == "with":
            start = self.tokens.starts[self.at]
            self.at += 1
            if self.kind != IDENT:
                raise self.unexpected("expected ident")
            target = self.term()
            if isinstance(target, n.Var):
                target = n.Ref(target, [], location=target.location)
            if not isinstance(target, n.Ref):
                raise self.unexpected("expected with target path")
            self.expect("as", "expected as keyword")
            made.append(n.With(target, self.infix(), location=self.span(start)))
        return made

    def _some(self) -> n.Expr:
        place, before = self.here(), self.at
        self.at += 1
        if "in" in self.words and (found := self._some_in()) is not None:
            some = n.Some([found], location=place)
            return n.Expr(some, withs=self._withs() if self.kind == "with" else [])
        self.at = before + 1
        symbols: list[n.Term] = []
        while True:
            if self.kind != IDENT:
                raise self.unexpected("expected var")
            symbols.append(self.variable())
            if self.kind != ",":
                return n.Expr(n.Some(symbols, location=place))
            self.at += 1

    def _some_in(self) -> n.Call | None:
        try:
            term = self.infix()
        except RegoError:
            return None
        if not isinstance(term, n.Call):
            return None
        name = _called(term)
        if name not in ("internal.member_2", "internal.member_3"):
            raise self.unexpected("expected `x in xs` or `x, y in xs` expression")
        return term

    def _every(self) -> n.Expr:
        place = self.here()
        self.at += 1
        term = self.infix()
        name = _called(term) if isinstance(term, n.Call) else ""
        if name not in ("internal.member_2", "internal.member_3"):
            raise self.unexpected("expected `x[, y] in xs { ... }` expression")
        *key, value, domain = term.args  # type: ignore[union-attr]
        if key and not isinstance(key[0], n.Var):
            raise self.unexpected("expected key to be a variable")
        if not isinstance(value, n.Var):
            raise self.unexpected("expected value to be a variable")
        self.expect("{", "missing body")
        body = self.body("}")
        self.at += 1
        every = n.Every(key[0] if key else None, value, domain, body, location=place)
        return n.Expr(every, withs=self._withs() if self.kind == "with" else [])


class _Body:
    """A braced operand on its way into a Logical."""

    __slots__ = ("body",)

    def __init__(self, body: n.Body) -> None:
        self.body = body


def _sides(left: n.Expr, right: n.Expr) -> tuple[n.Body, n.Body]:
    first, second = [
        side.terms.body if isinstance(side.terms, _Body) else [side] for side in (left, right)
    ]
    return first, second


def _explicit(left: n.Expr, right: n.Expr) -> tuple[bool, bool]:
    return isinstance(left.terms, _Body), isinstance(right.terms, _Body)


def _called(term: n.Call) -> str:
    try:
        return term.name
    except ValueError:
        return ""
