"""Times on the command line; nothing but this package reads the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from samakia_policy.errors import InputError

FORM = "%Y-%m-%dT%H:%M:%SZ"


def present() -> str:
    """Return the present time, RFC 3339 UTC."""
    return datetime.now(UTC).strftime(FORM)


def now(text: str, flag: str = "--as-of") -> str:
    """Return a time in UTC, the present for an empty text; raises InputError for what is no time."""
    if not text:
        return present()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no time", where=flag, hint="2026-01-31T12:00:00Z") from error
    if moment.tzinfo is None:
        raise InputError(f"{text!r} has no offset", where=flag, hint="add Z, or +01:00")
    return moment.astimezone(UTC).strftime(FORM)


def later(time: str, days: int) -> str:
    """Return the time some days later."""
    return (datetime.fromisoformat(time) + timedelta(days=days)).strftime(FORM)
