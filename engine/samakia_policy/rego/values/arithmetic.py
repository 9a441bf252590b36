"""Numbers as OPA computes them: integers exactly, all others in binary with 64 bits, rounded to even.

What has a fraction is `(negative, mantissa, exponent)`, the value mantissa * 2**exponent; zero has
mantissa 0 and keeps its sign, as OPA prints `-0`.
"""

from __future__ import annotations

from functools import lru_cache

from samakia_policy.rego.values.long_integers import integer_of, text_of
from samakia_policy.rego.values.number import Number, decimal_of

Float = tuple[bool, int, int]

PRECISION = 64
# Python refuses to print longer integers; as a Number they keep their text.
_PLAIN_BITS = 14_000
_EXACT_POWER = 27
_EXPONENT_TO, _EXPONENT_FROM = -4, 6


def rounded(negative: bool, mantissa: int, exponent: int, precision: int = PRECISION) -> Float:
    """Return a float rounded to the nearest of `precision` bits, a tie to even."""
    extra = mantissa.bit_length() - precision
    if extra <= 0:
        return negative, mantissa, exponent
    kept = mantissa >> extra
    rest = mantissa - (kept << extra)
    half = 1 << (extra - 1)
    if rest > half or (rest == half and kept & 1):
        kept += 1
        if kept >> precision:
            return negative, kept >> 1, exponent + extra + 1
    return negative, kept, exponent + extra


def _quotient(negative: bool, top: Float, bottom: Float, precision: int = PRECISION) -> Float:
    shift = max(precision + 2 + bottom[1].bit_length() - top[1].bit_length(), 0)
    whole, rest = divmod(top[1] << shift, bottom[1])
    # One more bit that says whether something was left over decides ties as the exact quotient would.
    return rounded(negative, (whole << 1) | bool(rest), top[2] - bottom[2] - shift - 1, precision)


def _power_of_five(power: int) -> Float:
    if power <= _EXACT_POWER:
        return False, 5**power, 0
    made: Float = (False, 5**_EXACT_POWER, 0)
    factor: Float = (False, 5, 0)
    power -= _EXACT_POWER
    while power:
        if power & 1:
            made = rounded(False, made[1] * factor[1], made[2] + factor[2], 128)
        factor = rounded(False, factor[1] * factor[1], 2 * factor[2], 192)
        power >>= 1
    return made


@lru_cache(maxsize=4096)
def parsed(text: str) -> Float:
    """Return the float that a number's text stands for."""
    sign, digits, power = decimal_of(text).as_tuple()
    mantissa = integer_of("".join(map(str, digits)))
    if not isinstance(power, int) or not mantissa:
        return bool(sign), 0, 0
    if power == 0:
        return rounded(bool(sign), mantissa, 0)
    made = (bool(sign), mantissa, power)
    five = _power_of_five(abs(power))
    if power < 0:
        return _quotient(bool(sign), made, five)
    return rounded(bool(sign), mantissa * five[1], power + five[2])


def floated(value: int | Number) -> Float:
    """Return a number as a float of 64 bits."""
    if value.__class__ is int:
        return rounded(value < 0, abs(value), 0)
    return parsed(value.text)  # type: ignore[union-attr]


def whole(value: int) -> int | Number:
    """Return an integer as a value."""
    if -(1 << _PLAIN_BITS) < value < 1 << _PLAIN_BITS:
        return value
    return Number(text_of(value))


def added(left: Float, right: Float, precision: int = PRECISION) -> Float:
    """Return left + right."""
    if not left[1] or not right[1]:
        if left[1] or right[1]:
            return rounded(*(left if left[1] else right), precision)
        return left[0] and right[0], 0, 0
    low = min(left[2], right[2])
    one, two = left[1] << (left[2] - low), right[1] << (right[2] - low)
    total = (-one if left[0] else one) + (-two if right[0] else two)
    return rounded(total < 0, abs(total), low, precision) if total else (False, 0, 0)


def subtracted(left: Float, right: Float) -> Float:
    """Return left - right."""
    return added(left, (not right[0], right[1], right[2]))


def multiplied(left: Float, right: Float, precision: int = PRECISION) -> Float:
    """Return left * right."""
    negative = left[0] != right[0]
    if not left[1] or not right[1]:
        return negative, 0, 0
    return rounded(negative, left[1] * right[1], left[2] + right[2], precision)


def divided(left: Float, right: Float) -> Float:
    """Return left / right; right is not zero."""
    negative = left[0] != right[0]
    return _quotient(negative, left, right) if left[1] else (negative, 0, 0)


def truncated(value: Float) -> int:
    """Return the integer next to a float, towards zero."""
    negative, mantissa, exponent = value
    size = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    return -size if negative else size


def number(value: Float, precision: int = PRECISION) -> int | Number:
    """Return the value that OPA prints for a float: the fewest digits that tell it from its neighbours."""
    negative, mantissa, exponent = value
    if not mantissa:
        return Number("-0") if negative else 0
    precision = max(precision, mantissa.bit_length())
    zeros = (mantissa & -mantissa).bit_length() - 1
    integral = exponent >= -zeros
    if integral and mantissa.bit_length() + exponent <= precision:
        return truncated(value)
    digits, point = _shortest(mantissa, exponent, precision)
    sign = "-" if negative else ""
    if integral:
        return whole(integer_of(f"{sign}{digits}{'0' * (point - len(digits))}"))
    return Number(sign + _written(digits, point))


def _written(digits: str, point: int) -> str:
    """Return 0.digits * 10**point in plain form or with an exponent, as Go's %g."""
    power = point - 1
    if _EXPONENT_TO <= power < _EXPONENT_FROM:
        return f"{digits[:point]}.{digits[point:]}" if point > 0 else f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _shortest(mantissa: int, exponent: int, precision: int) -> tuple[str, int]:
    """Return the fewest digits, and where the point is, that round to this float."""
    shift = precision + 1 - mantissa.bit_length()
    doubled = mantissa << shift
    inclusive = not doubled & 2
    exact, point = _decimal(mantissa, exponent)
    # Digits are compared place by place even when a bound has its point elsewhere, as Go does.
    lower, _ = _decimal(doubled - 1, exponent - shift)
    upper, _ = _decimal(doubled + 1, exponent - shift)
    for place, digit in enumerate(exact):
        down = _at(lower, place) != digit or (inclusive and place + 1 == len(lower))
        above = _at(upper, place)
        up = digit != above and (inclusive or ord(digit) + 1 < ord(above) or place + 1 < len(upper))
        if down or up:
            return _cut(exact, point, place + 1, None if down and up else up)
    return exact, point


def _at(digits: str, place: int) -> str:
    return digits[place] if place < len(digits) else "0"


def _decimal(mantissa: int, exponent: int) -> tuple[str, int]:
    """Return every digit of mantissa * 2**exponent, and where the point is, without zeros at the end."""
    if exponent >= 0:
        text = text_of(mantissa << exponent)
        return text.rstrip("0"), len(text)
    zeros = min((mantissa & -mantissa).bit_length() - 1, -exponent)
    mantissa, exponent = mantissa >> zeros, exponent + zeros
    text = text_of(mantissa * 5**-exponent)
    return text.rstrip("0"), len(text) + exponent


def _cut(digits: str, point: int, count: int, up: bool | None) -> tuple[str, int]:
    """Return the first `count` digits, rounded up, down, or (None) to the nearest, a tie to even."""
    if count >= len(digits):
        return digits, point
    if up is None:
        tie = digits[count] == "5" and count + 1 == len(digits)
        up = bool(int(digits[count - 1]) & 1) if tie else digits[count] >= "5"
    kept = digits[:count]
    if not up:
        return kept.rstrip("0"), point
    bare = kept.rstrip("9")
    if not bare:
        return "1", point + 1
    return bare[:-1] + str(int(bare[-1]) + 1), point
