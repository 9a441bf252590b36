"""Reading a time in a layout, and what does not fit, in Go's words."""

# ruff: noqa: PLR2004 - the numbers of clocks and calendars
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from samakia_policy.rego.builtins.calendar import DAYS, MONTHS, SECOND, days_before, days_in, is_leap
from samakia_policy.rego.builtins.time_layouts import elements
from samakia_policy.rego.errors import BuiltinFault

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_PIVOT = 69
_NOON = 12
_FRACTION_DIGITS = 9


class _Bad(Exception):
    """The text is not what the element wants."""


class _OutOfRange(Exception):
    """A number is too big; the message says of what."""


@dataclass(slots=True)
class _Parts:
    """What was read so far; None where nothing was."""

    year: int = 0
    month: int | None = None
    day: int | None = None
    year_day: int | None = None
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    offset: int = 0
    half: str = ""


def parse(layout: str, text: str) -> int:
    """Return the nanoseconds since 1970 of a time in a layout; raises BuiltinFault."""
    parts, rest = _Parts(), text
    found, tail = elements(layout)
    for number, (literal, element) in enumerate(found):
        rest = _literal(literal, rest, layout, text)
        following = found[number + 1][1] if number + 1 < len(found) else ""
        held = _Reader(rest, following)
        try:
            _reader(element)(parts, held, element)
        except _OutOfRange as error:
            raise BuiltinFault(f"parsing time {quoted(text)}: {error} out of range") from None
        except _Bad:
            raise _mismatch(layout, text, element, rest) from None
        rest = held.text
    rest = _literal(tail, rest, layout, text)
    if rest:
        raise BuiltinFault(f"parsing time {quoted(text)}: extra text: {quoted(rest)}")
    return _nanoseconds(parts, text)


def _mismatch(layout: str, text: str, element: str, rest: str) -> BuiltinFault:
    where = f"as {quoted(layout)}: cannot parse {quoted(rest)} as {quoted(element)}"
    return BuiltinFault(f"parsing time {quoted(text)} {where}")


def quoted(text: str) -> str:
    """Return a text in quotes as Go's time package writes it."""
    out = []
    for character in text:
        if character < " " or character > "\x7f":
            out += [f"\\x{byte:02x}" for byte in character.encode()]
        else:
            out.append(f"\\{character}" if character in '"\\' else character)
    return f'"{"".join(out)}"'


def _literal(literal: str, rest: str, layout: str, text: str) -> str:
    """Pass literal text; spaces in it stand for any number of spaces."""
    wanted = literal
    while wanted:
        if wanted[0] == " ":
            if rest and rest[0] != " ":
                raise _mismatch(layout, text, literal, rest)
            wanted, rest = wanted.lstrip(" "), rest.lstrip(" ")
            continue
        if not rest or rest[0] != wanted[0]:
            raise _mismatch(layout, text, literal, rest)
        wanted, rest = wanted[1:], rest[1:]
    return rest


class _Reader:
    """The text still to be read, and the layout's next element."""

    __slots__ = ("following", "text")

    def __init__(self, text: str, following: str) -> None:
        self.text = text
        self.following = following

    def take(self, count: int) -> str:
        """Return so many characters; raises _Bad when there are fewer."""
        if len(self.text) < count:
            raise _Bad
        taken, self.text = self.text[:count], self.text[count:]
        return taken

    def digits(self, least: int, most: int) -> int:
        """Return a number of that many digits; raises _Bad."""
        count = 0
        while count < most and _digit(self.text, count):
            count += 1
        if count < least:
            raise _Bad
        return int(self.take(count))

    def name(self, names: list[str]) -> int:
        """Return which of the names comes, in upper or lower case; raises _Bad."""
        for number, name in enumerate(names):
            if self.text[: len(name)].lower() == name.lower():
                self.text = self.text[len(name) :]
                return number
        raise _Bad

    def fraction(self, count: int) -> int:
        """Return the nanoseconds that so many characters mean, the separator included."""
        text = self.take(count)
        if text[0] not in ".,":
            raise _Bad
        text = text[1 : _FRACTION_DIGITS + 1]
        value = _integer(text)
        if value < 0:
            raise _OutOfRange("fractional second")
        return value * int("1" + "0" * (_FRACTION_DIGITS - len(text)))

    def fraction_length(self) -> int:
        """Return how many characters a separator and its digits take; 0 without digits."""
        if self.text[:1] not in (".", ",") or not _digit(self.text, 1):
            return 0
        count = 2
        while _digit(self.text, count):
            count += 1
        return count


def _digit(text: str, place: int) -> bool:
    return place < len(text) and "0" <= text[place] <= "9"


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise _Bad
    return int(text)


def _checked(value: int, least: int, most: int, what: str) -> int:
    if not least <= value <= most:
        raise _OutOfRange(what)
    return value


def _long_year(parts: _Parts, reader: _Reader, element: str) -> None:
    if not _digit(reader.text, 0):
        raise _Bad
    parts.year = _integer(reader.take(4))


def _short_year(parts: _Parts, reader: _Reader, element: str) -> None:
    year = _integer(reader.take(2))
    parts.year = year + (1900 if year >= _PIVOT else 2000)


def _month_name(parts: _Parts, reader: _Reader, element: str) -> None:
    names = MONTHS if element == "January" else [name[:3] for name in MONTHS]
    parts.month = reader.name(names) + 1


def _month(parts: _Parts, reader: _Reader, element: str) -> None:
    parts.month = _checked(reader.digits(len(element), 2), 1, 12, "month")


def _weekday(parts: _Parts, reader: _Reader, element: str) -> None:
    reader.name(DAYS if element == "Monday" else [name[:3] for name in DAYS])


def _day(parts: _Parts, reader: _Reader, element: str) -> None:
    if element == "_2" and reader.text.startswith(" "):
        reader.take(1)
    parts.day = reader.digits(2 if element == "02" else 1, 2)


def _year_day(parts: _Parts, reader: _Reader, element: str) -> None:
    for _ in range(2):
        if element == "__2" and reader.text.startswith(" "):
            reader.take(1)
    parts.year_day = reader.digits(3 if element == "002" else 1, 3)


def _hour(parts: _Parts, reader: _Reader, element: str) -> None:
    least = 2 if element == "03" else 1
    parts.hour = _checked(reader.digits(least, 2), 0, 23 if element == "15" else 12, "hour")


def _minute(parts: _Parts, reader: _Reader, element: str) -> None:
    parts.minute = _checked(reader.digits(len(element), 2), 0, 59, "minute")


def _second(parts: _Parts, reader: _Reader, element: str) -> None:
    parts.second = _checked(reader.digits(len(element), 2), 0, 59, "second")
    length = reader.fraction_length()
    # A fraction may follow although the layout has none.
    if length and reader.following[:1] not in (".", ","):
        parts.nanosecond = reader.fraction(length)


def _half(parts: _Parts, reader: _Reader, element: str) -> None:
    half = reader.take(2)
    if half not in (("AM", "PM") if element == "PM" else ("am", "pm")):
        raise _Bad
    parts.half = half.upper()


def _fraction(parts: _Parts, reader: _Reader, element: str) -> None:
    if element[1] == "0":
        parts.nanosecond = reader.fraction(len(element))
    elif length := reader.fraction_length():
        parts.nanosecond = reader.fraction(length)


def _offset(parts: _Parts, reader: _Reader, element: str) -> None:
    if element[0] == "Z" and reader.text.startswith("Z"):
        reader.take(1)
        return
    text = reader.take(len(element))
    colons = [place for place, character in enumerate(element) if character == ":"]
    if any(text[place] != ":" for place in colons):
        raise _Bad
    bare = "".join(character for place, character in enumerate(text) if place not in colons)[1:].ljust(6, "0")
    values = [bare[0:2], bare[2:4], bare[4:6]]
    if not all(_digit(value, 0) and _digit(value, 1) for value in values):
        raise _Bad
    hour, minute, second = map(int, values)
    _checked(hour, 0, 24, "time zone offset hour")
    _checked(minute, 0, 60, "time zone offset minute")
    _checked(second, 0, 60, "time zone offset second")
    if text[0] not in "+-":
        raise _Bad
    parts.offset = (hour * 3600 + minute * 60 + second) * (-1 if text[0] == "-" else 1)


def _zone(parts: _Parts, reader: _Reader, element: str) -> None:
    if reader.text.startswith("UTC"):
        reader.take(3)
        return
    name = _zone_name(reader.text)
    if not name:
        raise _Bad
    reader.take(len(name))
    # What a name means depends on the place: Go knows the hours of GMT only, all else is UTC.
    if name.startswith("GMT") and len(name) > len("GMT"):
        parts.offset = int(name[3:]) * 3600


def _zone_name(text: str) -> str:
    if text[:4] in ("ChST", "MeST"):
        return text[:4]
    if text.startswith("GMT"):
        return "GMT" + _signed(text[3:])
    if text[:1] in ("+", "-"):
        return _signed(text)
    upper = 0
    while upper < 6 and upper < len(text) and "A" <= text[upper] <= "Z":
        upper += 1
    named = {3: True, 4: text[3:4] == "T" or text[:4] == "WITA", 5: text[4:5] == "T"}
    return text[:upper] if named.get(upper) else ""


def _signed(text: str) -> str:
    found = _INTEGER.match(text)
    if found is None or text[0] not in "+-" or int(found.group()[1:]) > 23:
        return ""
    return found.group()


_READERS: dict[str, Callable[[_Parts, _Reader, str], None]] = {
    "2006": _long_year,
    "06": _short_year,
    **dict.fromkeys(("January", "Jan"), _month_name),
    **dict.fromkeys(("1", "01"), _month),
    **dict.fromkeys(("Monday", "Mon"), _weekday),
    **dict.fromkeys(("2", "_2", "02"), _day),
    **dict.fromkeys(("__2", "002"), _year_day),
    **dict.fromkeys(("15", "3", "03"), _hour),
    **dict.fromkeys(("4", "04"), _minute),
    **dict.fromkeys(("5", "05"), _second),
    **dict.fromkeys(("PM", "pm"), _half),
    "MST": _zone,
}


def _reader(element: str) -> Callable[[_Parts, _Reader, str], None]:
    if element[0] in ".,":
        return _fraction
    return _offset if element[0] in "-Z" else _READERS[element]


def _nanoseconds(parts: _Parts, text: str) -> int:
    if parts.half == "PM" and parts.hour < _NOON:
        parts.hour += _NOON
    elif parts.half == "AM" and parts.hour == _NOON:
        parts.hour = 0
    if parts.year_day is not None:
        _resolve_year_day(parts, text)
    month, day = parts.month or 1, 1 if parts.day is None else parts.day
    if not 1 <= day <= days_in(month, parts.year):
        raise _refused(text, "day out of range")
    seconds = (
        days_before(parts.year, month, day) * 86_400 + parts.hour * 3600 + parts.minute * 60 + parts.second
    )
    return (seconds - parts.offset) * SECOND + parts.nanosecond


def _refused(text: str, message: str) -> BuiltinFault:
    return BuiltinFault(f"parsing time {quoted(text)}: {message}")


def _resolve_year_day(parts: _Parts, text: str) -> None:
    of_year = parts.year_day or 0
    if not 1 <= of_year <= (366 if is_leap(parts.year) else 365):
        raise _refused(text, "day-of-year out of range")
    month, day = 1, of_year
    while day > days_in(month, parts.year):
        day -= days_in(month, parts.year)
        month += 1
    if parts.month is not None and parts.month != month:
        raise _refused(text, "day-of-year does not match month")
    if parts.day is not None and parts.day != day:
        raise _refused(text, "day-of-year does not match day")
    parts.month, parts.day = month, day
