"""Integers of any length to text and back; Python's own conversion stops at 4,300 digits and is quadratic."""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, localcontext

_SHORT_BITS = 14_000
_SHORT_DIGITS = 4_000


def text_of(value: int) -> str:
    """Return an integer in decimal."""
    if value.bit_length() < _SHORT_BITS:
        return str(value)
    with localcontext(Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        made = _decimal(abs(value), {})
    return f"{'-' if value < 0 else ''}{made}"


def _decimal(value: int, powers: dict[int, Decimal]) -> Decimal:
    """Return a natural number as a Decimal, by halves: Decimal multiplies long numbers quickly."""
    size = value.bit_length()
    if size < _SHORT_BITS:
        return Decimal(value)
    half = 1 << ((size - 1).bit_length() - 1)
    if half not in powers:
        powers[half] = Decimal(2) ** half
    high = value >> half
    return _decimal(high, powers) * powers[half] + _decimal(value - (high << half), powers)


def integer_of(digits: str) -> int:
    """Return the integer that decimal digits, perhaps with a sign, stand for."""
    if len(digits) <= _SHORT_DIGITS:
        return int(digits)
    sign = -1 if digits[0] == "-" else 1
    return sign * _integer(digits.lstrip("+-"), {})


def _integer(digits: str, powers: dict[int, int]) -> int:
    if len(digits) <= _SHORT_DIGITS:
        return int(digits)
    half = 1 << ((len(digits) - 1).bit_length() - 1)
    if half not in powers:
        powers[half] = 10**half
    return _integer(digits[:-half], powers) * powers[half] + _integer(digits[-half:], powers)
