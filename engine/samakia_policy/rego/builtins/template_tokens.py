"""Cutting a text template into text and the tokens of its actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted

_SPACE = " \t\r\n"
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<raw>`[^`]*`)|(?P<char>'(?:\\.|[^'\\\n])*')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)
    (?:[eE][+-]?[0-9_]+)?))|(?P<declare>:=)|(?P<assign>=)|(?P<pipe>\|)|(?P<open>\()|(?P<close>\))
    |(?P<variable>\$\w*)|(?P<field>\.\w+)|(?P<dot>\.)|(?P<word>\w+)|(?P<mark>[!\#-&*+,\-/;-@\[-_{-~])""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(
    ["block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"]
)
_SEPARATED = frozenset(("field", "variable", "word", "number"))


@dataclass(slots=True, frozen=True)
class Token:
    """A piece of a template: its kind, its text and where it begins."""

    kind: str
    text: str
    place: int


def fault(text: str, place: int, message: str) -> BuiltinFault:
    """Return the fault of a template that cannot be read, at the line of a place."""
    line = text.count("\n", 0, place) + 1
    return BuiltinFault(f"template: template:{line}: {message}")


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens of a template; raises BuiltinFault."""
    place = 0
    while (start := text.find("{{", place)) >= 0:
        inside = start + 2
        trims = text[inside : inside + 1] == "-" and text[inside + 1 : inside + 2] in _SPACE
        trims = trims and inside + 1 < len(text)
        before = text[place:start].rstrip(_SPACE) if trims else text[place:start]
        if before:
            yield Token("text", before, place)
        inside += trims * 2
        if text.startswith("/*", inside):
            place = _comment(text, inside)
            continue
        yield Token("left", "{{", start)
        for token in _action(text, inside):
            yield token
            place = token.place + len(token.text)
        place = _trimmed(text, place) if text[place - 3 : place - 2] == "-" and token.text != "}}" else place
    if place < len(text):
        yield Token("text", text[place:], place)
    yield Token("end of file", "", len(text))


def _comment(text: str, place: int) -> int:
    close = text.find("*/", place)
    if close < 0:
        raise fault(text, place, "unclosed comment")
    close += 2
    if text.startswith("}}", close):
        return close + 2
    if text[close : close + 1] in _SPACE and text.startswith("-}}", close + 1):
        return _trimmed(text, close + 4)
    raise fault(text, place, "comment ends before closing delimiter")


def _trimmed(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _action(text: str, place: int) -> Iterator[Token]:
    """Return the tokens up to and with the closing delimiter."""
    depth = 0
    while True:
        if text.startswith("}}", place) or (
            text[place : place + 1] in _SPACE and text.startswith("-}}", place + 1)
        ):
            if depth:
                raise fault(text, place, "unclosed left paren")
            yield Token("right", "}}" if text[place] == "}" else text[place : place + 4], place)
            return
        match = _TOKEN.match(text, place)
        if match is None or not match[0]:
            raise fault(text, place, _complaint(text, place))
        kind, found = str(match.lastgroup), match[0]
        if kind == "space" and text.startswith("-}}", match.end()) and len(found) > 1:
            found = found[:-1]
        depth += {"open": 1, "close": -1}.get(kind, 0)
        if depth < 0:
            raise fault(text, place, "unexpected right paren")
        place += len(found)
        if kind in _SEPARATED:
            _check_end(text, place, kind, found)
        yield Token(_word(found) if kind == "word" else kind, found, place - len(found))


def _word(text: str) -> str:
    return text if text in _KEYWORDS else "bool" if text in ("true", "false") else "function"


def _check_end(text: str, place: int, kind: str, found: str) -> None:
    after = text[place : place + 1]
    if kind == "number":
        if after.isalnum() or after == "_":
            raise fault(text, place, f"bad number syntax: {quoted(found + after)}")
        return
    if after and after not in " \t\r\n.,|:()=" and not text.startswith("}}", place):
        raise fault(text, place, f"bad character U+{ord(after):04X} '{after}'")


def _complaint(text: str, place: int) -> str:
    char = text[place : place + 1]
    if not char:
        return "unclosed action"
    names = {'"': "unterminated quoted string", "`": "unterminated raw quoted string"}
    names |= {"'": "unterminated character constant", ":": "expected :="}
    return names.get(char, f"unrecognized character in action: U+{ord(char):04X} '{char}'")
