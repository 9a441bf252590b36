"""Change windows: two times with an offset, the present between them, no longer than allowed."""

from __future__ import annotations

from datetime import datetime, timedelta


def moment(text: str) -> datetime | None:
    """Return a time written in ISO 8601 with Z or an offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def window_problem(window: tuple[str, str], as_of: str, minutes: int) -> str:
    """Return what is wrong with a change window at a time; "" where it is open and short enough."""
    start, end, now = moment(window[0]), moment(window[1]), moment(as_of)
    if not any(window):
        return "no window was given"
    if start is None or end is None or now is None:
        return "a time is missing or has no offset: write 2026-01-31T22:00:00Z"
    if end <= start:
        return "it ends before it starts"
    if end - start > timedelta(minutes=minutes):
        return f"it is longer than {minutes} minutes"
    return "" if start <= now <= end else f"it is not open at {as_of}"


def older(then: str, now: str, minutes: int) -> bool:
    """Tell whether a time lies more than so many minutes before another, or cannot be read, or is to come."""
    made, present = moment(then), moment(now)
    if made is None or present is None:
        return True
    return not timedelta(0) <= present - made <= timedelta(minutes=minutes)
