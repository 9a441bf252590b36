"""The keywords `and`, `or` and `not` over bodies, as `future.keywords` brings them.

Operands are expressions, bodies in braces, or groups in parentheses. What stands in braces at the start of an
operand is a body; what is a value instead is refused with the way to write it.
"""

from __future__ import annotations

from typing import NamedTuple

from samakia_policy.rego.syntax.bodies import MEMBER, MEMBER_WITH_KEY
from samakia_policy.rego.syntax.cursor import State
from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.location import Location, Span
from samakia_policy.rego.syntax.nodes import Body, Call, Expr, Logical, Not, Object, Term
from samakia_policy.rego.syntax.printer import INFIX, text_of
from samakia_policy.rego.syntax.templates import Templates
from samakia_policy.rego.syntax.tokens import AND_WORD, OR_WORD
from samakia_policy.rego.syntax.walk import head_name, is_binary

_WORDS = (AND_WORD, OR_WORD)
_VOID = ("print",)


class Operand(NamedTuple):
    """A body that is one side; `explicit`: it was written in braces."""

    body: Body
    explicit: bool
    place: Location


class LogicalOperators(Templates):
    """Chains of `and` (binding tighter) and `or`, both from left to right."""

    def logical_start(self) -> tuple[bool, Expr | None]:
        """Parse a literal beginning with `{` or `(`, where that begins an operand; else change nothing."""
        if self.kind == "{":
            return self._braced_start()
        committed, operand = self._group(inside=False, prefix="")
        if not committed:
            return False, None
        return True, None if operand is None else self.logical_tail(*operand)

    def _braced_start(self) -> tuple[bool, Expr | None]:
        state, start = self.save(), self.at
        self.advance()
        body = self.body("}")
        if body is not None:
            self.advance()
            if self.kind in _WORDS:
                place = self._token(start)
                if _ambiguous(body):
                    self._refuse_union(place, start, body, "")
                    return True, None
                return True, self._chained(Operand(body, True, place))
        self.restore(state)
        return False, None

    def logical_tail(self, body: Body, explicit: bool, place: Location) -> Expr | None:
        """Go on after a complete operand."""
        if self.kind in _WORDS:
            return self._chained(Operand(body, explicit, place))
        return self.attach_with(body[0])

    def _chained(self, left: Operand) -> Expr | None:
        outer = self._or_chain(left)
        return None if outer is None else self.attach_with(outer)

    def logical_after(self, expr: Expr, start: int, negated_at: int, with_at: Location | None) -> Expr | None:
        """Go on after an expression that `and` or `or` follows."""
        word = self._word()
        if with_at:
            self._refuse_with(with_at, word)
            return None
        if expr.location is None:
            _place(expr, self.since(start))
        place = expr.location
        assert place
        if negated_at < 0 and place.text.startswith("{"):
            if isinstance(expr.terms, Object) and not expr.terms.items:
                self.fault(place, "found empty body")
                return None
            self._refuse_braces(place, place.text, word)
            return None
        return self._chained(Operand([expr], False, place))

    def negated_group(self, negated_at: int) -> tuple[bool, Expr | None]:
        """Parse `(...)` after `not`, where that is a group."""
        committed, operand = self._group(inside=True, prefix="not ")
        if operand is None:
            return committed, None
        expr = self._not(operand, negated_at)
        assert expr.location
        return True, self.logical_tail([expr], False, expr.location)

    def _not(self, operand: Operand, negated_at: int) -> Expr:
        place = self.since(negated_at)
        return Expr(Not(operand.body, operand.explicit, location=place), location=place)

    def not_body(self, negated_at: int) -> Expr | None:
        """Parse `{ ... }` after `not`."""
        start, state = self.at, self.save()
        found = self._braces(state)
        if found is None:
            return None
        if isinstance(found, tuple):
            text, term = found
            self.hint(f"write `not ({text})` to negate the value, or `not {{{text}}}` for a body holding it")
            kind = value_name(_leading(term))
            message = f"`{{...}}` in an operand position must contain expression(s), got: {kind}"
            self.fault(self._token(start), message)
            return None
        if _ambiguous(found):
            self._refuse_union(self._token(start), start, found, "not ")
            return None
        return self._not(Operand(found, True, self._token(start)), negated_at)

    def _braces(self, state: State, probe: bool = True) -> Body | tuple[str, Term] | None:
        """Parse a body in braces; where they hold a value, its text and term, or None with an error."""
        start = self.at
        self.advance()
        empty = self.kind == "}"
        body = self.body("}")
        if body is not None:
            self.advance()
            return body
        if empty or not probe:
            return None
        failed = self.save()
        self.restore(state)
        term = self.infix()
        if term is not None:
            return self.since(start).text, term
        self.restore(failed)
        return None

    def _or_chain(self, left: Operand) -> Expr | None:
        if not self.enter():
            return None
        try:
            first = self._and_chain(left)
            while first is not None and self.kind is OR_WORD:
                self.advance()
                right = self._operand("or")
                side = None if right is None else self._and_chain(right)
                if side is None:
                    return None
                first = self._joined_bodies("or", first, side)
            return None if first is None else first.body[0]
        finally:
            self.leave()

    def _and_chain(self, left: Operand) -> Operand | None:
        while self.kind is AND_WORD:
            self.advance()
            right = self._operand("and")
            if right is None:
                return None
            left = self._joined_bodies("and", left, right)
        return left

    def _joined_bodies(self, word: str, left: Operand, right: Operand) -> Operand:
        for side in (left, right):
            name = _only_calls_nothing(side.body)
            if name:
                self.hint(
                    f"`{name}` produces no value and always succeeds, so the operand can never fail; "
                    "move it out of the operand, or add an expression that can fail"
                )
                assert side.body[0].location
                place = side.body[0].location
                self.fault(place, f"operand of `{word}` cannot consist only of calls to `{name}`")
        place = self._extended(left.place)
        node = Logical(word, left.body, right.body, left.explicit, right.explicit, location=place)
        return Operand([Expr(node, location=place)], False, place)

    def _operand(self, word: str) -> Operand | None:
        """Parse one operand; without a word this is a trial, and what fails is forgotten."""
        start = self.at
        if self.kind == "{":
            return self._braced_operand(word)
        negated_at = -1
        if self.kind == "not" and self.next_touching() not in (".", "["):
            negated_at = self.at
            self.advance()
            if self.not_bodies and self.kind == "{":
                inner = self.not_body(negated_at)
                return None if inner is None else Operand([inner], False, self.since(negated_at))
        if self.kind == "(" and self.logical_active() and (negated_at < 0 or self.not_bodies):
            committed, operand = self._group(inside=True, prefix="not " if negated_at >= 0 else "")
            if committed:
                if operand is None or negated_at < 0:
                    return operand
                expr = self._not(operand, negated_at)
                assert expr.location
                return Operand([expr], False, expr.location)
        start = self.at
        parsed = self.expression()
        if parsed is None:
            return None
        _place(parsed, self.since(start))
        expr = self.negate(parsed, negated_at) if negated_at >= 0 else parsed
        assert expr.location
        return Operand([expr], False, expr.location)

    def _braced_operand(self, word: str) -> Operand | None:
        start, state = self.at, self.save()
        found = self._braces(state, probe=bool(word))
        if found is None:
            return None
        if isinstance(found, tuple):
            self._refuse_braces(self._token(start), found[0], word)
            return None
        if _ambiguous(found):
            self._refuse_union(self._token(start), start, found, "")
        return Operand(found, True, self._token(start))

    def _group(self, *, inside: bool, prefix: str) -> tuple[bool, Operand | None]:
        """Parse `( ... )` if it groups operands, else change nothing; `inside`: it is an operand itself."""
        if not self.enter():
            return True, None
        try:
            state, start = self.save(), self.at
            self.advance()
            if self.kind == ")":
                if inside:
                    self.fault(self._token(start), "empty parenthesized group")
                    return True, None
                self.restore(state)
                return False, None
            left = self._operand("")
            if left is None:
                self.restore(state)
                return False, None
            return self._group_end(left, state, inside, prefix)
        finally:
            self.leave()

    def _group_end(
        self, left: Operand, state: State, inside: bool, prefix: str
    ) -> tuple[bool, Operand | None]:
        start, body = state[0], left.body
        if self.kind in _WORDS:
            expr = self._chained(left)
            if expr is None or not self._close():
                return True, None
            return True, Operand([expr], False, self.since(start))
        if self.kind == "with" and not left.explicit and len(body) == 1:
            return self._group_with(left, state, inside)
        if left.explicit:
            return self._not_a_group(left, state, prefix)
        if isinstance(body[0].terms, Logical | Not) or body[0].negated:
            return True, Operand(body, False, self.since(start)) if self._close() else None
        self.restore(state)
        return False, None

    def _group_with(self, left: Operand, state: State, inside: bool) -> tuple[bool, Operand | None]:
        with_at = self.here()
        if self.attach_with(left.body[0]) is None:
            return True, None
        if self.kind in _WORDS:
            self._refuse_with(with_at, self._word())
            return True, None
        if not self._close():
            return True, None
        if inside or self.kind in _WORDS:
            return True, Operand(left.body, False, self.since(state[0]))
        self.restore(state)
        return False, None

    def _not_a_group(self, left: Operand, state: State, prefix: str) -> tuple[bool, Operand | None]:
        braces = self._extended(left.place).text
        self.restore(state)
        self.advance()
        term = self.term()
        self.restore(state)
        if term is not None:
            return False, None
        self.hint(f"drop the parens to keep the body: `{prefix}{braces}`")
        message = "`(...)` in an operand position cannot contain a body"
        self.fault(self._token(state[0]), message)
        return True, None

    def _close(self) -> bool:
        if self.kind != ")":
            self.fault(self.here(), "expected ) to close parenthesized group")
            return False
        self.advance()
        return True

    def _word(self) -> str:
        return "and" if self.kind is AND_WORD else "or"

    def _token(self, index: int) -> Location:
        return Span(self.source, self.starts[index], self.ends[index])

    def _extended(self, place: Location) -> Location:
        return Span(self.source, place.offset, self.ends[self.at - 1])

    def _refuse_with(self, place: Location, word: str) -> None:
        self.hint(
            "Wrap the operand in `(...)` or `{...}` to scope, or move `with` after the "
            f"`{word}` expression to apply it to the whole expression"
        )
        self.fault(place, f"`with` modifier is not allowed on operand of `{word}`")

    def _refuse_braces(self, place: Location, text: str, word: str) -> None:
        self.hint(f"wrap the operand to keep the value: `({text}) {word} ...`")
        self.fault(place, f"operand of `{word}` cannot begin with `{{` unless the braces hold a body")

    def _refuse_union(self, place: Location, start: int, body: Body, prefix: str) -> None:
        begin = self.starts[start]
        braces = union = self.source.text[begin : self.ends[self.at - 1]]
        first = body[0].location
        if first and first.offset > begin:
            inner = first.offset - begin
            union = f"{braces[:inner]}({first.text}){braces[inner + len(first.text) :]}"
        self.hint(f"write `{prefix}({braces})` for the comprehension, or `{prefix}{union}` for the set union")
        self.fault(
            place,
            "ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, "
            "not as a comprehension",
        )


def _place(expr: Expr, place: Location) -> None:
    if expr.location is None:
        expr.location = place
    if isinstance(expr.terms, Call) and expr.terms.location is None:
        expr.terms.location = place


def _ambiguous(body: Body) -> bool:
    """Whether the body starts with a bare `a | b`, which reads as a comprehension too."""
    terms = body[0].terms
    if not isinstance(terms, Call) or terms.operator.path or head_name(terms.operator) != "or":
        return False
    place, whole = terms.operator.location, body[0].location
    if place is None or place.text != "|":
        return False
    return whole is None or not whole.text.strip().startswith("(")


def _leading(term: Term) -> Term:
    """Return the operand that an infix call begins with."""
    while isinstance(term, Call) and _infix(term):
        term = term.args[0]
    return term


def _infix(call: Call) -> bool:
    name = text_of(call.operator)
    if name == MEMBER_WITH_KEY:
        return len(call.args) == len(("key", "value", "domain"))
    return is_binary(call) and (name in INFIX or name == MEMBER)


def _only_calls_nothing(body: Body) -> str:
    """Return the name of the first call if the body does nothing but call what gives no value."""
    name = ""
    for expr in body:
        terms = expr.terms
        if expr.negated or not isinstance(terms, Call) or terms.operator.path:
            return ""
        called = head_name(terms.operator)
        if called not in _VOID:
            return ""
        name = name or called
    return name
