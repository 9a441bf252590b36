"""Durations as Go prints them."""

from __future__ import annotations

_UNITS = (("ns", 1), ("µs", 1_000), ("ms", 1_000_000))
_SECOND = 1_000_000_000


def duration(nanoseconds: int) -> str:
    """Return the shortest text of a duration: `1.5ms`, `2m3s`."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < _SECOND:
        unit, size = next(pair for pair in reversed(_UNITS) if nanoseconds >= pair[1])
        return _decimal(nanoseconds, size) + unit
    hours, rest = divmod(nanoseconds, 3600 * _SECOND)
    minutes, rest = divmod(rest, 60 * _SECOND)
    text = _decimal(rest, _SECOND) + "s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text


def _decimal(amount: int, size: int) -> str:
    whole, part = divmod(amount, size)
    digits = f"{part:0{len(str(size)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)
