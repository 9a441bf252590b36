"""Durations such as 1h30m or 2d: Go's units, and days, weeks and years of fixed length."""

from __future__ import annotations

import re
from decimal import Decimal

from samakia_policy.rego.builtins.time_parsing import quoted
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted as quoted_as_go

_HOURS = {"d": 24, "w": 7 * 24, "y": 365 * 24}
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_EXTENDED = re.compile(r"[-+]?(?:[0-9.]+(?:ms|us|µs|ns|[a-z]))+", re.ASCII)
_PART = re.compile(r"([0-9.]+)(ms|us|µs|ns|[a-z])", re.ASCII)
_AMOUNT = re.compile(r"([0-9]*)(?:\.([0-9]*))?", re.ASCII)
_UNIT = re.compile(r"[^0-9.]*", re.ASCII)
_MOST = 1 << 63


def parse(text: str) -> int:
    """Return a duration in nanoseconds; raises BuiltinFault."""
    if not re.search("[dwy]", text) or not text:
        return _parse(text, quoted(text))
    shown = quoted_as_go(text)
    if not _EXTENDED.fullmatch(text):
        raise _invalid(shown)
    rewritten = _PART.sub(lambda found: _in_hours(found[1], found[2], shown), text)
    return _parse(rewritten, shown)


def _in_hours(digits: str, unit: str, shown: str) -> str:
    if unit not in _HOURS:
        return digits + unit
    try:
        hours = float(digits) * _HOURS[unit]
    except ValueError:
        raise _invalid(shown) from None
    whole = format(Decimal(repr(hours)), "f")
    return whole.removesuffix(".0") + "h"


def _invalid(shown: str, message: str = "invalid duration") -> BuiltinFault:
    return BuiltinFault(f"time: {message} {shown}")


def _parse(rest: str, shown: str) -> int:
    negative = rest[:1] == "-"
    rest = rest[1:] if rest[:1] in ("-", "+") else rest
    if rest == "0":
        return 0
    if not rest:
        raise _invalid(shown)
    total = 0
    while rest:
        part, rest = _first(rest, shown)
        total += part
        if total > _MOST:
            raise _invalid(shown)
    if total == _MOST and not negative:
        raise _invalid(shown)
    return -total if negative else total


def _first(rest: str, shown: str) -> tuple[int, str]:
    amount = _AMOUNT.match(rest)
    if amount is None or not (amount[1] or amount[2]) or int(amount[1] or "0") > _MOST:
        raise _invalid(shown)
    rest = rest[amount.end() :]
    found = _UNIT.match(rest)
    unit = found.group() if found else ""
    if not unit:
        raise _invalid(shown, "missing unit in duration")
    if unit not in _UNITS:
        raise _invalid(shown, f"unknown unit {quoted(unit)} in duration")
    size = _UNITS[unit]
    whole = int(amount[1] or "0")
    if whole > _MOST // size:
        raise _invalid(shown)
    whole *= size
    digits, scale = _fraction(amount[2] or "")
    if digits:
        # In floating point, as Go does: exact to the nanosecond for fractions of hours.
        whole += int(float(digits) * (float(size) / scale))
        if whole > _MOST:
            raise _invalid(shown)
    return whole, rest[len(unit) :]


def _fraction(digits: str) -> tuple[int, float]:
    value, scale = 0, 1.0
    for digit in digits:
        if value > (_MOST - 1) // 10 or value * 10 + int(digit) > _MOST:
            break
        value, scale = value * 10 + int(digit), scale * 10
    return value, scale
