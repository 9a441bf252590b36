"""YAML of any number of documents, as Conftest splits and reads it, but none of them is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
)

from samakia_policy.errors import InputError
from samakia_policy.rego.values.yaml_text import load_all
from samakia_policy.sources.limits import MAX_DEPTH, MAX_NAMED_VALUES, exceeded
from samakia_policy.sources.yaml_events import SyntaxFault, events, place

Read = tuple[Any, int, int, int]
"""A value, begin and end of its text, and its number in it."""


def read_yaml(path: str, text: str) -> Iterator[Read]:
    """Yield the documents of a text, null where one is empty; raises InputError with line and column."""
    for begin, end in _parts(text):
        part = text[begin:end]
        try:
            check_size(part)
            values = load_all(part, old_booleans=True)
        except SyntaxFault as fault:
            line = fault.place[0] + text.count("\n", 0, begin)
            raise InputError(f"not YAML: {fault.message}", where=f"{path}:{line}:{fault.place[1]}") from None
        except ValueError as error:
            line = text.count("\n", 0, begin) + 1
            raise InputError(f"not read, {error}", where=f"{path}, in the part from line {line}") from None
        for nth, value in enumerate(values or [None]):
            yield value, begin, end, nth


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the parts between lines of three dashes begin and end."""
    newline = "\r\n" if "\r\n" in text else "\n"
    mark = f"{newline}---{newline}"
    begin = 0
    # Directives belong to the document after their dashes.
    while not text.startswith("%") and (found := text.find(mark, begin)) >= 0:
        yield begin, found
        begin = found + len(mark)
    yield begin, len(text)


def check_size(text: str) -> None:
    """Raise SyntaxFault where a text is not YAML, or holds more than the limits allow."""
    _Size(text).measure()


class _Size:
    """Counts what a text holds before anything is built of it; aliases count with all that they stand for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._anchors: dict[str | None, tuple[int, int]] = {}
        self._open: list[tuple[str | None, int, int]] = []

    def measure(self) -> None:
        for event in events(self._text):
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
            elif isinstance(event, CollectionStartEvent):
                self._open.append((event.anchor, 1, 1))
            elif isinstance(event, CollectionEndEvent):
                anchor, values, height = self._open.pop()
                self._add(event, anchor, values, height)
            elif isinstance(event, AliasEvent):
                self._add(event, None, *self._anchors.get(event.anchor, (1, 0)))
            elif isinstance(event, ScalarEvent):
                self._add(event, event.anchor, 1, 0)

    def _add(self, event: Event, anchor: str | None, values: int, height: int) -> None:
        """Add a finished value to what is around it."""
        if anchor is not None:
            self._anchors[anchor] = values, height
        if self._open:
            around, before, highest = self._open[-1]
            self._open[-1] = around, before + values, max(highest, height + 1)
        if len(self._open) + height > MAX_DEPTH:
            self._refuse(event, exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH))
        if values > MAX_NAMED_VALUES or (self._open and self._open[-1][1] > MAX_NAMED_VALUES):
            self._refuse(event, exceeded("too many values", "MAX_NAMED_VALUES", MAX_NAMED_VALUES))

    def _refuse(self, event: Event, message: str) -> None:
        raise SyntaxFault(message, place(self._text, event))
