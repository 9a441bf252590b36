"""Where what a rule of a plain package says lies: where it says itself, else in its document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from samakia_policy.evaluation.plain.hits import Hit
from samakia_policy.evaluation.plain.pointers import Pointers, Sayings
from samakia_policy.model.decision import Location
from samakia_policy.model.values import tokens
from samakia_policy.sources.named import NamedDocument, NamedFile
from samakia_policy.sources.positions import positions

Part = tuple[NamedFile, NamedDocument]


class Places:
    """The places of one input: of one document, or of several that were combined below `/n/contents`."""

    def __init__(self, name: str, value: Any, parts: Sequence[Part], *, combined: bool) -> None:
        self._name = name
        self._parts = parts
        self._combined = combined
        self._pointers = Pointers(value)

    def locate(self, sayings: Sayings, hits: Sequence[Hit]) -> list[Location]:
        """Return the place of each hit; every document is walked over once."""
        pointers = [self._pointers.find(sayings, hit.message) for hit in hits]
        found = self._find({pointer for pointer, hit in zip(pointers, hits, strict=True) if not _stated(hit)})
        return [
            Location(hit.file or self._name, hit.line or None) if _stated(hit) else found[pointer]
            for pointer, hit in zip(pointers, hits, strict=True)
        ]

    def _find(self, pointers: Iterable[str]) -> dict[str, Location]:
        inside: dict[int, dict[str, str]] = {}
        found = {}
        for pointer in pointers:
            number, rest = self._part(pointer)
            if number < 0:
                found[pointer] = Location(self._name)
            else:
                inside.setdefault(number, {})[pointer] = rest
        for number, wanted in inside.items():
            places = _places(*self._parts[number], set(wanted.values()))
            found |= {pointer: places[rest] for pointer, rest in wanted.items()}
        return found

    def _part(self, pointer: str) -> tuple[int, str]:
        """Return which document a pointer leads into, and where there; -1 for none."""
        if not self._combined:
            return 0, pointer
        first, *rest = [*tokens(pointer), ""]
        if not first:
            return -1, ""
        return int(first), pointer.removeprefix(f"/{first}").removeprefix("/contents") if rest else ""


def _stated(hit: Hit) -> bool:
    return bool(hit.file or hit.line)


def _places(file: NamedFile, document: NamedDocument, pointers: Iterable[str]) -> dict[str, Location]:
    text, before = file.text, 0
    if file.syntax == "yaml":
        before = text.count("\n", 0, document.begin)
        text = text[document.begin : document.end]
    inside = {pointer: document.pointer + pointer for pointer in pointers}
    found = positions(text, file.syntax, inside.values(), document.nth)
    return {
        pointer: Location(file.name, found[at][0] + before, found[at][1], at)
        for pointer, at in inside.items()
    }
