"""The calendar: moments in time zones, to the nanosecond, in the Gregorian calendar of all years."""

# ruff: noqa: PLR2004 - the numbers of the calendar
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from samakia_policy.rego.errors import BuiltinFault

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SECOND = 1_000_000_000
LEAST, MOST = -(1 << 63), (1 << 63) - 1
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Days from 0000-03-01 to 1970-01-01: a year that begins in March has its leap day at the end.
_EPOCH_DAYS = 719_468
_ERA = 146_097
_FEBRUARY = 2


@dataclass(slots=True, frozen=True)
class Moment:
    """A moment as clocks in its time zone show it; `offset` is in seconds east of UTC."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    offset: int
    zone: str

    @property
    def weekday(self) -> int:
        """The day of the week, Monday is 0."""
        return (days_before(self.year, self.month, self.day) + 3) % 7

    @property
    def year_day(self) -> int:
        """The day of the year, from 1."""
        return days_before(self.year, self.month, self.day) - days_before(self.year, 1, 1) + 1


def is_leap(year: int) -> bool:
    """Return whether a year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(month: int, year: int) -> int:
    """Return the length of a month."""
    return _MONTH_LENGTHS[month - 1] + (month == _FEBRUARY and is_leap(year))


def days_before(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01; months and days out of range count on."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    shifted = year - (month <= _FEBRUARY)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5
    return era * _ERA + of_era * 365 + of_era // 4 - of_era // 100 + of_year + day - 1 - _EPOCH_DAYS


def date_of(days: int) -> tuple[int, int, int]:
    """Return year, month and day that lie so many days after 1970-01-01."""
    era, of_era = divmod(days + _EPOCH_DAYS, _ERA)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // (_ERA - 1)) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (month <= _FEBRUARY), month, of_year - (153 * shifted + 2) // 5 + 1


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return a time zone by name; raises BuiltinFault. Local is UTC, so that machines agree."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name in ("", "UTC", "Local"):
        return UTC
    if ".." in name or name[0] in "/\\" or "\\" in name:
        raise BuiltinFault("time: invalid location name")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BuiltinFault(f"unknown time zone {name}") from None


def moment(nanoseconds: int, zone: tzinfo) -> Moment:
    """Return what clocks in a zone show so many nanoseconds after 1970 began in UTC."""
    seconds, nanosecond = divmod(nanoseconds, SECOND)
    offset, name = _lookup(seconds, zone)
    days, rest = divmod(seconds + offset, _DAY)
    year, month, day = date_of(days)
    return Moment(year, month, day, rest // 3600, rest // 60 % 60, rest % 60, nanosecond, offset, name)


def _lookup(seconds: int, zone: tzinfo) -> tuple[int, str]:
    if zone is UTC:
        return 0, "UTC"
    at = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    offset = at.utcoffset()
    return int(offset.total_seconds()) if offset else 0, at.tzname() or ""


def instant(date: tuple[int, int, int], clock: tuple[int, int, int], nanosecond: int, zone: tzinfo) -> int:
    """Return the nanoseconds since 1970 at which clocks in a zone show this; raises BuiltinFault."""
    hour, minute, second = clock
    seconds = days_before(*date) * _DAY + hour * 3600 + minute * 60 + second
    nanoseconds = seconds * SECOND + nanosecond
    if not LEAST - _DAY * SECOND <= nanoseconds <= MOST + _DAY * SECOND:
        raise BuiltinFault("time outside of valid range")
    offset, _ = _lookup(seconds, zone)
    # Near a change of the offset the one in force at that moment counts.
    if offset:
        offset, _ = _lookup(seconds - offset, zone)
    return in_range(nanoseconds - offset * SECOND)


def in_range(nanoseconds: int) -> int:
    """Return nanoseconds that fit in 64 bits; raises BuiltinFault."""
    if not LEAST <= nanoseconds <= MOST:
        raise BuiltinFault("time outside of valid range")
    return nanoseconds
