"""Numbers that are not plain integers: compared exactly, kept as they were written."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_LONG = 1_000
# Go's hexadecimal floats: to_number reads them, JSON does not know them.
_HEXADECIMAL = re.compile(r"([+-]?)0[xX]([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?[0-9_]+)")


class Number:
    """A number that keeps its text. Equal to, and hashed like, any number of the same value."""

    __slots__ = ("decimal", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.decimal = decimal_of(text)

    def __eq__(self, other: object) -> bool:
        if other.__class__ is Number:
            return self.decimal == other.decimal
        return other.__class__ is int and self.decimal == other

    def __hash__(self) -> int:
        return hash(self.decimal)

    def __lt__(self, other: Number | int) -> bool:
        return self.decimal < (other.decimal if isinstance(other, Number) else other)

    def __gt__(self, other: Number | int) -> bool:
        return self.decimal > (other.decimal if isinstance(other, Number) else other)

    def __le__(self, other: Number | int) -> bool:
        return not self > other

    def __ge__(self, other: Number | int) -> bool:
        return not self < other

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    @property
    def integral(self) -> int | None:
        """The integer it equals, or None."""
        if self.decimal != self.decimal.to_integral_value():
            return None
        return int(self.decimal) if len(self.text) < _LONG else _long_integer(self.decimal)


def decimal_of(text: str) -> Decimal:
    """Return exactly what a number's text stands for; raises InvalidOperation."""
    try:
        return Decimal(text)
    except InvalidOperation:
        found = _HEXADECIMAL.fullmatch(text)
        if found is None:
            raise
    sign, whole, fraction, exponent = (part.replace("_", "") for part in found.groups())
    power = int(exponent) - 4 * len(fraction)
    mantissa = int(whole + fraction, 16) * (2**power if power > 0 else 5**-power)
    return Decimal((int(sign == "-"), Decimal(mantissa).as_tuple().digits, min(power, 0)))


def _long_integer(value: Decimal) -> int:
    from samakia_policy.rego.values.long_integers import integer_of

    return integer_of(f"{value:f}".partition(".")[0])
