"""Terms and expressions: precedence from the loosest (`in`) to the tightest (`*`), refs, collections, calls."""

from __future__ import annotations

import json
from collections.abc import Callable

from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.tokens import IDENT, KEYWORDS, LAST, PART, Tokens
from samakia_policy.rego.values.number import Number

# The deepest nesting of parentheses, collections and bodies.
DEPTH = 1_000

_OPERATORS: list[dict[str, str]] = [
    {"==": "equal", "!=": "neq", "<": "lt", ">": "gt", "<=": "lte", ">=": "gte"},
    {"|": "or"},
    {"&": "and"},
    {"+": "plus", "-": "minus"},
    {"*": "mul", "/": "div", "%": "rem"},
]
_CONTINUES = frozenset((".", "[", "("))
_NO_HEADS = (n.Scalar, n.TemplateString)


class Terms:
    """A parser over tokens; `at` is the token it stands at. `words`: names that are keywords here."""

    def __init__(self, tokens: Tokens, words: frozenset[str]) -> None:
        self.tokens = tokens
        self.words = words
        self.at = 0
        self.depth = 0
        self.wildcards = 0
        self._terms: dict[int, tuple[n.Term, int]] = {}

    # --- tokens

    @property
    def kind(self) -> str:
        """The kind of the token here; a word that is a keyword here is its own kind."""
        kind = self.tokens.kinds[self.at]
        if kind is IDENT or kind == IDENT:
            word = self.tokens.texts[self.at]
            return word if word in self.words else IDENT
        return kind

    @property
    def last_end(self) -> int:
        """Where the token before this one ended."""
        return self.tokens.ends[self.at - 1] if self.at else 0

    def glued(self) -> bool:
        """Whether nothing stands between this token and the one before."""
        return self.tokens.starts[self.at] == self.last_end

    def here(self) -> n.Location:
        """Return the place of the token here."""
        return self.tokens.place(self.tokens.starts[self.at], self.tokens.ends[self.at])

    def span(self, start: int) -> n.Location:
        """Return the place from an offset to the end of the token before this one."""
        return self.tokens.place(start, self.last_end)

    def fail(self, message: str, hint: str = "") -> RegoError:
        """Return the error for the token here."""
        at = self.at
        return self.tokens.fail(message, self.tokens.starts[at], self.tokens.ends[at], hint)

    def unexpected(self, note: str = "") -> RegoError:
        """Return the error that the token here cannot stand here."""
        kind = self.tokens.kinds[self.at]
        name = "keyword" if kind in KEYWORDS or self.kind in self.words else "token"
        text = f"unexpected {self.kind if name == 'keyword' else _named(kind)} {name}"
        return self.fail(f"{text}: {note}" if note else text)

    def expect(self, kind: str, note: str) -> None:
        """Step over a token of a kind."""
        if self.kind != kind:
            raise self.unexpected(note)
        self.at += 1

    def nested(self, parse: Callable[[], n.Term]) -> n.Term:
        """Parse something one level deeper."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail(f"max recursion depth exceeded: nesting is deeper than {DEPTH}")
        try:
            return parse()
        finally:
            self.depth -= 1

    # --- infix

    def infix(self, *, pair: bool = True) -> n.Term:
        """Parse a whole term with operators; `pair` allows `key, value in collection`."""
        return self.nested(lambda: self._membership(pair=pair))

    def _membership(self, *, pair: bool) -> n.Term:
        start = self.tokens.starts[self.at]
        left = self.binary(0)
        if pair and self.kind == ",":
            if (found := self._pair(left, start)) is None:
                return left
            left = found
        while self._keyword_here("in"):
            operator = self._operator("internal.member_2")
            left = n.Call(operator, [left, self.binary(0)], location=None)
            left.location = self.span(start)
        return left

    def _pair(self, key: n.Term, start: int) -> n.Term | None:
        before = self.at
        try:
            self.at += 1
            value = self.binary(0)
        except RegoError:
            self.at = before
            return None
        if not self._keyword_here("in"):
            self.at = before
            return None
        operator = self._operator("internal.member_3")
        call = n.Call(operator, [key, value, self.binary(0)])
        call.location = self.span(start)
        return call

    def _keyword_here(self, word: str) -> bool:
        return self.kind == word and not self.ref_follows()

    def ref_follows(self) -> bool:
        """Whether a keyword is used as a name: `.` or `[` follows at once."""
        tokens, after = self.tokens, self.at + 1
        return (
            after < len(tokens.kinds)
            and tokens.kinds[after] in (".", "[")
            and tokens.starts[after] == tokens.ends[self.at]
        )

    def _operator(self, name: str) -> n.Ref:
        place = self.here()
        self.at += 1
        return named(name, place)

    def binary(self, level: int) -> n.Term:
        """Parse operators of one precedence, left to right."""
        if level == len(_OPERATORS):
            return self.term()
        start = self.tokens.starts[self.at]
        left = self.binary(level + 1)
        operators = _OPERATORS[level]
        while (name := operators.get(self.tokens.kinds[self.at])) is not None:
            operator = self._operator(name)
            right = self.binary(level + 1)
            left = n.Call(operator, [left, right], location=self.span(start))
        return left

    # --- single terms

    def term(self) -> n.Term:
        """Parse one term with the ref or call that follows it."""
        start = self.at
        if (known := self._terms.get(start)) is not None:
            self.at = known[1]
            return known[0]
        made = self.nested(self._term)
        self._terms[start] = (made, self.at)
        return made

    def _term(self) -> n.Term:
        kind = self.kind
        word = kind != IDENT and kind not in _LITERALS and self.tokens.texts[self.at][:1] in _LETTERS
        if word and (kind == "contains" or self.ref_follows()):
            # A keyword with a `.` or `[` right behind it is a name.
            kind = IDENT
        parse = _STARTS.get(kind)
        if parse is None:
            raise self.unexpected()
        if kind == "-":
            return self._minus()
        start = self.tokens.starts[self.at]
        return self.finish(parse(self), start)

    def finish(self, head: n.Term, start: int, *, spaced: bool = False) -> n.Term:
        """Parse what follows a term at once: `.name`, `[term]`, `(args)`."""
        if self.kind in _CONTINUES and (spaced or self.glued()):
            return self._ref(head, start)
        if isinstance(head, n.Var) and head.name in ("input", "data"):
            return n.Ref(head, [], location=head.location)
        return head

    def _ref(self, head: n.Term, start: int) -> n.Term:
        if isinstance(head, _NO_HEADS):
            raise self.tokens.fail(f"illegal ref (head cannot be {_shape(head)})", start)
        path: list[n.Term] = []
        while True:
            if self.kind == "." and self.glued():
                self.at += 1
                if not self.glued() or self.tokens.texts[self.at][:1] not in _LETTERS:
                    raise self.unexpected(f"expected {IDENT}")
                path.append(n.Scalar(self.tokens.texts[self.at], location=self.here()))
                self.at += 1
            elif self.kind == "[" and self.glued():
                self.at += 1
                path.append(self.infix())
                self.expect("]", "expected [")
            elif self.kind == "(" and self.glued():
                called = self._call(n.Ref(head, path, location=self.span(start)), start)
                return self.finish(called, start)
            else:
                return n.Ref(head, path, location=self.span(start))

    def _call(self, operator: n.Ref, start: int) -> n.Term:
        self.at += 1
        args = [] if self.kind == ")" else self.items(")", [])
        self.at += 1
        if not args and not operator.path and getattr(operator.head, "name", "") == "set":
            return n.SetTerm([], location=self.span(start))
        return n.Call(operator, args, location=self.span(start))

    def items(self, end: str, found: list[n.Term]) -> list[n.Term]:
        """Parse terms separated by commas, up to and not including the closing token."""
        while self.kind != end:
            found.append(self.infix(pair=False))
            if self.kind == ",":
                self.at += 1
            elif self.kind != end:
                raise self.unexpected(f'expected "," or "{end}"')
        return found

    def variable(self) -> n.Term:
        """Parse a name; `_` gets a name of its own."""
        word = self.tokens.texts[self.at]
        place = self.here()
        self.at += 1
        if word == "_":
            word = f"${self.wildcards}"
            self.wildcards += 1
        return n.Var(word, location=place)

    def _constant(self) -> n.Term:
        place = self.here()
        value = {"null": None, "true": True, "false": False}[self.kind]
        self.at += 1
        return n.Scalar(value, location=place)

    def _minus(self) -> n.Term:
        start, place = self.tokens.starts[self.at], self.here()
        self.at += 1
        if self.kind in (IDENT, "contains"):
            inner = self.finish(self.variable(), self.tokens.starts[self.at - 1])
            zero = n.Scalar(0, location=place)
            return n.Call(named("minus", place), [zero, inner], location=self.span(start))
        if self.kind != "number":
            raise self.unexpected("expected number")
        number = self._number()
        return self.finish(_negative(number), start)

    def _number(self) -> n.Scalar:
        text, place = self.tokens.texts[self.at], self.here()
        if len(text) > 1 and text[0] == "0" and text[1] not in ".eE":
            raise self.unexpected("expected number without leading zero")
        if not self.glued() or self.tokens.kinds[self.at] == "number":
            self.at += 1
        if self.glued() and self.tokens.texts[self.at][:1] in _LETTERS and self.tokens.kinds[self.at] != "op":
            raise self.fail("illegal number format")
        return n.Scalar(number(text), location=place)

    def _string(self) -> n.Term:
        text, place = self.tokens.texts[self.at], self.here()
        try:
            value = json.loads(text, strict=False)
        except ValueError:
            raise self.fail("illegal string literal: invalid escape sequence") from None
        self.at += 1
        return n.Scalar(value, location=place)

    def _raw(self) -> n.Term:
        text, place = self.tokens.texts[self.at], self.here()
        self.at += 1
        return n.Scalar(text[1:-1], location=place)

    # --- collections

    def _parens(self) -> n.Term:
        start = self.tokens.starts[self.at]
        self.at += 1
        made = self.infix()
        if self.kind != ")":
            raise self.fail("non-terminated expression")
        self.at += 1
        made.location = self.span(start)
        return made

    def body(self, end: str) -> n.Body:
        """Parse a body up to its closing token; given by Literals."""
        raise NotImplementedError

    def literal(self) -> n.Expr:
        """Parse one literal; given by Literals."""
        raise NotImplementedError

    def _array(self) -> n.Term:
        start = self.tokens.starts[self.at]
        self.at += 1
        if self.kind == "]":
            self.at += 1
            return n.Array([], location=self.span(start))
        first, before = self._first_term()
        if self.kind == "|" and (body := self._comprehended("]")) is not None:
            return n.ArrayComp(first, body, location=self.span(start))
        self.at = before
        items = self.items("]", [])
        self.at += 1
        return n.Array(items, location=self.span(start))

    def _first_term(self) -> tuple[n.Term, int]:
        """Parse the first term of a collection alone: before `|` it makes a comprehension."""
        if self.kind == ",":
            self.at += 1
        before = self.at
        return self.term(), before

    def _comprehended(self, end: str) -> n.Body | None:
        """Parse the body of a comprehension; None when a `,` shows that it was a union."""
        self.at += 1
        try:
            body = self.body(end)
        except RegoError:
            if self.kind != ",":
                raise
            return None
        self.at += 1
        return body

    def _braces(self) -> n.Term:
        start = self.tokens.starts[self.at]
        self.at += 1
        if self.kind == "}":
            self.at += 1
            return n.Object([], location=self.span(start))
        first, before = self._first_term()
        if self.kind == "|" and (body := self._comprehended("}")) is not None:
            return n.SetComp(first, body, location=self.span(start))
        if self.kind not in ("}", ",", ":"):
            self.at = before
            first = self.infix(pair=False)
            if self.kind not in ("}", ",", ":"):
                raise self.unexpected("non-terminated set")
        if self.kind == ":":
            return self._object(first, start)
        self.at = before
        items = self.items("}", [])
        self.at += 1
        return n.SetTerm(items, location=self.span(start))

    def _object(self, key: n.Term, start: int) -> n.Term:
        self.at += 1
        before = self.at
        value = self.term()
        if self.kind == "|" and (body := self._comprehended("}")) is not None:
            return n.ObjectComp(key, value, body, location=self.span(start))
        if self.kind not in ("}", ","):
            self.at = before
            value = self.infix(pair=False)
        pairs = [(key, value)]
        while self.kind == ",":
            self.at += 1
            if self.kind == "}":
                break
            name = self.infix(pair=False)
            self.expect(":", 'expected ":"')
            pairs.append((name, self.infix(pair=False)))
        self.expect("}", 'expected "," or "}"')
        return n.Object(pairs, location=self.span(start))

    def _template(self) -> n.Term:
        start = self.tokens.starts[self.at]
        raw = self.tokens.text[start + 1] == "`"
        parts: list[n.Scalar | n.Expr] = []
        while True:
            text, place = self.tokens.texts[self.at], self.here()
            value = text.replace("\\{", "{") if raw else _unescaped(self, text)
            if value:
                parts.append(n.Scalar(value, location=place))
            self.at += 1
            if self.tokens.kinds[self.at - 1] == LAST:
                return n.TemplateString(parts, raw, location=self.span(start))
            expr = self.literal()
            parts.append(expr.terms if isinstance(expr.terms, n.Scalar) else expr)
            self.expect("}", "expected } to end template string expression")
            if self.kind not in (PART, LAST):
                raise self.unexpected()


def named(name: str, place: n.Location | None) -> n.Ref:
    """Return the ref of a dotted name."""
    first, *rest = name.split(".")
    return n.Ref(n.Var(first, location=place), [n.Scalar(part, location=place) for part in rest], location=place)


def number(text: str) -> int | Number:
    """Return a number as written: an int, or a Number that keeps its text."""
    if text.isdigit() and len(text) < 4_000:
        return int(text)
    return Number(text)


def _negative(scalar: n.Scalar) -> n.Scalar:
    value = scalar.value
    negative = Number("-" + value.text) if isinstance(value, Number) else -int(value)  # type: ignore[arg-type]
    return n.Scalar(negative, location=scalar.location)


def _unescaped(parser: Terms, text: str) -> str:
    try:
        found = json.loads(f'"{_braced(text)}"', strict=False)
    except ValueError:
        raise parser.fail("illegal string literal: invalid escape sequence") from None
    return str(found)


def _braced(text: str) -> str:
    return text.replace("\\{", "{")


def _named(kind: str) -> str:
    return {"ident": "ident", "raw": "string"}.get(kind, kind)


def _shape(term: n.Term) -> str:
    value = getattr(term, "value", None)
    return {bool: "boolean", str: "string", type(None): "null"}.get(value.__class__, "number")


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_LITERALS = frozenset(("string", "raw", "number", PART, LAST))
_STARTS: dict[str, Callable[[Terms], n.Term]] = {
    IDENT: Terms.variable,
    "null": Terms._constant,
    "true": Terms._constant,
    "false": Terms._constant,
    "number": Terms._number,
    "string": Terms._string,
    "raw": Terms._raw,
    "-": Terms._minus,
    "(": Terms._parens,
    "[": Terms._array,
    "{": Terms._braces,
    PART: Terms._template,
    LAST: Terms._template,
}
