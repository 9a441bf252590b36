"""Durations as contracts write them ("30m", "24h", "2d")."""

from __future__ import annotations

import re

_DURATION = re.compile(r"([0-9]+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration_seconds(text: object) -> int | None:
    """Return a duration in seconds; None for anything but a whole number and one unit."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    return int(match[1]) * _SECONDS[match[2]] if match else None
