"""Tokens: kinds, texts and offsets in parallel lists, found by one regular expression."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from samakia_policy.rego.errors import PARSE, Fault, RegoError
from samakia_policy.rego.syntax.nodes import Comment, Location

END, IDENT, NUMBER, STRING, RAW, PART, LAST = "eof", "ident", "number", "string", "raw", "part", "last"

KEYWORDS = frozenset(("package", "import", "as", "default", "else", "not", "some", "with", "null", "true", "false"))

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<comment>\#[^\n]*)
      | (?P<ident>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<raw>`[^`]*`)
      | (?P<template>\$["`])
      | (?P<op>:=|==|!=|<=|>=|[-+*/%&|=<>{}()\[\].,:;])""",
    re.VERBOSE,
)
_PLAIN = re.compile(r'(?:[^"\\{\n]|\\.)*')
_RAW = re.compile(r"(?:[^`\\{]|\\(?!\{)|\\\{)*")


@dataclass(slots=True)
class Tokens:
    """The tokens of one text. `line_before[n]`: a line ends somewhere before token n."""

    file: str
    text: str
    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    line_before: list[bool] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def place(self, start: int, end: int) -> Location:
        """Return the place of a stretch of the text."""
        row = bisect_right(self.lines, start)
        return Location(self.file, row, start - self.lines[row - 1] + 1, start, source=self.text, end=end)

    def fail(self, message: str, start: int, end: int | None = None, hint: str = "") -> RegoError:
        """Return the error for something wrong at an offset."""
        place = self.place(start, start + 1 if end is None else end)
        return RegoError([Fault(PARSE, message, place, hint)])


def tokenize(file: str, text: str) -> Tokens:
    """Return the tokens of a text; raises RegoError."""
    made = Tokens(file, text)
    made.lines = [0, *[found.end() for found in re.finditer("\n", text)]]
    _Lexer(made).run()
    return made


class _Lexer:
    """Walks over the text; `open` holds, for each template string we are inside, its quote and brace depth."""

    def __init__(self, made: Tokens) -> None:
        self.made = made
        self.open: list[tuple[str, int]] = []
        self.newline = False

    def run(self) -> None:
        text, position, depth = self.made.text, 0, 0
        match = _TOKEN.match
        while position < len(text):
            found = match(text, position)
            if found is None:
                raise self._bad(position)
            kind = str(found.lastgroup)
            end = found.end()
            if kind == "space":
                self.newline = self.newline or "\n" in found.group()
            elif kind == "comment":
                self._comment(position, end)
            elif kind == "template":
                self.open.append((text[position + 1], depth))
                depth = 0
                end = self._part(position, end)
                depth = self._closed(depth)
            else:
                if kind == "op":
                    kind = found.group()
                    depth += (kind == "{") - (kind == "}")
                if kind == "}" and depth < 0 and self.open:
                    self._add("}", position, end)
                    end = self._part(position, end)
                    depth = self._closed(0)
                else:
                    self._add(kind, position, end)
            position = end
        if self.open:
            raise self.made.fail("illegal token: non-terminated template string", len(text))
        self._add(END, len(text), len(text))

    def _closed(self, depth: int) -> int:
        """Return the brace depth to go on with: the outer one when the template string has ended."""
        if self.made.kinds[-1] == LAST:
            return self.open.pop()[1]
        return depth

    def _part(self, start: int, position: int) -> int:
        """Read a template string's text up to the next `{` or its end."""
        text = self.made.text
        quote = self.open[-1][0]
        found = (_PLAIN if quote == '"' else _RAW).match(text, position)
        end = found.end() if found else position
        last = text[end : end + 1]
        if last not in (quote, "{"):
            raise self.made.fail("non-terminated string", start)
        self._add(LAST if last == quote else PART, start, end + 1, text[position:end])
        return end + 1

    def _comment(self, start: int, end: int) -> None:
        place = self.made.place(start, end)
        self.made.comments.append(Comment(self.made.text[start + 1 : end], location=place))

    def _add(self, kind: str, start: int, end: int, text: str | None = None) -> None:
        made = self.made
        word = made.text[start:end] if text is None else text
        made.kinds.append(word if kind == IDENT and word in KEYWORDS else kind)
        made.texts.append(word)
        made.starts.append(start)
        made.ends.append(end)
        made.line_before.append(self.newline)
        self.newline = False

    def _bad(self, position: int) -> RegoError:
        character = self.made.text[position]
        if character in '"`':
            return self.made.fail("non-terminated string", position)
        return self.made.fail("illegal token", position)
