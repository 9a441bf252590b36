"""Times of the one form that can be compared as text: RFC 3339 in UTC, whole seconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def is_time(text: str) -> bool:
    """Tell whether a text is a time of that form, and such a moment exists."""
    try:
        return _FORM.fullmatch(text) is not None and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def later(time: str, seconds: int) -> str:
    """Return the time some seconds later."""
    moved = datetime.fromisoformat(time) + timedelta(seconds=seconds)
    return moved.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_between(start: str, end: str) -> int:
    """Return how many seconds lie between two times."""
    return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
