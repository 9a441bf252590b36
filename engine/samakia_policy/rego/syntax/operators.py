"""Infix operators: chains of any length without recursion."""

from __future__ import annotations

from samakia_policy.rego.syntax.collections import Collections
from samakia_policy.rego.syntax.cursor import KEYWORD_KINDS
from samakia_policy.rego.syntax.location import Span
from samakia_policy.rego.syntax.nodes import Call, Ref, Scalar, Term, Var

RELATION = 1
LEVELS = {
    **dict.fromkeys(("equal", "neq", "lt", "gt", "lte", "gte"), RELATION),
    "or": 2,
    "and": 3,
    **dict.fromkeys(("plus", "minus"), 4),
    **dict.fromkeys(("mul", "div", "rem"), 5),
}
TIGHTEST = 5


class Operators(Collections):
    """Operators from the loosest, `in`, to the tightest, `*`."""

    def infix(self, pairs: bool = True) -> Term | None:
        """Parse `x in xs`, `k, v in xs` (where pairs are allowed) and everything that binds tighter."""
        start = self.starts[self.at]
        left = self.relation(start)
        if left is None:
            return None
        if pairs and self.kind == ",":
            pair = self._pair(left, start)
            if pair is not None:
                left = pair
                if self.kind != "in":
                    return left
        if self.kind in KEYWORD_KINDS:
            self.look_ahead_ref()
        while self.kind == "in":
            operator = self._operator("internal", "member_2")
            right = self.relation(self.starts[self.at])
            if right is None:
                return left
            left = self._joined(operator, [left, right], start)
            if self.kind == "in":
                self.look_ahead_ref()
        return left

    def _pair(self, left: Term, start: int) -> Term | None:
        state = self.save()
        self.advance()
        middle = self.relation(start)
        if middle is not None and self.kind == "in":
            operator = self._operator("internal", "member_3")
            right = self.relation(self.starts[self.at])
            if right is not None:
                return self._joined(operator, [left, middle, right], start)
        self.restore(state)
        return None

    def relation(self, start: int) -> Term | None:
        """Parse comparisons and everything that binds tighter; `start` is where the text of it begins."""
        left = self.term()
        if left is None or self.kind not in LEVELS:
            return left
        return self._chain(left, start)

    def _chain(self, left: Term, start: int) -> Term:
        """Parse a chain of operators; pending ones wait on a stack until a looser one comes."""
        pending: list[tuple[Term, Ref, int, int]] = []
        tightest = TIGHTEST
        while True:
            level = LEVELS.get(self.kind, 0)
            if level > tightest:
                level = 0
            while pending and pending[-1][2] >= level:
                before, operator, _, begin = pending.pop()
                left, start = self._joined(operator, [before, left], begin), begin
            if not level:
                return left
            pending.append((left, self._operator(self.kind), level, start))
            start = self.starts[self.at]
            right = self.term()
            if right is None:
                left, _, level, start = pending.pop()
                tightest = level - 1
            else:
                left, tightest = right, TIGHTEST

    def _operator(self, *name: str) -> Ref:
        place = self.here()
        self.advance()
        path: list[Term] = [Scalar(part, location=place) for part in name[1:]]
        return Ref(Var(name[0], location=place), path, location=place)

    def _joined(self, operator: Ref, args: list[Term], start: int) -> Call:
        first = args[0].location
        assert first
        return Call(operator, args, location=Span(self.source, first.offset, self.ends[self.at - 1], start))
