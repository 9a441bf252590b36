"""What is wrong with a text that is no JSON, in Go's words; asked after a faster reader refused it."""

from __future__ import annotations

import re

_SPACE = " \t\r\n"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_ESCAPES = '"\\/bfnrtu'
_VALUE = "looking for beginning of value"
_KEY = "looking for beginning of object key string"


class _Fault(Exception):
    """The first thing that is wrong."""


def describe(text: str) -> str:
    """Return what is wrong with a text, or nothing."""
    reader = _Reader(text)
    try:
        reader.document()
    except _Fault as fault:
        return str(fault)
    except RecursionError:
        return "exceeded max depth"
    return ""


class _Reader:
    """Walks over a text as Go's scanner does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> None:
        """Walk over one value and what must not follow it."""
        self.space()
        if self.at == len(self.text):
            raise _Fault("EOF")
        self.value()
        self.space()
        rest = self.text[self.at :]
        if not rest:
            return
        if rest[0] in "{[":
            raise _Fault(f"error: invalid character '{rest[0]}' after top-level value")
        start = self.at
        self.value()
        raise _Fault(f"error: invalid character '{self.text[start : self.at]}' after top-level value")

    def space(self) -> None:
        """Go on to what is no space."""
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def next(self) -> str:
        """Return the next character."""
        if self.at == len(self.text):
            raise _Fault("unexpected EOF")
        return self.text[self.at]

    def refuse(self, why: str) -> _Fault:
        """Return the fault that the next character is."""
        return _Fault(f"invalid character {_quoted(self.next())} {why}")

    def value(self) -> None:
        """Walk over a value."""
        self.space()
        first = self.next()
        if first == "{":
            self.object()
        elif first == "[":
            self.array()
        elif first == '"':
            self.string()
        elif first in _LITERALS:
            self.literal(_LITERALS[first])
        elif first == "-" or first.isdecimal():
            self.number()
        else:
            raise self.refuse(_VALUE)

    def object(self) -> None:
        """Walk over an object."""
        self.at += 1
        self.space()
        if self.next() == "}":
            self.at += 1
            return
        while True:
            self.space()
            if self.next() != '"':
                raise self.refuse(_KEY)
            self.string()
            self.space()
            if self.next() != ":":
                raise self.refuse("after object key")
            self.at += 1
            self.value()
            if not self.more("}", "after object key:value pair"):
                return

    def array(self) -> None:
        """Walk over an array."""
        self.at += 1
        self.space()
        if self.next() == "]":
            self.at += 1
            return
        while True:
            self.value()
            if not self.more("]", "after array element"):
                return

    def more(self, end: str, why: str) -> bool:
        """Walk over a comma or the end; returns whether there is more."""
        self.space()
        if self.next() not in ("," + end):
            raise self.refuse(why)
        self.at += 1
        return self.text[self.at - 1] == ","

    def string(self) -> None:
        """Walk over a string."""
        self.at += 1
        while self.next() != '"':
            if self.next() < " ":
                raise self.refuse("in string literal")
            if self.next() == "\\":
                self.escape()
            else:
                self.at += 1
        self.at += 1

    def escape(self) -> None:
        """Walk over an escape."""
        self.at += 1
        if self.next() not in _ESCAPES:
            raise self.refuse("in string escape code")
        wide = self.next() == "u"
        self.at += 1
        for _ in range(4 if wide else 0):
            if self.next() not in "0123456789abcdefABCDEF":
                raise self.refuse("in \\u hexadecimal character escape")
            self.at += 1

    def literal(self, word: str) -> None:
        """Walk over true, false or null."""
        for letter in word:
            if self.next() != letter:
                raise self.refuse(f"in literal {word} (expecting {_quoted(letter)})")
            self.at += 1

    def number(self) -> None:
        """Walk over a number."""
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            self.at += 1
            raise self.refuse("in numeric literal")
        self.at = found.end()
        rest = self.text[self.at :]
        if rest[:1] == "." and "." not in found.group():
            self.at += 1
            raise self.refuse("after decimal point in numeric literal")
        if rest[:1] in {"e", "E"} and not set("eE") & set(found.group()):
            self.at += 2 if rest[1:2] in {"+", "-"} else 1
            raise self.refuse("in exponent of numeric literal")


def _quoted(character: str) -> str:
    """A byte as Go quotes it: its scanner sees no characters."""
    if character == "'":
        return "'\\''"
    byte = chr(character.encode("utf-8", "surrogateescape")[0])
    return repr(byte).replace("\\x8", "\\u008").replace("\\x9", "\\u009")
