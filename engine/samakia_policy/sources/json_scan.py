"""A slow JSON reader that builds nothing: it says what is wrong with a text, and where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from samakia_policy.model.document import Fault
from samakia_policy.model.values import escape
from samakia_policy.sources.limits import (
    MAX_DEPTH,
    MAX_FAULTS,
    MAX_KEYS,
    MAX_MEMBERS,
    exceeded,
)
from samakia_policy.sources.numbers_text import NumberError, decimal, integer
from samakia_policy.sources.places import line_column, quoted, unencodable

_SPACE = re.compile(r"[ \t\n\r]*+")
_STRING = r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
_TOKEN = re.compile(
    rf'(?P<string>"{_STRING}")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)"
    r"|(?P<word>-?[A-Za-z_$][A-Za-z0-9_$]*+)"
    r"|(?P<mark>[\[\]{},:])"
)
_STRING_START = re.compile(f'"{_STRING}')
_LITERALS = ("true", "false", "null")
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


@dataclass(slots=True)
class Findings:
    """What is wrong: `broken` texts are not JSON, `trusted` data may still be used."""

    faults: list[Fault] = field(default_factory=list)
    broken: bool = False
    trusted: bool = True


class _Stop(Exception):
    """The rest of the text is not read."""


def scan_json(text: str) -> Findings:
    """Return what is wrong with a JSON text; nothing when it is strict JSON within the limits."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _Stop:
        pass
    except RecursionError:
        scanner.note(exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH), 0)
    return scanner.found


class _Scanner:
    """Walks one text; `path` names the value that is being read, `depth` its containers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.kind: str | None = None
        self.lexeme = ""
        self.path: list[str] = []
        self.depth = 0
        self.members = 0
        self.found = Findings()

    def document(self) -> None:
        self.next()
        self.value()
        if self.peek() != len(self.text):
            self.broken("text after the end of the JSON value", self.at)

    def note(self, message: str, at: int) -> None:
        """List a fault that leaves no data."""
        self.found.trusted = False
        self.report(message, at)

    def report(self, message: str, at: int, first: int | None = None) -> None:
        """List a fault; `first` is the offset of what it repeats."""
        # Places cost a walk over the text, so none is computed for nothing.
        listed = len(self.found.faults)
        if listed > MAX_FAULTS:
            return
        if listed == MAX_FAULTS:
            message = exceeded("further faults are not listed", "MAX_FAULTS", MAX_FAULTS)
        elif first is not None:
            message += f", the first is in line {line_column(self.text, first)[0]}"
        self.found.faults.append(self.fault(message, at))

    def fault(self, message: str, at: int) -> Fault:
        pointer = "".join(f"/{escape(token)}" for token in self.path)
        return Fault(message, *line_column(self.text, at), pointer)

    def stop(self, message: str, at: int) -> _Stop:
        self.found.trusted = False
        self.found.faults.append(self.fault(message, at))
        return _Stop()

    def broken(self, message: str, at: int) -> NoReturn:
        self.found.broken = True
        raise self.stop(message, at)

    def peek(self) -> int:
        """Skip white space and return the offset behind it."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def next(self) -> None:
        """Read one token into `kind` and `lexeme`; `at` is where it ends."""
        start = self.peek()
        match = _TOKEN.match(self.text, start)
        if match is None:
            self.broken(_why(self.text, start), start)
        else:
            self.kind, self.lexeme, self.at = match.lastgroup, match.group(), match.end()

    @property
    def start(self) -> int:
        """The offset of the current token."""
        return self.at - len(self.lexeme)

    def value(self) -> None:
        """Check the value that starts with the current token."""
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise self.stop(exceeded("too many values", "MAX_MEMBERS", MAX_MEMBERS), self.start)
        if self.kind == "string":
            self.string()
        elif self.kind == "number":
            self.number()
        elif self.kind == "word":
            self.word()
        elif self.lexeme in "[{":
            self.container()
        else:
            self.broken("a value is expected here", self.start)

    def string(self) -> str:
        """Return the current string; a lone surrogate is a fault."""
        value: str = json.loads(self.lexeme)
        if unencodable(value) >= 0:
            self.note("a string holds a lone surrogate", self.start)
        return value

    def number(self) -> None:
        try:
            if self.lexeme.lstrip("-").isdigit():
                integer(self.lexeme)
            else:
                decimal(self.lexeme)
        except NumberError as error:
            self.note(str(error), self.start)

    def word(self) -> None:
        if self.lexeme in _NOT_FINITE:
            self.note("a number must be finite, NaN and Infinity are not JSON", self.start)
        elif self.lexeme not in _LITERALS:
            self.broken("a value is expected here, strings need double quotes", self.start)

    def container(self) -> None:
        if self.depth == MAX_DEPTH:
            message = exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH)
            raise self.stop(message, self.start)
        self.depth += 1
        if self.lexeme == "{":
            self.object()
        else:
            self.array()
        self.depth -= 1

    def object(self) -> None:
        seen: dict[str, int] = {}
        self.next()
        while self.lexeme != "}":
            key = self.key(seen)
            self.expect(":")
            self.path.append(key)
            self.next()
            self.value()
            self.path.pop()
            self.separator("}", "a key")

    def key(self, seen: dict[str, int]) -> str:
        """Return the current token as a key; `seen` holds where each key of the object began."""
        if self.kind != "string":
            self.broken("a key is expected here, in double quotes", self.start)
        start, key = self.start, self.string()
        if key in seen:
            self.path.append(key)
            self.report(f"duplicate key {quoted(key)}", start, seen[key])
            self.path.pop()
        elif len(seen) == MAX_KEYS:
            raise self.stop(exceeded("a mapping has too many keys", "MAX_KEYS", MAX_KEYS), start)
        seen.setdefault(key, start)
        return key

    def array(self) -> None:
        index = 0
        self.next()
        while self.lexeme != "]":
            self.path.append(str(index))
            self.value()
            self.path.pop()
            self.separator("]", "a value")
            index += 1

    def expect(self, token: str) -> None:
        self.next()
        if self.lexeme != token:
            self.broken(f"'{token}' is expected here", self.start)

    def separator(self, closer: str, member: str) -> None:
        """Read "," and the token behind it, or the closing bracket."""
        self.next()
        if self.lexeme == closer:
            return
        if self.lexeme != ",":
            self.broken(f"',' or '{closer}' is expected here", self.start)
        comma = self.start
        self.next()
        if self.lexeme == closer:
            self.broken(f"a trailing comma, {member} is expected after it", comma)


def _why(text: str, at: int) -> str:
    """Return why no token starts at an offset."""
    if at == len(text):
        return "the text ends too early"
    if text[at] in "#/":
        return "JSON has no comments"
    if text[at] == "'":
        return "strings need double quotes"
    match = _STRING_START.match(text, at)
    if match is None:
        return "an unexpected character"
    if match.end() == len(text):
        return "a string is not closed"
    escaped = text[match.end()] == "\\"
    return "an invalid escape in a string" if escaped else "a control character in a string"
