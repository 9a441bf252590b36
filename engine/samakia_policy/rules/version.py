"""Comparing versions by Semantic Versioning 2.0.0 precedence."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)


def compare(left: object, right: object) -> int | None:
    """Return -1, 0 or 1; None when either is no semantic version."""
    first, second = _key(left), _key(right)
    if first is None or second is None:
        return None
    return (first > second) - (first < second)


def _key(text: object) -> tuple[object, ...] | None:
    match = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    numbers = tuple(int(part) for part in match.group(1, 2, 3))
    return numbers, match[4] is None, tuple(_identifier(part) for part in (match[4] or "").split("."))


def _identifier(part: str) -> tuple[bool, int, str]:
    return (False, int(part), "") if part.isdecimal() else (True, 0, part)
