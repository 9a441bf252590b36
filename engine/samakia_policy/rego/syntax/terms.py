"""Terms without infix operators: scalars, variables, references, calls and what stands in parentheses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import ClassVar

from samakia_policy.rego.syntax.cursor import Cursor
from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.location import Span
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Expr,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    Term,
    Var,
)
from samakia_policy.rego.syntax.tokens import AND_WORD, IDENTIFIER, NUMBER, OR_WORD, WHITESPACE
from samakia_policy.rego.values.number import Number

ROOTS = ("data", "input")
_REF_HEADS = (Var, Array, Object, SetTerm, ArrayComp, SetComp, ObjectComp, Call)
_CONSTANTS = {"null": None, "true": True, "false": False}
_SURROGATE = re.compile("[\ud800-\udfff]")
_BINARY_EXPONENT = 100_000
_DIGITS = 4_000
_REMEMBER = 4
_LEADING_ZERO = re.compile("0(?![.]|[eE].|$)")
_BLURRED = "\ufffd"
_EXPONENT_DIGITS = 12
_LARGEST_EXPONENT = 2**31 - 1


class Terms(Cursor):
    """What a term is; `bodies` and `collections` fill in the rest."""

    def infix(self, pairs: bool = True) -> Term | None:
        """Parse operators between terms."""
        raise NotImplementedError

    def term_list(self, end: str, items: list[Term]) -> list[Term] | None:
        """Parse terms up to a closing bracket."""
        raise NotImplementedError

    def literal(self) -> Expr | None:
        """Parse one literal of a body."""
        raise NotImplementedError

    def body(self, end: str) -> Body | None:
        """Parse literals up to a closing bracket."""
        raise NotImplementedError

    def term(self) -> Term | None:
        """Parse a term; long ones are remembered, since brackets are read more than once."""
        start, kind = self.at, self.kind
        state = self.faults, self.hints, self.wildcards
        known = self.remembered.get((start, kind))
        if known and known[1] == state:
            self.restore(known[2])
            before: Term | None = known[0]
            return before
        failed = self.failed
        if failed and failed[0] == (start, kind) and state in failed[1:]:
            self.faults, self.hints, self.wildcards = failed[2]
            return None
        if kind is IDENTIFIER or kind == "contains":
            found = self.finish(self.variable())
        else:
            found = self._other_term()
        if found is None:
            self.failed = (start, kind), state, (self.faults, self.hints, self.wildcards)
        elif failed and failed[0][0] >= start:
            self.failed = None
        if self.at - start > _REMEMBER:
            self.remembered[start, kind] = (found, state, self.save())
        return found

    def _other_term(self) -> Term | None:
        kind = self.kind
        if kind == "minus":
            return self._minus()
        if kind in (AND_WORD, OR_WORD) and self.next_touching() == "(":
            self.kind = IDENTIFIER
            return self.finish(self.variable())
        parse = self.starters.get(kind)
        if parse is None:
            self.illegal()
            return None
        found = parse(self)
        return None if found is None else self.finish(found)

    def _minus(self) -> Term | None:
        place = self.here()
        state = self.save()
        self.advance()
        if self.kind is not IDENTIFIER and self.kind != "contains":
            self.restore(state)
            number = self.number()
            return None if number is None else self.finish(number)
        found = self.finish(self.variable())
        if found is None:
            return None
        end = self.ends[self.at - 1]
        return Call(
            Ref(Var("minus"), []),
            [Scalar(0, location=place), found],
            location=Span(self.source, place.offset, end),
        )

    def finish(self, head: Term) -> Term | None:
        """Go past the last token of a term; parse the reference or call that may follow at once."""
        at = self.at
        start = self.starts[at]
        self.advance()
        if self.kind in ("(", ".", "[") and self.starts[self.at] == self.ends[at]:
            return self.reference(head, start)
        if head.__class__ is Var and head.name in ROOTS:
            return Ref(head, [], location=head.location)
        return head

    def variable(self) -> Var:
        """Make a variable of the current token."""
        name = self.texts[self.at]
        if name == "_":
            name = self.wildcard()
        at = self.at
        return Var(name, location=Span(self.source, self.starts[at], self.ends[at]))

    def wildcard(self) -> str:
        """Return the next name for `_`."""
        self.wildcards += 1
        return f"${self.wildcards - 1}"

    def constant(self) -> Scalar:
        """Parse null, true or false."""
        return Scalar(_CONSTANTS[self.kind], location=self.here())

    def number(self) -> Scalar | None:
        """Parse a number with its sign."""
        place, prefix = self.here(), ""
        if self.kind == "minus":
            prefix = "-"
            self.advance()
            if self.kind not in (NUMBER, "."):
                self.illegal("expected number")
                return None
        if self.kind == ".":
            prefix += "."
            self.advance()
            if self.kind is WHITESPACE:
                self.advance()
            if self.kind is not NUMBER:
                self.illegal("expected number")
                return None
        text = self.texts[self.at]
        if not prefix.endswith(".") and _LEADING_ZERO.match(text):
            self.illegal("expected number without leading zero")
            return None
        if text[-1] == _BLURRED or _endless(text) or (prefix.endswith(".") and "." in text):
            self.illegal("invalid float")
            return None
        if (not text.isdigit() or len(text) > _DIGITS) and not _manageable(prefix + text):
            self.fault(self.here(), "number too big")
            return None
        return Scalar(number_value(prefix + text), location=place)

    def string(self) -> Scalar | None:
        """Parse a quoted or raw string."""
        text = self.texts[self.at]
        if text[0] == "`" or "\\" not in text:
            return Scalar(text[1:-1], location=self.here())
        value = unquote(text)
        if value is None:
            self.fault(self.here(), f"illegal string literal: {text}")
            return None
        return Scalar(value, location=self.here())

    def parenthesized(self) -> Term | None:
        """Parse `(term)`; the text of the term grows by the parentheses."""
        if not self.enter():
            return None
        try:
            start = self.starts[self.at]
            self.advance()
            found = self.infix()
            if found is None:
                return None
            if self.kind != ")":
                self.fault(self.here(), "non-terminated expression")
                return None
            assert found.location
            found.location = Span(self.source, found.location.offset, self.ends[self.at], start)
            return found
        finally:
            self.leave()

    def reference(self, head: Term, start: int) -> Term | None:
        """Parse `.name`, `[term]` and `(arguments)`; the first of them is here, the others follow at once."""
        place = head.location
        assert place
        if not isinstance(head, _REF_HEADS):
            self.fault(place, f"illegal ref (head cannot be {value_name(head)})")
        offset, path = place.offset, list[Term]()
        source, starts, ends = self.source, self.starts, self.ends
        while True:
            if self.kind == ".":
                self.advance_into_gap()
                at = self.at
                if self.kind is not IDENTIFIER and not self.allowed_in_ref(self.kind):
                    self.illegal("expected identifier")
                    return None
                # Where `and` and `or` are keywords, `&` and `|` pass for them: names that are empty.
                name = "" if self.kind in ("and", "or") else self.texts[at]
                path.append(Scalar(name, location=Span(source, starts[at], ends[at])))
                self.advance()
            elif self.kind == "[":
                if not self._element(path):
                    return None
            elif self.kind == "(":
                operator = Ref(head, path, location=Span(source, offset, starts[self.at], start))
                return self._call(operator, start)
            else:
                break
            if starts[self.at] != ends[self.at - 1]:
                break
        return Ref(head, path, location=Span(source, offset, ends[self.at - 1], start))

    def _element(self, path: list[Term]) -> bool:
        if not self.enter():
            return False
        try:
            self.advance()
            element = self.infix()
            if element is None:
                return False
            if self.kind != "]":
                self.illegal("expected [")
                return False
            path.append(element)
            self.advance()
            return True
        finally:
            self.leave()

    def _call(self, operator: Ref, start: int) -> Term | None:
        if not self.enter():
            return None
        try:
            self.advance()
            args = self.term_list(")", [])
            if args is None:
                return None
            assert operator.location
            place = Span(self.source, operator.location.offset, self.ends[self.at], start)
            self.advance()
            constructs = not args and not operator.path and getattr(operator.head, "name", "") == "set"
            call: Term = SetTerm([], location=place) if constructs else Call(operator, args, location=place)
            return self.reference(call, start) if self.touches() in (".", "[") else call
        finally:
            self.leave()

    starters: ClassVar[dict[str, Callable[[Terms], Term | None]]] = {}


Terms.starters |= {
    "null": Terms.constant,
    "true": Terms.constant,
    "false": Terms.constant,
    ".": Terms.number,
    "number": Terms.number,
    "string": Terms.string,
    "(": Terms.parenthesized,
}


def number_value(text: str) -> int | Number:
    """Return an int where that keeps the text, else a Number."""
    plain = text.isdigit() or (text[0] == "-" and text[1:].isdigit() and text != "-0")
    return int(text) if plain and len(text) < _DIGITS else Number(text)


def unquote(text: str) -> str | None:
    """Return what a quoted string with escapes stands for, or None."""
    try:
        value: str = json.loads(text)
    except ValueError:
        return None
    return _SURROGATE.sub("\ufffd", value)


def _endless(text: str) -> bool:
    exponent = text.lower().partition("e")[2].lstrip("+-").lstrip("0")
    return len(exponent) >= _EXPONENT_DIGITS or int(exponent or 0) > _LARGEST_EXPONENT


def _manageable(text: str) -> bool:
    """Whether the binary exponent of a number is within OPA's bounds."""
    mantissa, _, exponent = text.lower().lstrip("-").partition("e")
    digits = mantissa.replace(".", "").lstrip("0")
    if not digits:
        return True
    whole = mantissa.partition(".")[0].lstrip("0")
    fraction = mantissa.partition(".")[2]
    zeros = len(fraction) - len(fraction.lstrip("0"))
    point = (len(whole) if whole else -zeros) + int(exponent or 0)
    binary = math.floor((math.log10(float("0." + digits[:17])) + point) * math.log2(10)) + 1
    return -_BINARY_EXPONENT <= binary <= _BINARY_EXPONENT
