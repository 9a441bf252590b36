"""Numbers that are not plain integers: compared exactly, kept as they were written."""

from __future__ import annotations

from decimal import Decimal

_LONG = 1_000


class Number:
    """A number that keeps its text. Equal to, and hashed like, any number of the same value."""

    __slots__ = ("decimal", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.decimal = Decimal(text)

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


def _long_integer(value: Decimal) -> int:
    from samakia_policy.rego.values.long_integers import integer_of

    return integer_of(f"{value:f}".partition(".")[0])
