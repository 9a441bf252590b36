"""Where many values of one document lie, found in one walk over its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress

from yaml.events import MappingStartEvent, ScalarEvent, SequenceStartEvent

from samakia_policy.model.values import tokens
from samakia_policy.sources.yaml_text import Nodes

Place = tuple[int, int]
_SPACE = re.compile(r"[ \t\n\r]*")
_SKIP = json.JSONDecoder(parse_float=len, parse_int=len)


class _Wanted:
    """Values that are looked for: by the name of a member, and the pointers that end here."""

    def __init__(self) -> None:
        self.below: dict[str, _Wanted] = {}
        self.offset = -1

    def add(self, pointer: str) -> list[_Wanted]:
        """Add a pointer; returns the steps that lead there."""
        steps = [self]
        for token in tokens(pointer):
            steps.append(steps[-1].below.setdefault(token, _Wanted()))
        return steps


def positions(text: str, syntax: str, pointers: Iterable[str], nth: int = 0) -> dict[str, Place]:
    """Return line and column (1-based) of each value of a document, or of its nearest parent.

    `nth`: which document of a YAML text.
    """
    root = _Wanted()
    steps = {pointer: root.add(pointer) for pointer in pointers}
    with suppress(ValueError, RecursionError):
        if syntax == "json":
            _in_json(text, _space(text, 0), root)
        else:
            _in_yaml(Nodes(text, nth), root)
    offsets = {pointer: _deepest(way) for pointer, way in steps.items()}
    places = _places(text, set(offsets.values()))
    return {pointer: places[offset] for pointer, offset in offsets.items()}


def _deepest(way: list[_Wanted]) -> int:
    return next((step.offset for step in reversed(way) if step.offset >= 0), 0)


def _places(text: str, offsets: Iterable[int]) -> dict[int, Place]:
    """Return the places of offsets; the text is walked once."""
    found, line, start, seen = {}, 1, 0, 0
    plain = text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text
    for offset in sorted(offsets):
        line += plain.count("\n", seen, offset)
        start = max(start, plain.rfind("\n", seen, offset) + 1)
        seen = offset
        found[offset] = line, offset - start + 1
    return found


def _in_json(text: str, at: int, wanted: _Wanted) -> None:
    """Set the offsets of what is wanted in the value at an offset; raises ValueError where it is broken."""
    wanted.offset = at
    if not wanted.below:
        return
    opener = text[at : at + 1]
    if opener not in {"{", "["}:
        return
    index, at = 0, _space(text, at + 1)
    while text[at : at + 1] not in {"", "}", "]"}:
        name = str(index)
        if opener == "{":
            name, end = _SKIP.raw_decode(text, at)
            at = _space(text, _space(text, end) + 1)
        if name in wanted.below:
            _in_json(text, at, wanted.below[name])
        _, end = _SKIP.raw_decode(text, at)
        at = _space(text, end)
        at = _space(text, at + 1) if text.startswith(",", at) else at
        index += 1


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _in_yaml(nodes: Nodes, root: _Wanted) -> None:
    pending = [(nodes.root, root)]
    while pending:
        at, wanted = pending.pop()
        if at >= len(nodes.events):
            continue
        mark = nodes.events[at].start_mark
        wanted.offset = mark.index if mark else 0
        at = nodes.followed(at)
        event = nodes.events[at]
        if wanted.below and isinstance(event, MappingStartEvent | SequenceStartEvent):
            pending += _children(nodes, at, wanted)


def _children(nodes: Nodes, at: int, wanted: _Wanted) -> Iterable[tuple[int, _Wanted]]:
    mapping = isinstance(nodes.events[at], MappingStartEvent)
    index, at = 0, at + 1
    while nodes.is_node(at):
        name = str(index)
        if mapping:
            named = nodes.events[nodes.followed(at)]
            name = named.value if isinstance(named, ScalarEvent) else ""
            at = nodes.after(at)
        if name in wanted.below:
            yield at, wanted.below[name]
        at = nodes.after(at)
        index += 1
