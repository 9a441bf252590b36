"""Floats and integers as Go's fmt writes them, once flags, width and precision are known."""

from __future__ import annotations

import math

from samakia_policy.rego.values.long_integers import text_of

_LEAST_EXPONENT, _SHORTEST_EXPONENT = -4, 6
_HEX_DIGITS = 13
_FRACTION_BITS = 52
_PREFIX = {2: "0b", 16: "0x"}


class Spec:
    """Flags, width and precision of one verb; None where not given."""

    __slots__ = ("minus", "plus", "precision", "sharp", "space", "syntax", "width", "zero")

    def __init__(self) -> None:
        self.minus = self.plus = self.sharp = self.space = self.zero = self.syntax = False
        self.width: int | None = None
        self.precision: int | None = None

    def pad(self, text: str, *, zeros: bool = True) -> str:
        """Return a text filled up to the width."""
        if not self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero and zeros else " ")

    def sign(self, negative: bool) -> str:
        """Return the sign to write in front."""
        return "-" if negative else "+" if self.plus else " " if self.space else ""


def integer(value: int, base: int, verb: str, spec: Spec) -> str:
    """Return an integer of 64 bits in a base."""
    if spec.precision == 0 and value == 0:
        return " " * (spec.width or 0)
    sign = spec.sign(value < 0)
    digits = in_base(abs(value), base)
    least = spec.precision or 0
    if spec.precision is None and spec.zero and not spec.minus and spec.width:
        least = spec.width - len(sign)
    digits = digits.rjust(least, "0")
    if spec.sharp:
        digits = _PREFIX.get(base, "") + digits
        if base == 8 and not digits.startswith("0"):  # noqa: PLR2004 - octal
            digits = "0" + digits
    if verb == "O":
        digits = "0o" + digits
    return spec.pad(sign + (digits.upper() if verb == "X" else digits), zeros=False)


def big_integer(value: int, base: int, verb: str, spec: Spec) -> str:
    """Return a longer integer in a base: Go formats those by other rules."""
    digits = in_base(abs(value), base)
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb, "") if spec.sharp else ""
    prefix = "0o" if verb == "O" else prefix
    digits = digits.upper() if verb == "X" else digits
    sign = spec.sign(value < 0)
    digits = digits.rjust(spec.precision or 0, "0")
    if spec.zero and not spec.minus and spec.precision is None and spec.width:
        digits = digits.rjust(spec.width - len(sign) - len(prefix), "0")
    return spec.pad(sign + prefix + digits, zeros=False)


def in_base(value: int, base: int) -> str:
    """Return the digits of a natural number of any length."""
    if base == 10:  # noqa: PLR2004 - decimal
        return text_of(value)
    return format(value, {2: "b", 8: "o", 16: "x"}[base])


def code_point(value: int, spec: Spec) -> str:
    """Return an integer as U+0041, with the character when the flag # asks for it."""
    unsigned = value % (1 << 64)
    text = f"U+{unsigned:X}" if unsigned > 0xFFFF else f"U+{unsigned:04X}"  # noqa: PLR2004
    text = f"U+{text[2:].rjust(spec.precision or 0, '0')}"
    if spec.sharp and unsigned <= 0x10FFFF and chr(unsigned).isprintable():  # noqa: PLR2004
        text += f" '{chr(unsigned)}'"
    return spec.pad(text, zeros=False)


def floating(value: float, verb: str, precision: int, spec: Spec) -> str:
    """Return a float; precision -1 is the fewest digits that tell it apart."""
    if spec.precision is not None:
        precision = spec.precision
    negative = math.copysign(1, value) < 0
    body = _body(abs(value), verb, precision)
    if spec.sharp and verb != "b":
        body = _with_point(body, verb, precision)
    sign = spec.sign(negative)
    if sign and spec.zero and not spec.minus and spec.width:
        return sign + body.rjust(spec.width - len(sign), "0")
    return spec.pad(sign + body)


def _body(value: float, verb: str, precision: int) -> str:
    if verb in "xX":
        text = _hexadecimal(value, precision)
        return text.upper() if verb == "X" else text
    if verb == "b":
        mantissa, exponent = _binary(value)
        return f"{mantissa}p{exponent:+d}"
    if verb in "gG":
        return _general(value, "e" if verb == "g" else "E", precision)
    if precision >= 0:
        return format(value, f".{precision}{verb}")
    digits, point = shortest(value)
    return _plain(digits, point) if verb == "f" else _scientific(digits, point, verb)


def shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits of 0.digits * 10**point that give this float back."""
    return _taken(repr(value))


def _taken(text: str) -> tuple[str, int]:
    mantissa, _, exponent = text.partition("e")
    before, _, after = mantissa.partition(".")
    digits = (before + after).lstrip("0")
    point = len(before) + int(exponent or 0) - (len(before + after) - len(digits))
    digits = digits.rstrip("0")
    return (digits, point) if digits else ("", 0)


def _general(value: float, letter: str, precision: int) -> str:
    if precision < 0:
        digits, point = shortest(value)
        limit = _SHORTEST_EXPONENT
    else:
        precision = precision or 1
        digits, point = _taken(format(value, f".{precision - 1}e"))
        limit = len(digits) if precision > len(digits) >= point else precision
    if digits and not _LEAST_EXPONENT <= point - 1 < limit:
        return _scientific(digits, point, letter)
    return _plain(digits, point)


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return f"0.{'0' * -point}{digits}" if digits else "0"
    whole = digits[:point].ljust(point, "0")
    return f"{whole}.{digits[point:]}" if len(digits) > point else whole


def _scientific(digits: str, point: int, letter: str) -> str:
    power = point - 1 if digits else 0
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[:1] or '0'}{fraction}{letter}{'-' if power < 0 else '+'}{abs(power):02d}"


def _binary(value: float) -> tuple[int, int]:
    fraction, exponent = math.frexp(value)
    exponent = max(exponent - 53, -1074) if value else -1074
    return int(math.ldexp(fraction, math.frexp(value)[1] - exponent)) if value else 0, exponent


def _hexadecimal(value: float, precision: int) -> str:
    if not value:
        return f"0x0{'.' + '0' * precision if precision > 0 else ''}p+00"
    fraction, exponent = math.frexp(value)
    mantissa = int(fraction * (1 << (_FRACTION_BITS + 1)))
    exponent -= 1
    if 0 <= precision < _HEX_DIGITS:
        cut = 4 * (_HEX_DIGITS - precision)
        kept, rest = mantissa >> cut, mantissa & ((1 << cut) - 1)
        mantissa = (kept + (rest > 1 << (cut - 1) or (rest == 1 << (cut - 1) and kept & 1))) << cut
        if mantissa >> (_FRACTION_BITS + 1):
            mantissa, exponent = mantissa >> 1, exponent + 1
    digits = f"{mantissa & ((1 << _FRACTION_BITS) - 1):013x}"
    digits = digits.rstrip("0") if precision < 0 else digits[:precision].ljust(precision, "0")
    return f"0x1{'.' + digits if digits else ''}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _with_point(body: str, verb: str, precision: int) -> str:
    """Return a float as the flag # wants it: with a point, and zeros up to the precision."""
    missing = (6 if precision == -1 else precision) if verb in "gGx" else 0
    place = min([body.find(mark) for mark in ("p", "P") if mark in body] or [len(body)])
    if verb not in "xX":
        place = min([body.find(mark) for mark in ("e", "E") if mark in body] or [place])
    number, tail = body[:place], body[place:]
    significant = number.replace(".", "").lstrip("0")
    missing -= len(significant)
    if "." not in number:
        missing -= number == "0"
        number += "."
    return number + "0" * max(missing, 0) + tail
