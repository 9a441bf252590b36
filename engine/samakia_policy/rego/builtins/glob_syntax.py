"""Glob patterns: stars, ?, [classes], {alternatives} and escapes, read as OPA's glob library does."""

from __future__ import annotations

import re

from samakia_policy.rego.errors import BuiltinFault

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_END = "unexpected end of input"


def to_regex(pattern: str, delimiters: str) -> str:
    """Return the regular expression that a whole string must match; raises BuiltinFault."""
    return _Reader(pattern, delimiters).read()


class _Reader:
    """Reads one pattern from left to right."""

    __slots__ = ("depth", "one", "pattern", "place")

    def __init__(self, pattern: str, delimiters: str) -> None:
        self.pattern = pattern
        self.one = f"[^{_in_class(delimiters)}]" if delimiters else "(?s:.)"
        self.place = self.depth = 0

    def read(self) -> str:
        made: list[str] = []
        while (char := self._peek()) != "":
            made.append(self._item(char))
        if self.depth:
            raise self._fault("unclosed `{`")
        return "".join(made)

    def _peek(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def _fault(self, reason: str) -> BuiltinFault:
        offset = len(self.pattern[: self.place].encode("utf-8", "replace"))
        return BuiltinFault(f"glob: syntax error at {offset}: {reason}")

    def _item(self, char: str) -> str:
        if char == "*":
            return self._star()
        if char == "[":
            self.place += 1
            return self._class()
        if char == "?":
            self.place += 1
            return self.one
        if char == "{" or (self.depth and char in ",}"):
            return self._alternatives(char)
        return _SPECIAL.sub(r"\\\g<0>", self._text("?*[{}," if self.depth else "?*[{"))

    def _star(self) -> str:
        double = self.pattern[self.place : self.place + 2] == "**"
        self.place += 1 + double
        return "(?s:.*)" if double else f"{self.one}*"

    def _alternatives(self, char: str) -> str:
        self.place += 1
        if char == ",":
            return "|"
        self.depth += 1 if char == "{" else -1
        return "(?:" if char == "{" else ")"

    def _text(self, stops: str) -> str:
        """Read literal characters up to one that is special here."""
        made = ""
        while (char := self._peek()) != "" and char not in stops:
            self.place += 1
            if char == "\\":
                char = self._peek()
                if not char:
                    raise self._fault("trailing backslash")
                self.place += 1
            made += char
        return made

    def _class(self) -> str:
        negated = "^" if self._peek() == "!" else ""
        self.place += len(negated)
        if not self._peek():
            raise self._fault(_END)
        if self.pattern[self.place + 1 : self.place + 2] == "-":
            return f"[{negated}{self._range()}]"
        chars = self._characters()
        self._close()
        if not chars:
            raise self._fault("could not parse range")
        return f"[{negated}{_in_class(chars)}]"

    def _characters(self) -> str:
        try:
            return self._text("]")
        except BuiltinFault:
            raise self._fault(_END) from None

    def _range(self) -> str:
        low, high = self._peek(), self.pattern[self.place + 2 : self.place + 3]
        self.place = min(self.place + 3, len(self.pattern))
        if not high:
            raise self._fault(_END)
        self._close()
        if high < low:
            raise self._fault("range hi character is less than lo")
        return f"{_in_class(low)}-{_in_class(high)}"

    def _close(self) -> None:
        char = self._peek()
        self.place += len(char)
        if not char:
            raise self._fault(_END)
        if char != "]":
            raise self._fault("expected close range character")


def _in_class(chars: str) -> str:
    return "".join([f"\\x{{{ord(char):x}}}" for char in chars])
