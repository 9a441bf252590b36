"""Where the parser is: the current token, what to go back to, and the errors so far."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from samakia_policy.rego.errors import PARSE, Fault
from samakia_policy.rego.syntax.explain import details
from samakia_policy.rego.syntax.location import Location, Source, Span
from samakia_policy.rego.syntax.tokens import (
    ALL_FUTURE_WORDS,
    IDENTIFIER,
    ILLEGAL,
    SHOWN,
    WHITESPACE,
    WORDS,
    WORDS_V1,
    Tokens,
    tokenize,
)

DEPTH = 1_000
"""How deep brackets and bodies may nest: fewer than opa's own limit allows, more than people write."""
KEYWORD_KINDS = frozenset(WORDS) | frozenset(ALL_FUTURE_WORDS.values())


State = tuple[int, str, tuple[Fault, ...], tuple[str, ...], int]
"""Everything that going back restores: index and kind of the token, errors, hints, wildcards."""
_Known = tuple[tuple[Fault, ...], tuple[str, ...], int]
"""Errors, hints and wildcards so far."""


Memory = dict[tuple[int, str], tuple[Any, _Known, State]]
"""Terms by their first token, with what was known before and the state after."""


class Cursor:
    """The current token and the errors; what every part of the parser is built on."""

    def __init__(
        self, source: Source, version: int, words: dict[str, str], tokens: Tokens | None = None
    ) -> None:
        self.source = source
        self.version = version
        self.words = dict(words)
        self.tokens = tokens or tokenize(source.text, self.words)
        self.kinds, self.texts = self.tokens.kinds, self.tokens.texts
        self.starts, self.ends = self.tokens.starts, self.tokens.ends
        self.faults: tuple[Fault, ...] = ()
        self.hints: tuple[str, ...] = ()
        self.wildcards = 0
        self.depth = 0
        self.not_bodies = False
        self.remembered: Memory = {}
        self.failed: tuple[tuple[int, str], _Known, _Known] | None = None
        self.at = 0
        self.kind = self.kinds[0]
        if self.kind is ILLEGAL:
            self._scanned_illegal()

    def advance(self) -> None:
        """Go to the next token; stay at the end of the text."""
        try:
            self.kind = self.kinds[self.at + 1]
        except IndexError:
            return
        self.at += 1
        if self.kind is ILLEGAL:
            self._scanned_illegal()

    def _scanned_illegal(self) -> None:
        for message in self.tokens.errors.get(self.at, ()):
            self.fault(self.here(), message)

    def gap(self) -> bool:
        """Whether anything lies between the last token and this one."""
        at = self.at
        return at > 0 and self.starts[at] != self.ends[at - 1]

    def touches(self) -> str:
        """Return the kind of this token if it follows the last one without a gap, else nothing."""
        at = self.at
        return self.kind if self.starts[at] == self.ends[at - 1] else ""

    def next_touching(self) -> str:
        """Return the kind of the next token if it follows this one without a gap, else nothing."""
        at = self.at
        if at + 1 < len(self.kinds) and self.starts[at + 1] == self.ends[at]:
            return self.kinds[at + 1]
        return ""

    def after_newline(self) -> bool:
        """Whether a line ended between the last token and this one."""
        at = self.at
        end = self.ends[at] if self.kind is WHITESPACE else self.starts[at]
        return self.source.text.find("\n", self.ends[at - 1] if at else 0, end) >= 0

    def save(self) -> State:
        """Return what `restore` needs."""
        return self.at, self.kind, self.faults, self.hints, self.wildcards

    def restore(self, state: State) -> None:
        """Go back, forgetting what was found wrong since."""
        self.at, self.kind, self.faults, self.hints, self.wildcards = state

    def here(self) -> Location:
        """The place of the current token."""
        at = self.at
        return Span(self.source, self.starts[at], self.ends[at])

    def since(self, index: int) -> Location:
        """The place of a token, with the text from there up to the last token read."""
        return Span(self.source, self.starts[index], self.ends[self.at - 1])

    def fault(self, location: Location, message: str) -> None:
        """Record what is wrong; hints given before become part of the message."""
        if self.hints:
            name = "hint" if len(self.hints) == 1 else "hints"
            message += f" ({name}: {', '.join(self.hints)})"
            self.hints = ()
        found = details(self.source.text, location.offset)
        self.faults = (*self.faults, Fault(PARSE, message, location, details=found))

    def hint(self, text: str) -> None:
        """Add a hint to the next error."""
        self.hints = (*self.hints, text)

    def illegal(self, note: str = "") -> None:
        """Record that the current token is not expected here."""
        if self.kind is ILLEGAL:
            self.fault(self.here(), "illegal token")
            return
        kind = "keyword" if self.kind in KEYWORD_KINDS else "token"
        message = f"unexpected {SHOWN.get(self.kind, self.kind)} {kind}"
        self.fault(self.here(), f"{message}: {note}" if note else message)
        return

    def advance_into_gap(self) -> None:
        """Go on where the next token has to follow at once: a gap becomes a token of its own."""
        at = self.at
        if at + 1 < len(self.kinds) and self.starts[at + 1] != self.ends[at]:
            start, text = self.ends[at], self.source.text
            if text[start] == "#":
                start = text.find("\n", start)
            if start >= 0:
                self.tokens.insert(at + 1, WHITESPACE, start, start + 1)
        self.advance()

    def enter(self) -> bool:
        """Go one level deeper; false, with an error, where that is too deep."""
        if self.depth >= DEPTH:
            self.hints = (f"brackets and bodies may nest {DEPTH:,} deep",)
            self.fault(self.here(), "max parsing recursion depth exceeded")
            return False
        self.depth += 1
        return True

    def leave(self) -> None:
        """Come back from a level."""
        self.depth -= 1

    def allowed_in_ref(self, kind: str) -> bool:
        """Whether this kind is a keyword that may also be a part of a reference."""
        word = SHOWN.get(kind, kind)
        return word in WORDS or word in self.words or (self.version > 0 and word in WORDS_V1)

    def look_ahead_ref(self) -> bool:
        """Make a keyword that starts a reference a name; whether it was one."""
        if (
            self.kind is not IDENTIFIER
            and self.allowed_in_ref(self.kind)
            and self.next_touching() in (".", "[")
        ):
            self.kind = IDENTIFIER
            return True
        return False

    def add_words(self, words: dict[str, str]) -> None:
        """Make keywords of these words from the current token on."""
        if "every" in words:
            words = words | {"in": "in"}
        new = {word: kind for word, kind in words.items() if self.words.get(word) != kind}
        if new:
            self.words |= new
            self.tokens.retag(new, self.at)
            self.kind = self.kinds[self.at]

    def comments_between(self, start: int, end: int) -> bool:
        """Whether a comment lies between two offsets."""
        comments = self.tokens.comments
        index = bisect_left(comments, (start, 0))
        return index < len(comments) and comments[index][0] < end
