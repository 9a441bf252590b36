"""Layouts of times as in Go: the reference time Mon Jan 2 15:04:05 MST 2006 shows how to write one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from samakia_policy.rego.builtins.calendar import DAYS, MONTHS, Moment

NAMED = {
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
}
_ELEMENT = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm"
    r"|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])"
)
_NOON = 12


@lru_cache(maxsize=256)
def elements(layout: str) -> tuple[list[tuple[str, str]], str]:
    """Return a layout's elements, each with the literal text before it, and the text after the last."""
    found, place = [], 0
    for match in _ELEMENT.finditer(layout):
        found.append((layout[place : match.start()], match.group()))
        place = match.end()
    return found, layout[place:]


def write(moment: Moment, layout: str) -> str:
    """Return a moment in a layout."""
    found, rest = elements(layout)
    return "".join([text + _written(moment, element) for text, element in found]) + rest


def _written(moment: Moment, element: str) -> str:
    if element[0] in ".,":
        return _fraction(moment.nanosecond, element)
    if element[0] in "-Z":
        return _offset(moment.offset, element)
    return _WRITERS[element](moment)


def _fraction(nanosecond: int, element: str) -> str:
    digits = f"{nanosecond:09d}"[: len(element) - 1].ljust(len(element) - 1, "0")
    if element[1] == "9":
        digits = digits.rstrip("0")
    return element[0] + digits if digits else ""


def _offset(offset: int, element: str) -> str:
    if offset == 0 and element[0] == "Z":
        return "Z"
    size = abs(offset)
    sign = "-" if offset <= -60 else "+"  # noqa: PLR2004 - Go drops seconds before it looks at the sign
    parts = [f"{size // 3600:02d}", f"{size // 60 % 60:02d}", f"{size % 60:02d}"]
    count = (len(element.replace(":", "")) - 1) // 2
    return sign + (":" if ":" in element else "").join(parts[:count])


def _zone(moment: Moment) -> str:
    return moment.zone or _offset(moment.offset, "-0700")


_WRITERS: dict[str, Callable[[Moment], str]] = {
    "January": lambda at: MONTHS[at.month - 1],
    "Jan": lambda at: MONTHS[at.month - 1][:3],
    "1": lambda at: str(at.month),
    "01": lambda at: f"{at.month:02d}",
    "Monday": lambda at: DAYS[at.weekday],
    "Mon": lambda at: DAYS[at.weekday][:3],
    "2": lambda at: str(at.day),
    "_2": lambda at: f"{at.day:2d}",
    "02": lambda at: f"{at.day:02d}",
    "__2": lambda at: f"{at.year_day:3d}",
    "002": lambda at: f"{at.year_day:03d}",
    "15": lambda at: f"{at.hour:02d}",
    "3": lambda at: str(at.hour % _NOON or _NOON),
    "03": lambda at: f"{at.hour % _NOON or _NOON:02d}",
    "4": lambda at: str(at.minute),
    "04": lambda at: f"{at.minute:02d}",
    "5": lambda at: str(at.second),
    "05": lambda at: f"{at.second:02d}",
    "2006": lambda at: f"{at.year:04d}",
    "06": lambda at: f"{at.year % 100:02d}",
    "PM": lambda at: "PM" if at.hour >= _NOON else "AM",
    "pm": lambda at: "pm" if at.hour >= _NOON else "am",
    "MST": _zone,
}
