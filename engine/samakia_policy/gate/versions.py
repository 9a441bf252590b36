"""Semantic versions: only what comparing releases needs (https://semver.org, clause 11)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


def valid(version: str) -> bool:
    """Tell whether a text is a semantic version."""
    return _VERSION.fullmatch(version) is not None


def at_least(version: str, least: str) -> bool:
    """Tell whether a version is the least one or newer; what is no version never is."""
    return valid(version) and valid(least) and _order(version) >= _order(least)


def newest(versions: Iterable[str]) -> str:
    """Return the newest of some versions; raises ValueError when there are none."""
    return max(versions, key=_order)


def _order(version: str) -> tuple[object, ...]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is not a semantic version")
    parts = tuple(
        (part.isdigit() is False, int(part) if part.isdigit() else 0, part)
        for part in (found[4] or "").split(".")
    )
    return (int(found[1]), int(found[2]), int(found[3]), found[4] is None, parts)
