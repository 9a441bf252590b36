"""Which value of a document a message is about, told from the rules that may have said it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from samakia_policy.model.values import escape

Step = str | int
Place = tuple[Step, ...]
Saying = tuple[str | None, Sequence[Sequence[Sequence[str]]], Sequence[Sequence[str]]]
"""A rule's format, the paths that each value may be at, and those that it tests (rego.reads.said)."""
Sayings = Sequence[Saying]
_ANY = "*"
_VERB = re.compile(r"%(?:%|[-+# 0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z])")
MOST_VALUES = 100_000
"""Values of a document that are compared with a message's."""


class Pointers:
    """One document: tells where messages lie in it. What was looked up is kept."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._kept: dict[tuple[str, ...], dict[str, list[Place]]] = {}

    def find(self, sayings: Sayings, message: str) -> str:
        """Return a pointer; "" for the whole document where nothing better is known."""
        fitting = [(saying, said) for saying in sayings if (said := _said(saying[0], message)) is not None]
        constant = [found for found in fitting if found[0][0] is not None]
        return _pointer(_common([self._place(saying, said) for saying, said in constant or fitting]))

    def _place(self, saying: Saying, said: Sequence[str]) -> Place:
        _, values, tested = saying
        known = [place for place in map(self._only, values, said) if place is not None]
        found = [
            self._bound(tuple(path), known) for path in tested or [path for each in values for path in each]
        ]
        best = max((exact for _, exact in found), default=0)
        if not best and (elements := [_element(place) for place in known if _element(place)]):
            return elements[0]
        return _common([place for place, exact in found if exact == best])

    def _only(self, paths: Sequence[Sequence[str]], text: str) -> Place | None:
        """Return the place of a value that is at one of some paths, where it is there once."""
        found = [place for path in paths for place in self._places(path).get(text, ())]
        return found[0] if len(found) == 1 else None

    def _bound(self, path: tuple[str, ...], known: Sequence[Place]) -> tuple[Place, int]:
        """Return a path with the open steps of places that are known, and how many those were.

        It ends before the first step that stays open.
        """
        made: Place = ()
        here, exact = self._document, 0
        for position, step in enumerate(path):
            name: Step = step
            if step == _ANY:
                beside = {
                    place[position] for place in known if place[:position] == made and len(place) > position
                }
                exact += len(beside) == 1
                names = list(beside or _names(here))
                if len(names) != 1:
                    return made, exact
                name = names[0]
            made = (*made, name)
            here = _below(here, name)
        return made, exact

    def _places(self, path: Sequence[str]) -> dict[str, list[Place]]:
        """Return the places of values at a path, by their text."""
        key = tuple(path)
        if key not in self._kept:
            found: dict[str, list[Place]] = {}
            for count, (place, value) in enumerate(_reach(self._document, key)):
                if count >= MOST_VALUES:
                    break
                found.setdefault(_text(value), []).append(place)
            self._kept[key] = found
        return self._kept[key]


def _common(places: Sequence[Place]) -> Place:
    """Return what places have in common."""
    shortest = min(places, key=len, default=())
    same = next((n for n, step in enumerate(shortest) if any(place[n] != step for place in places)), None)
    return shortest if same is None else shortest[:same]


def _element(place: Place) -> Place:
    """Return the element of a list that a place is in, () where it is in none."""
    last = max((position for position, step in enumerate(place) if isinstance(step, int)), default=-1)
    return place[: last + 1]


def _pointer(place: Place) -> str:
    return "".join(f"/{escape(str(step))}" for step in place)


def _reach(value: Any, path: tuple[str, ...], above: Place = ()) -> Iterator[tuple[Place, Any]]:
    if not path:
        yield above, value
        return
    for name in _names(value) if path[0] == _ANY else [path[0]]:
        below = _below(value, name)
        if below is not _MISSING:
            yield from _reach(below, path[1:], (*above, name))


_MISSING: Any = object()


def _names(value: Any) -> Sequence[Step]:
    if isinstance(value, dict):
        return list(value)
    return range(len(value)) if isinstance(value, list) else ()


def _below(value: Any, name: Step) -> Any:
    if isinstance(value, dict):
        return value.get(name, _MISSING)
    if isinstance(value, list) and isinstance(name, int) and name < len(value):
        return value[name]
    return _MISSING


def _text(value: Any) -> str:
    """Return a value as a message shows it; of what is no scalar only that it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""


def _said(format: str | None, message: str) -> Sequence[str] | None:
    """Return the values in a message of a format, None where it is of another."""
    if format is None:
        return ()
    match = _pattern(format).fullmatch(message)
    return match.groups() if match else None


@lru_cache(maxsize=4096)
def _pattern(format: str) -> Any:
    import re2

    made, at = [], 0
    for verb in _VERB.finditer(format):
        made += [re2.escape(format[at : verb.start()]), "%" if verb[0] == "%%" else "(.*?)"]
        at = verb.end()
    return re2.compile("(?s)" + "".join([*made, re2.escape(format[at:])]))
