"""Facts that remember what a Python rule read of them, for those who ask why it said what it said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

Path = tuple[Any, ...]
MOST_READS = 1_000_000
"""How many attributes are remembered; of a longer run, the rest is left out."""
_ABSENT = {"undefined": True}
_FACT = 2


class Reading:
    """What was read, and the lines that ran while a fact was the last one handed out."""

    def __init__(self) -> None:
        self.reads: dict[Path, Any] = {}
        self.lines: dict[Path, set[int]] = {}
        self.current: Path = ()

    def facts(self, kinds: dict[str, Any]) -> dict[str, Any]:
        """Return facts, by kind and id, that are remembered when they are read."""
        return {kind: recorded(facts, self, (kind,)) for kind, facts in kinds.items()}

    def note(self, path: Path, value: Any) -> Any:
        """Remember that a path was read, kind and id first; returns the value."""
        if len(path) >= _FACT:
            self.current = path[:_FACT]
        if len(path) > _FACT and len(self.reads) < MOST_READS:
            self.reads.setdefault(path, value)
        return value

    def line(self, number: int) -> None:
        """Remember that a line ran."""
        self.lines.setdefault(self.current, set()).add(number)

    def told(self, names: list[str], fact: Path, hits: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Return what is told of a subject: what was read of its facts, and the lines that ran with them.

        Its facts are `fact`, those that a hit about it names, and those with a value that names it.
        """
        named = {str(hit["fact"]) for hit in hits if hit.get("subject") in names and hit.get("fact")}
        about = {fact, *[path[:_FACT] for path, value in self.reads.items() if value in names]}
        about |= {path[:_FACT] for path in self.reads if f"{path[0]}:{path[1]}" in named}
        lines = {line for one in about for line in self.lines.get(one, ())}
        reads = [
            {"kind": path[0], "id": path[1], "path": list(path[_FACT:]), "value": _told(value)}
            for path, value in sorted(self.reads.items(), key=lambda read: str(read[0]))
            if path[:_FACT] in about and not _holder(path, self.reads)
        ]
        return {"lines": sorted(lines), "reads": reads}


def _holder(path: Path, others: Iterable[Path]) -> bool:
    """Whether something inside was read, too."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in others)


class _Object(dict[Any, Any]):
    """An object whose members are noted when they are read."""

    def __init__(self, members: dict[Any, Any], reading: Reading, path: Path) -> None:
        super().__init__({name: recorded(value, reading, (*path, name)) for name, value in members.items()})
        self._reading, self._path = reading, path

    def __getitem__(self, name: Any) -> Any:
        if name not in self.keys():
            self._reading.note((*self._path, name), None)
        return self._reading.note((*self._path, name), super().__getitem__(name))

    def __contains__(self, name: object) -> bool:
        found = name in self.keys()
        self._reading.note((*self._path, name), super().get(name))
        return found

    def get(self, name: Any, default: Any = None) -> Any:
        self._reading.note((*self._path, name), super().get(name))
        return super().get(name, default)

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        return [self[name] for name in self]


class _List(list[Any]):
    """A list whose items are noted when they are read."""

    def __init__(self, items: list[Any], reading: Reading, path: Path) -> None:
        super().__init__(recorded(item, reading, (*path, place)) for place, item in enumerate(items))
        self._reading, self._path = reading, path

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return self._reading.note((*self._path, place), found) if isinstance(place, int) else found

    def __iter__(self) -> Any:
        return (self[place] for place in range(len(self)))


def recorded(value: Any, reading: Reading, path: Path) -> Any:
    """Return a value that notes what is read of it."""
    if isinstance(value, dict):
        return _Object(value, reading, path)
    return _List(value, reading, path) if isinstance(value, list) else value


def _told(value: Any) -> Any:
    plain = _plain(value)
    return dict(_ABSENT) if plain is None else {"value": plain}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if "$redacted" in dict.keys(value):
            return "<redacted>"
        if "$unknown" in dict.keys(value):
            return "<unknown>"
        return {str(name): _plain(item) for name, item in dict.items(value)}
    if isinstance(value, list):
        return [_plain(item) for item in list.__iter__(value)]
    return str(value) if isinstance(value, Decimal) else value
