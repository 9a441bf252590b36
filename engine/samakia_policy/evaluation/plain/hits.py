"""What a rule of a plain package gives, read as Conftest reads it, but nothing is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 100
"""Mappings and lists inside one another in what a rule gives."""
_KINDS = {bool: "a boolean", str: "a string", int: "a number", dict: "an object", list: "an array"}
Clean = Callable[[str], str]
"""Takes out of a text what nobody may see."""


@dataclass(slots=True)
class Hit:
    """One message; `file` and `line` are where the rule says that it is about, "" and 0 where it does not."""

    message: str
    file: str = ""
    line: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)


def read_hits(value: Any, clean: Clean) -> tuple[list[Hit], list[str]]:
    """Return the messages of a rule, and what else it gives, which is no pass: Conftest would not tell.

    Undefined, false, null, "" and what is empty are no message.
    """
    if not isinstance(value, list):
        return [], [f"is {_kind(value)}, which is no set of messages"] if value else []
    hits: list[Hit] = []
    others: set[str] = set()
    for item in value:
        read = _hit(item, clean)
        if isinstance(read, Hit):
            hits.append(read)
        else:
            others.add(read)
    return hits, sorted(others)


def _hit(item: Any, clean: Clean) -> Hit | str:
    if isinstance(item, str):
        return Hit(_text(item, clean)) if item else "gives an empty message"
    if not isinstance(item, dict):
        return f"gives {_kind(item)} as a message"
    if not isinstance(item.get("msg"), str):
        return "gives an object whose msg is no string"
    if not item["msg"]:
        return "gives an empty message"
    if _depth(item) > MAX_DEPTH:
        return f"gives an object that is nested too deeply (limit MAX_DEPTH = {MAX_DEPTH})"
    place = item.get("_loc")
    file, line = _place(place) if isinstance(place, dict) else ("", 0)
    metadata = {name: below for name, below in item.items() if name not in {"msg", "_loc"}}
    return Hit(_text(item["msg"], clean), _text(file, clean), line, _clean(metadata, clean))


def _place(place: Mapping[str, Any]) -> tuple[str, int]:
    file, line = place.get("file"), place.get("line")
    whole = isinstance(line, int) and not isinstance(line, bool) and line > 0
    return file if isinstance(file, str) else "", line if whole and line is not None else 0


def names_in(value: Any) -> set[str]:
    """Return the names in what a rule `exception` gives: the members of its members, as Conftest asks."""
    return {name for member in _members(value) for name in _members(member) if isinstance(name, str)}


def _members(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _clean(value: Any, clean: Clean) -> Any:
    if isinstance(value, str):
        return _text(value, clean)
    if isinstance(value, dict):
        return {_text(name, clean): _clean(below, clean) for name, below in value.items()}
    return [_clean(below, clean) for below in value] if isinstance(value, list) else value


def _text(text: str, clean: Clean) -> str:
    """Return a text that can be written; half characters, which JSON may hold, cannot."""
    return clean(text if text.isascii() else text.encode("utf-8", "replace").decode())


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [below for node in level for below in _members(node) if isinstance(below, dict | list)]
    return depth


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), "a number")
