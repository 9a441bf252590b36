"""What is wrong with a text that is no JSON, in the words of Go's decoder."""

# ruff: noqa: PLR2004 - codes of characters
from __future__ import annotations

import re

_NESTING = 10_000
_SPACE = re.compile(rb"[ \t\r\n]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_DIGITS = re.compile(rb"[0-9]*")
_LITERALS = {b"t": b"true", b"f": b"false", b"n": b"null"}
_TOP = "after top-level value"
_NULL = "<nil>"


class _Fault(Exception):
    """The text is wrong; the message is Go's."""


class _Scanner:
    """Goes through a text without building a value; `at` is the next byte."""

    __slots__ = ("at", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0

    def value(self) -> None:
        """Pass one value, its nested ones without recursion."""
        open_: list[bytes] = []
        self._begin(open_)
        while open_:
            self._space()
            if open_[-1] == b"[":
                self._separator(b",", b"]", "after array element", open_)
            else:
                self._separator(b",", b"}", "after object key:value pair", open_)

    def _separator(self, comma: bytes, end: bytes, where: str, open_: list[bytes]) -> None:
        found = self._peek()
        if found == end:
            self.at += 1
            open_.pop()
            return
        if found != comma:
            raise self._unexpected(where)
        self.at += 1
        if end == b"}":
            self._space()
            self._name("looking for beginning of object key string")
        self._begin(open_)

    def _begin(self, open_: list[bytes]) -> None:
        """Pass the beginning of a value: all of a scalar, or brackets up to the first scalar inside."""
        while True:
            self._space()
            found = self._peek()
            if found not in (b"[", b"{"):
                self._scalar(found)
                return
            self.at += 1
            open_.append(found)
            if len(open_) > _NESTING:
                raise _Fault("exceeded max depth")
            self._space()
            if self._peek() == (b"]" if found == b"[" else b"}"):
                return
            if found == b"{":
                self._name("looking for beginning of object key string")

    def _name(self, where: str) -> None:
        if self._peek() != b'"':
            raise self._unexpected(where)
        self._string()
        self._space()
        if self._peek() != b":":
            raise self._unexpected("after object key")
        self.at += 1

    def _scalar(self, found: bytes) -> None:
        if found == b'"':
            self._string()
        elif found in _LITERALS:
            self._literal(_LITERALS[found])
        elif found == b"-" or found.isdigit():
            self._number()
        else:
            raise self._unexpected("looking for beginning of value")

    def _string(self) -> None:
        self.at += 1
        while True:
            self._skip(_PLAIN)
            found = self._peek()
            if found == b'"':
                self.at += 1
                return
            if found != b"\\":
                raise self._unexpected("in string literal")
            self.at += 1
            self._escape()

    def _escape(self) -> None:
        if self._peek() == b"u":
            for _ in range(4):
                self.at += 1
                if self._peek() not in b"0123456789abcdefABCDEF":
                    raise self._unexpected("in \\u hexadecimal character escape")
        elif self._peek() not in b'"\\/bfnrt':
            raise self._unexpected("in string escape code")
        self.at += 1

    def _literal(self, word: bytes) -> None:
        for place in range(1, len(word)):
            self.at += 1
            wanted = word[place : place + 1]
            if self._peek() != wanted:
                raise self._unexpected(f"in literal {word.decode()} (expecting '{wanted.decode()}')")
        self.at += 1

    def _number(self) -> None:
        if self._peek() == b"-":
            self.at += 1
        if self._peek() == b"0":
            self.at += 1
        else:
            self._digits("in numeric literal")
        if self.text[self.at : self.at + 1] == b".":
            self.at += 1
            self._digits("after decimal point in numeric literal")
        if self.text[self.at : self.at + 1] in (b"e", b"E"):
            self.at += 1
            if self._peek() in b"+-":
                self.at += 1
            self._digits("in exponent of numeric literal")

    def _digits(self, where: str) -> None:
        if not self._peek().isdigit():
            raise self._unexpected(where)
        self._skip(_DIGITS)

    def _skip(self, pattern: re.Pattern[bytes]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _space(self) -> None:
        self._skip(_SPACE)

    def _peek(self) -> bytes:
        if self.at >= len(self.text):
            raise _Fault("unexpected EOF")
        return self.text[self.at : self.at + 1]

    def _unexpected(self, where: str) -> _Fault:
        return _Fault(f"invalid character {quoted(self._peek())} {where}")

    def rest(self) -> None:
        """Refuse anything after the first value; Go lets a null pass."""
        self._space()
        if self.at == len(self.text):
            return
        found = self._token()
        if found != _NULL:
            raise _Fault(f"error: invalid character '{found}' {_TOP}")

    def _token(self) -> str:
        found = self._peek()
        if found in (b"[", b"{"):
            return found.decode()
        start = self.at
        self._scalar(found)
        text = self.text[start : self.at].decode("utf-8", "replace")
        if found == b'"':
            from samakia_policy.rego.values.json_text import load

            return str(load(text))
        return {"true": "%!s(bool=true)", "false": "%!s(bool=false)", "null": _NULL}.get(text, text)


def quoted(character: bytes) -> str:
    """Return one byte in quotes, as Go names it in such errors."""
    code = character[0]
    if character in (b"'", b'"'):
        return "'\\''" if character == b"'" else "'\"'"
    short = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 7: "\\a", 92: "\\\\"}.get(code)
    if short:
        return f"'{short}'"
    if code < 0x20 or code == 0x7F:
        return f"'\\x{code:02x}'"
    return f"'{chr(code)}'" if code < 0x80 or code > 0xA0 else f"'\\u{code:04x}'"


def explain(text: bytes) -> tuple[str, int]:
    """Return what is wrong (nothing if the text is one value), and where the first value ends."""
    scanner = _Scanner(text)
    if not text.strip(b" \t\r\n"):
        return "EOF", 0
    try:
        scanner.value()
        end = scanner.at
        scanner.rest()
    except _Fault as fault:
        return str(fault), 0
    return "", end


def is_valid(text: bytes) -> bool:
    """Return whether a text is exactly one JSON value."""
    scanner = _Scanner(text)
    try:
        scanner.value()
    except _Fault:
        return False
    return not text[scanner.at :].strip(b" \t\r\n")
