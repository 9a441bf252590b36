"""What rules may read: the kinds of contracts/facts.json, their attributes and the types of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from samakia_policy.rego.reads import ANY

MARKERS = ("$unknown", "$redacted")
_MOST_NAMES = 3
_SIMPLE = {"integer": "number"}


class Kinds:
    """The kinds of facts by name; `schema` is contracts/facts.json, parsed."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._kinds: dict[str, dict[str, Any]] = schema["$defs"]

    def __contains__(self, kind: str) -> bool:
        return kind in self._kinds

    def unknown(self, kind: str) -> str:
        """Return what is said about a kind that does not exist."""
        return f"there is no kind {kind} in contracts/facts.json{nearest(kind, self._kinds)}"

    def problem(self, kind: str, path: Sequence[str | int]) -> str:
        """Return what is wrong with an attribute path of a known kind, or ""; ANY is any member."""
        here = self._kinds[kind]
        for depth, step in enumerate(path):
            below = _member(here, step)
            if below is not None:
                here = below
                continue
            above = ".".join([kind, *map(_shown, path[:depth])])
            names = here.get("properties")
            if names is None:
                return f"{above} is {_article(here)}, which has no {_shown(step)}"
            return f"{above} has no attribute {_shown(step)}{nearest(str(step), names)}"
        return ""

    def types(self, kind: str, path: Sequence[str | int]) -> frozenset[str]:
        """Return the types that an attribute can have; nothing where that is not known."""
        here: dict[str, Any] | None = self._kinds.get(kind, {})
        for step in path:
            here = _member(here, step) if here is not None else None
        return types_of(here or {})

    def placed(self, kind: str, attribute: str) -> bool:
        """Return whether a document holds the attribute, so that a person can edit it there."""
        return not self._kinds[kind]["properties"].get(attribute, {}).get("readOnly", False)

    def schema(self, kind: str) -> dict[str, Any]:
        """Return the schema of a kind's attributes."""
        return self._kinds[kind]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the names that are most like one, in words; all of them where they are few."""
    known = sorted(names)
    close = get_close_matches(name, known, _MOST_NAMES, 0.5) or (known if len(known) <= _MOST_NAMES else [])
    return f" (nearest: {', '.join(close)})" if close else ""


def _member(schema: dict[str, Any], step: str | int) -> dict[str, Any] | None:
    """Return the schema of a member, {} for one that may be anything, None where there is none."""
    if step in MARKERS:
        return {}
    types = types_of(schema)
    if "array" in types and (step == ANY or step.__class__ is int):
        return dict(schema.get("items", {}))
    named = schema.get("properties", {})
    if types and "object" not in types:
        return None
    if step in named:
        return dict(named[step])
    others = schema.get("additionalProperties", True)
    if isinstance(others, dict):
        return others
    return {} if others or step == ANY else None


def types_of(schema: dict[str, Any]) -> frozenset[str]:
    """Return the types that a schema allows, integers among the numbers; nothing where it allows any."""
    stated = schema.get("type", [])
    return frozenset(_SIMPLE.get(name, name) for name in ([stated] if isinstance(stated, str) else stated))


def _article(schema: dict[str, Any]) -> str:
    types = sorted(types_of(schema))
    return " or ".join(f"{'an' if name[0] in 'aeo' else 'a'} {name}" for name in types)


def _shown(step: str | int) -> str:
    return "[_]" if step == ANY else str(step)
