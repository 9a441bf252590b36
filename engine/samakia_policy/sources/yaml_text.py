"""YAML 1.2 core schema for contracts, YAML as workflows use it, and the places of values."""

from __future__ import annotations

import re
from contextlib import suppress

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from samakia_policy.model.document import Fault, Parsed
from samakia_policy.model.values import tokens
from samakia_policy.sources.places import line_column
from samakia_policy.sources.yaml_build import Builder
from samakia_policy.sources.yaml_events import SyntaxFault, events, place

# Line ends in YAML 1.1, plain characters in 1.2: readers would not agree on the data.
_OLD_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_INDEX_DIGITS = 9


def parse_yaml(text: str) -> Parsed:
    """Parse a contract; a duplicate key keeps its first value, any other fault leaves no data."""
    return read_yaml(text)[0]


def read_yaml(text: str) -> tuple[Parsed, bool]:
    """Like `parse_yaml`; the second value tells whether the text is not YAML at all."""
    old = _OLD_LINE_ENDS.search(text)
    if old:
        message = f"the character U+{ord(old.group()):04X} ends lines in some YAML readers only"
        return Parsed(None, [Fault(message, *line_column(text, old.start()))]), True
    return _built(Builder(text, strict=True))


def parse_lenient_yaml(text: str) -> Parsed:
    """Parse what tools accept: keys stay text, foreign tags are unknown, no limit on aliases."""
    return _built(Builder(text, strict=False))[0]


def _built(builder: Builder) -> tuple[Parsed, bool]:
    data = builder.run()
    return Parsed(data, builder.faults), builder.broken


def locate_yaml(text: str, pointer: str) -> tuple[int, int]:
    """Return the line and column (1-based) of the value at a pointer, or of its nearest parent."""
    nodes = Nodes(text)
    at = nodes.root
    for token in tokens(pointer):
        child = nodes.child(at, token)
        if child is None:
            break
        at = child
    return nodes.place(at)


class Nodes:
    """The events of one document of a text, the first or number `nth`, as far as they can be read."""

    def __init__(self, text: str, nth: int = 0) -> None:
        self.text = text
        self.nth = nth
        self.events: list[Event] = []
        self.targets: dict[int, int] = {}
        with suppress(SyntaxFault):
            self.read()

    def read(self) -> None:
        anchors: dict[str | None, int] = {}
        ended = 0
        for event in events(self.text):
            ended += isinstance(event, DocumentEndEvent)
            if ended > self.nth:
                break
            if ended < self.nth:
                continue
            if isinstance(event, AliasEvent):
                self.targets[len(self.events)] = anchors.get(event.anchor, len(self.events))
            elif isinstance(event, NodeEvent):
                anchors[event.anchor] = len(self.events)
            self.events.append(event)

    @property
    def root(self) -> int:
        """The index of the first node, or the number of events when there is none."""
        starts = (i for i, event in enumerate(self.events) if isinstance(event, NodeEvent))
        return next(starts, len(self.events))

    def place(self, at: int) -> tuple[int, int]:
        return place(self.text, self.events[at]) if at < len(self.events) else (1, 1)

    def child(self, at: int, token: str) -> int | None:
        """Return the index of a node's child; aliases lead to what they stand for."""
        at = self.followed(at)
        event = self.events[at] if at < len(self.events) else None
        if isinstance(event, MappingStartEvent):
            return self.member(at + 1, token)
        if isinstance(event, SequenceStartEvent) and token.isdecimal() and len(token) <= _INDEX_DIGITS:
            return self.item(at + 1, int(token))
        return None

    def member(self, at: int, key: str) -> int | None:
        while self.is_node(at):
            value = self.after(at)
            named = self.events[self.followed(at)]
            if isinstance(named, ScalarEvent) and named.value == key:
                return value if self.is_node(value) else None
            at = self.after(value)
        return None

    def item(self, at: int, index: int) -> int | None:
        while index and self.is_node(at):
            at = self.after(at)
            index -= 1
        return at if self.is_node(at) else None

    def is_node(self, at: int) -> bool:
        return at < len(self.events) and isinstance(self.events[at], NodeEvent)

    def after(self, at: int) -> int:
        """Return the index behind the node at an index."""
        depth = 0
        while at < len(self.events):
            event = self.events[at]
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            at += 1
            if depth <= 0:
                break
        return at

    def followed(self, at: int) -> int:
        """Return the index of the node that an alias stands for, of any other node its own."""
        return self.targets.get(at, at)
