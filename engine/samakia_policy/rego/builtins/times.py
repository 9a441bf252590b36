"""Built-ins for time: nanoseconds since 1970, alone or in an array with a time zone and a layout."""

from __future__ import annotations

from datetime import UTC, tzinfo

from samakia_policy.rego.builtins import durations
from samakia_policy.rego.builtins.calendar import (
    DAYS,
    LEAST,
    MOST,
    Moment,
    date_of,
    days_before,
    days_in,
    in_range,
    instant,
    moment,
    zone_of,
)
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.operands import integer64, number, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.builtins.time_layouts import NAMED, write
from samakia_policy.rego.builtins.time_parsing import parse
from samakia_policy.rego.errors import BuiltinFault, OperandFault
from samakia_policy.rego.values.arithmetic import floated, truncated
from samakia_policy.rego.values.collections import Value

_FORM = "either number (ns) or [number (ns), string (tz)]"
_BITS = 64
_FAR = 1 << 40
"""Years, months or days beyond which no result is in range."""


@builtin("time.now_ns", context=True)
def now_ns(context: Context) -> int:
    """Return the one time of this evaluation."""
    return context.now_ns


@builtin("time.parse_ns")
def parse_ns(layout: Value, text: Value) -> int:
    """Return the time that a text means in a layout."""
    wanted, found = string(layout, 1), string(text, 2)
    return in_range(parse(NAMED.get(wanted, wanted), found))


@builtin("time.parse_rfc3339_ns")
def parse_rfc3339_ns(text: Value) -> int:
    """Return the time that a text means, such as 2006-01-02T15:04:05Z."""
    return in_range(parse(NAMED["RFC3339"], string(text, 1)))


@builtin("time.parse_duration_ns")
def parse_duration_ns(text: Value) -> int:
    """Return the nanoseconds of a duration such as 1h30m."""
    return durations.parse(string(text, 1))


@builtin("time.format")
def write_time(value: Value) -> str:
    """Return a time as text, in its layout or as RFC 3339 has it."""
    nanoseconds, zone, layout = _time(value)
    return write(moment(nanoseconds, zone), NAMED.get(layout, layout) or NAMED["RFC3339Nano"])


@builtin("time.date")
def date(value: Value) -> list[int]:
    """Return year, month and day."""
    at = _moment(value)
    return [at.year, at.month, at.day]


@builtin("time.clock")
def clock(value: Value) -> list[int]:
    """Return hour, minute and second."""
    at = _moment(value)
    return [at.hour, at.minute, at.second]


@builtin("time.weekday")
def weekday(value: Value) -> str:
    """Return the name of the day of the week."""
    return DAYS[_moment(value).weekday]


@builtin("time.add_date")
def add_date(value: Value, years: Value, months: Value, days: Value) -> int:
    """Return a time some years, months and days later, at the same time of day."""
    nanoseconds, zone, _ = _time(value)
    steps = (integer64(years, 2), integer64(months, 3), integer64(days, 4))
    if max(map(abs, steps)) > _FAR:
        raise BuiltinFault("time outside of valid range")
    at = moment(nanoseconds, zone)
    target = date_of(days_before(at.year + steps[0], at.month + steps[1], at.day + steps[2]))
    return instant(target, (at.hour, at.minute, at.second), at.nanosecond, zone)


@builtin("time.diff")
def diff(one: Value, two: Value) -> list[int]:
    """Return years, months, days, hours, minutes and seconds between two times, in the first one's zone."""
    first, zone, _ = _time(one)
    second, _, _ = _time(two)
    return _between(moment(min(first, second), zone), moment(max(first, second), zone))


def _between(early: Moment, late: Moment) -> list[int]:
    seconds = late.second - early.second
    minutes = late.minute - early.minute
    hours = late.hour - early.hour
    days = late.day - early.day
    months = late.month - early.month
    years = late.year - early.year
    minutes, seconds = minutes - (seconds < 0), seconds % 60
    hours, minutes = hours - (minutes < 0), minutes % 60
    days, hours = days - (hours < 0), hours % 24
    if days < 0:
        days, months = days + days_in(early.month, early.year), months - 1
    if months < 0:
        months, years = months + 12, years - 1
    return [years, months, days, hours, minutes, seconds]


def _moment(value: Value) -> Moment:
    nanoseconds, zone, _ = _time(value)
    return moment(nanoseconds, zone)


def _time(value: Value) -> tuple[int, tzinfo, str]:
    """Return nanoseconds, time zone and layout of an operand; raises OperandFault."""
    if value.__class__ is not list:
        if type_name(value) != "number":
            raise OperandFault(1, _FORM, type_name(value))
        return _nanoseconds(value), UTC, ""
    if not value:
        raise OperandFault(1, _FORM, "array")
    first = number(value[0], 1)
    zone = zone_of(string(value[1], 1)) if len(value) > 1 else UTC
    layout = string(value[2], 1) if len(value) > 2 else ""  # noqa: PLR2004 - time, zone, layout
    return _nanoseconds(first), zone, layout


def _nanoseconds(value: Value) -> int:
    exact = floated(value)
    _, mantissa, exponent = exact
    # A fraction is refused with the same words.
    if exponent > _BITS or (exponent < 0 and mantissa & ((1 << -exponent) - 1)):
        raise BuiltinFault("timestamp too big")
    whole = truncated(exact)
    if not LEAST <= whole <= MOST:
        raise BuiltinFault("timestamp too big")
    return whole
