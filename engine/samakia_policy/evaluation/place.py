"""Where a hit lies: where its rule says, else at the attribute that such hits are known to be read from."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import commonpath
from typing import Any

from samakia_policy.model.rule import Rule


def pointer_of(rule: Rule, kind: str, hit: Mapping[str, Any]) -> str:
    """Return a pointer into the attributes of the hit's fact, which is of this kind; "" for the whole fact.

    It depends on the hit and on what was derived from the rule's source, never on the runtime that ran it.
    """
    if "at" in hit:
        return str(hit["at"])
    fitting = [place for place in rule.places if kind in place["at"] and _fits(place, hit)]
    # What a hit always says tells more about it than that it says something.
    fitting = [place for place in fitting if "constants" in place] or fitting
    pointers = sorted({pointer for place in fitting for pointer in place["at"][kind]})
    if len(pointers) > 1:
        said = {value for value in hit.values() if isinstance(value, str)}
        named = [pointer for pointer in pointers if pointer.rpartition("/")[2] in said]
        pointers = named if len(named) == 1 else [_common(pointers)]
    return pointers[0] if pointers else ""


def _common(pointers: list[str]) -> str:
    return "" if "" in pointers else commonpath(pointers).rstrip("/")


def _fits(place: Mapping[str, Any], hit: Mapping[str, Any]) -> bool:
    """Whether a hit has the members of those that lie at a place, and their constants."""
    fields, constants = place.get("fields"), place.get("constants", {})
    if fields is not None and sorted(hit) != fields:
        return False
    return all(hit.get(name) == value for name, value in constants.items())
