"""What is wrong with a token that is not well formed, and how far it goes."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.tokens import Tokens

_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]*)?([A-Za-z_][A-Za-z_\d]*)?")
_SIGNS = {
    "!": "illegal ! character",
    "$": "illegal $ character",
    "\xa0": "illegal non-breaking space character, use a regular space instead",
}
_SHOWN = 100
"""How many errors of one token are told."""
_IDENTIFIER = "identifier"
_BAD = {"\0": "illegal null character", "\ufeff": "illegal byte-order mark"}


class Malformed(NamedTuple):
    """Where the token ends and its errors; without any, it is a token of this kind after all."""

    end: int
    errors: tuple[str, ...]
    kind: str = ""


def malformed(text: str, start: int, *, template: bool = False, raw: bool = False) -> Malformed:
    """Look closely at the token that starts here; for a template string at the quote or brace before it."""
    char = text[start]
    if template:
        return Malformed(len(text), ("non-terminated string",)) if raw else _quoted(text, start, "{")
    if char == '"':
        return _quoted(text, start, "")
    if char == "`":
        return Malformed(len(text), ("non-terminated string",))
    if char.isdecimal() and char.isascii():
        return _number(text, start)
    return Malformed(start + 1, (_SIGNS[char],) if char in _SIGNS else ())


def _number(text: str, start: int) -> Malformed:
    found = _NUMBER.match(text, start)
    assert found
    errors = []
    if found[1] == ".":
        errors.append("expected fraction")
    if found[2] and not found[2][-1].isdigit():
        errors.append("expected exponent")
    if found[3]:
        errors.append("illegal number format")
    return Malformed(found.end(), tuple(errors), "number")


def _quoted(text: str, start: int, also: str) -> Malformed:
    errors = []
    at, size = start + 1, len(text)
    while True:
        if at >= size or text[at] == "\n":
            errors.append("non-terminated string")
            break
        char = text[at]
        at += 1
        if char == '"' or (also and char == also):
            break
        if char == "\\":
            after = text[at : at + 1]
            if after and after in '\\"/bfnrt' + also:
                at += 1
            elif after == "u":
                at += 5
            elif len(errors) < _SHOWN:
                errors.append("illegal escape sequence")
    return Malformed(min(at, size), tuple(errors), "string")


def blur(tokens: Tokens) -> None:
    """Spoil tokens that a character beyond ASCII follows at once: OPA takes its first byte with them."""
    text, kinds = tokens.text, tokens.kinds
    for index, end in enumerate(tokens.ends[:-1]):
        first = tokens.texts[index][:1]
        if text[end : end + 1] <= "\x7f" or kinds[index] == "illegal":
            continue
        if first.isalnum() or first in ("_", '"'):
            tokens.texts[index] += "\ufffd"
            if first.isalpha() or first == "_":
                kinds[index] = _IDENTIFIER


def spread_bad_characters(tokens: Tokens, bad: list[int]) -> None:
    """Make illegal the tokens before or around characters that no text may hold.

    A scanner that reads one character ahead sees them while it is still in the token before.
    """
    for offset in bad:
        message = _BAD.get(tokens.text[offset], "illegal utf-8 character")
        index = _owner(tokens, max(offset - 1, 0))
        tokens.kinds[index] = "illegal"
        tokens.errors[index] = (*tokens.errors.get(index, ()), message)


def _owner(tokens: Tokens, before: int) -> int:
    """Return the token a character belongs to; comments and spaces become tokens for it."""
    index = bisect_right(tokens.starts, before) - 1
    if index >= 0 and before < tokens.ends[index]:
        return index
    start, end = before, before + 1
    comment = bisect_right(tokens.comments, (before, len(tokens.text))) - 1
    if comment >= 0 and before < tokens.comments[comment][1]:
        start, end = tokens.comments[comment]
    tokens.insert(index + 1, "illegal", start, end)
    return index + 1
