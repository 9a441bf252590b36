"""Strict JSON: a fast reader for good texts, places of values, faults found by `json_scan`."""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import Any

from samakia_policy.model.document import Fault, Parsed
from samakia_policy.model.values import Number, tokens
from samakia_policy.sources.json_scan import Findings, scan_json
from samakia_policy.sources.limits import MAX_DEPTH, MAX_KEYS, MAX_MEMBERS
from samakia_policy.sources.numbers_text import NumberError, decimal, integer
from samakia_policy.sources.places import line_column, unencodable

_SPACE = re.compile(r"[ \t\n\r]*+")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SKIP = JSONDecoder()


def parse_json(text: str) -> Parsed:
    """Parse strict JSON; a duplicate key keeps its first value, any other fault leaves no data."""
    return read_json(text)[0]


def read_json(text: str) -> tuple[Parsed, bool]:
    """Like `parse_json`; the second value tells whether the text is not JSON at all."""
    stray = unencodable(text)
    if stray >= 0:
        fault = Fault("the text holds a lone surrogate", *line_column(text, stray))
        return Parsed(None, [fault], "json"), False
    data, good = _Reader().read(text)
    if good and data is not None and not _SURROGATE_ESCAPE.search(text) and _within_limits(data):
        return Parsed(data, [], "json"), False
    found = scan_json(text)
    if data is None and not found.faults:
        message = "the document is null" if good else "the text is not JSON"
        found = Findings([Fault(message, *line_column(text, 0))], broken=not good, trusted=False)
    return Parsed(data if found.trusted else None, found.faults, "json"), found.broken


class _Reader:
    """Decodes one text with the C scanner; `good` turns false at the first oddity."""

    def __init__(self) -> None:
        self.good = True

    def read(self, text: str) -> tuple[Any, bool]:
        decoder = JSONDecoder(
            object_pairs_hook=self.pairs,
            parse_float=self.decimal,
            parse_int=self.integer,
            parse_constant=self.constant,
        )
        try:
            return decoder.decode(text), self.good
        except (ValueError, RecursionError):
            return None, False

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) == len(pairs) <= MAX_KEYS:
            return mapping
        self.good = False
        first: dict[str, Any] = {}
        for key, value in pairs:
            first.setdefault(key, value)
        return first

    def integer(self, text: str) -> int | None:
        try:
            return integer(text)
        except NumberError:
            self.good = False
        return None

    def decimal(self, text: str) -> Number | None:
        try:
            return decimal(text)
        except NumberError:
            self.good = False
        return None

    def constant(self, _name: str) -> None:
        self.good = False


def _within_limits(data: Any) -> bool:
    """Tell whether data keeps MAX_DEPTH and MAX_MEMBERS, level by level."""
    level = [data] if isinstance(data, (dict, list)) else []
    depth, members = 0, 1
    while level and depth <= MAX_DEPTH and members <= MAX_MEMBERS:
        depth += 1
        members += sum(map(len, level))
        children = (node.values() if isinstance(node, dict) else node for node in level)
        level = [child for group in children for child in group if type(child) in (dict, list)]
    return depth <= MAX_DEPTH and members <= MAX_MEMBERS


def locate_json(text: str, pointer: str) -> tuple[int, int]:
    """Return the line and column (1-based) of the value at a pointer, or of its nearest parent."""
    at = _space(text, 0)
    for token in tokens(pointer):
        try:
            found = _child(text, at, token)
        except (ValueError, RecursionError):
            break
        if found is None:
            break
        at = found
    return line_column(text, at)


def _child(text: str, at: int, token: str) -> int | None:
    """Return the offset of a child of the container at an offset; ValueError when it is broken."""
    opener = text[at : at + 1]
    if opener == "{":
        return _member(text, _space(text, at + 1), token)
    if opener == "[" and token.isdecimal():
        return _item(text, _space(text, at + 1), int(token))
    return None


def _member(text: str, at: int, token: str) -> int | None:
    while text.startswith('"', at):
        key, end = _SKIP.raw_decode(text, at)
        at = _space(text, _space(text, end) + 1)
        if key == token:
            return at
        at = _next(text, at)
    return None


def _item(text: str, at: int, index: int) -> int | None:
    while text[at : at + 1] not in ("", "]"):
        if index == 0:
            return at
        index -= 1
        at = _next(text, at)
    return None


def _next(text: str, at: int) -> int:
    """Return the offset of the member behind the value at an offset, or of the closing bracket."""
    _, end = _SKIP.raw_decode(text, at)
    end = _space(text, end)
    return _space(text, end + 1) if text.startswith(",", end) else end


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
