"""Arrays, objects, sets and their comprehensions."""

from __future__ import annotations

from collections.abc import Callable

from samakia_policy.rego.syntax.cursor import State
from samakia_policy.rego.syntax.distinct import distinct_terms
from samakia_policy.rego.syntax.location import Span
from samakia_policy.rego.syntax.nodes import Array, ArrayComp, Object, ObjectComp, SetComp, SetTerm, Term
from samakia_policy.rego.syntax.terms import Terms


class Collections(Terms):
    """What stands in square brackets and braces.

    `[a | b]` is a comprehension where it can be one, and the operator `|` only where it cannot: so the first
    term is read without operators, and read again with them if that does not fit.
    """

    def array(self) -> Term | None:
        """Parse `[...]`."""
        return self._bracketed(self._array)

    def set_or_object(self) -> Term | None:
        """Parse `{...}`."""
        return self._bracketed(self._set_or_object)

    def _bracketed(self, parse: Callable[[], Term | None]) -> Term | None:
        if not self.enter():
            return None
        try:
            start = self.starts[self.at]
            self.advance()
            found = parse()
            if found is not None:
                found.location = Span(self.source, start, self.ends[self.at])
            return found
        finally:
            self.leave()

    def _array(self) -> Term | None:
        if self.kind == "]":
            return Array([])
        comprehends = not self._leading_comma()
        state = self.save()
        head = self.term()
        if head is None:
            return None
        if self.kind == "]":
            return Array([head])
        if self.kind == ",":
            self.advance()
            return self._array_of(self.term_list("]", [head]))
        if self.kind == "or" and comprehends:
            self.advance()
            body = self.body("]")
            if body is not None:
                return ArrayComp(head, body)
            if self.kind != ",":
                return None
        self.restore(state)
        return self._array_of(self.term_list("]", []))

    def _array_of(self, items: list[Term] | None) -> Term | None:
        return None if not items else Array(items)

    def _leading_comma(self) -> bool:
        if self.kind != ",":
            return False
        self.advance()
        return True

    def _set_or_object(self) -> Term | None:
        if self.kind == "}":
            return Object([])
        comprehends = not self._leading_comma()
        state = self.save()
        head = self.term()
        if head is None:
            return None
        if self.kind in ("}", ",") or (self.kind == "or" and comprehends):
            return self._set(state, head, comprehends)
        if self.kind == ":":
            return self._object(head, comprehends)
        self.restore(state)
        head = self.infix(pairs=False)
        if head is None:
            return None
        if self.kind in ("}", ","):
            return self._set(state, head, comprehends=False)
        if self.kind == ":":
            return self._object(head, comprehends)
        self.illegal("non-terminated set")
        return None

    def _set(self, state: State, head: Term, comprehends: bool) -> Term | None:
        if self.kind == "}":
            return SetTerm([head])
        if self.kind == ",":
            self.advance()
            return self._set_of(self.term_list("}", [head]))
        self.advance()
        body = self.body("}")
        if body is not None:
            return SetComp(head, body)
        if self.kind != ",":
            return None
        self.restore(state)
        return self._set_of(self.term_list("}", []))

    def _set_of(self, items: list[Term] | None) -> Term | None:
        return None if not items else SetTerm(distinct_terms(items))

    def _object(self, key: Term, comprehends: bool) -> Term | None:
        self.advance()
        state = self.save()
        value = self.term()
        if value is None:
            return None
        if comprehends and self.kind in ("}", ","):
            return self._object_end(key, value)
        if comprehends and self.kind == "or":
            found = self._object_end(key, value)
            if found is not None:
                return found
        self.restore(state)
        value = self.infix(pairs=False)
        if value is None:
            return None
        if self.kind in ("}", ","):
            return self._object_end(key, value)
        self.illegal("non-terminated object")
        return None

    def _object_end(self, key: Term, value: Term) -> Term | None:
        if self.kind == "}":
            return Object([(key, value)])
        if self.kind == "or":
            self.advance()
            body = self.body("}")
            return None if body is None else ObjectComp(key, value, body)
        self.advance()
        pairs = self._pairs([(key, value)])
        return None if not pairs else Object(pairs)

    def term_list(self, end: str, items: list[Term]) -> list[Term] | None:
        """Parse terms separated by commas, up to (not past) a closing bracket; a last comma is allowed."""
        while self.kind != end:
            found = self.infix(pairs=False)
            if found is None:
                return None
            items.append(found)
            if not self._comma(end):
                return None
        return items

    def _comma(self, end: str) -> bool:
        if self.kind == ",":
            self.advance()
        elif self.kind != end:
            self.illegal(f'expected "," or "{end}"')
            return False
        return True

    def _pairs(self, pairs: list[tuple[Term, Term]]) -> list[tuple[Term, Term]] | None:
        while self.kind != "}":
            key = self.infix(pairs=False)
            if key is None:
                return None
            if self.kind != ":":
                self.illegal('expected ":"')
                return None
            self.advance()
            value = self.infix(pairs=False)
            if value is None:
                return None
            pairs.append((key, value))
            if not self._comma("}"):
                return None
        return pairs


Terms.starters |= {"[": Collections.array, "{": Collections.set_or_object}  # type: ignore[dict-item]
