"""Amounts with units: numbers such as 10Ki, and sizes in bytes."""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.arithmetic import floated, multiplied, parsed, truncated, whole
from samakia_policy.rego.values.long_integers import integer_of
from samakia_policy.rego.values.number import Number

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
# The binary fraction nearest to a thousandth, as OPA uses it.
_MILLI = Decimal.from_float(1e-3)
_PLACES = Decimal("1e-10")
_LETTERS = "kmgtpe"
_DECIMAL = {letter: 1000 ** (power + 1) for power, letter in enumerate(_LETTERS)}
_BINARY = {f"{letter}i": 1024 ** (power + 1) for power, letter in enumerate(_LETTERS)}
_BYTES = {"": 1} | _DECIMAL | _BINARY | {f"{name}b": size for name, size in (_DECIMAL | _BINARY).items()}
_SI = {"": 1, "k": 1000, "K": 1000, "M": 1000**2} | {
    name: size
    for letter in "gtpe"
    for name, size in ((letter, _DECIMAL[letter]), (letter.upper(), _DECIMAL[letter]))
}
_SI |= _BINARY | {name.capitalize(): size for name, size in _BINARY.items()}

# The amount may hold signs anywhere; whether it is a number is asked afterwards.
_AMOUNT = re.compile(r"(?:[0-9.+-]|[eE](?:[+-]|(?=[0-9]))(?:[0-9]*))*", re.ASCII)
_EXPONENT = re.compile(r"[eE][+-]?[0-9]{7}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


@builtin("units.parse")
def parse(value: Any) -> int | Number:
    """Return the number that an amount with an SI or a binary unit stands for."""
    amount, unit = _parts("units.parse", string(value, 1).replace('"', ""), "no amount provided")
    # OPA changes the case of all bytes but the first, which tears a longer character apart.
    head = unit[:1]
    unit = (head if head.isascii() else "\ufffd" * len(head.encode())) + unit[1:].lower()
    size = _MILLI if unit == "m" else _SI.get(unit)
    if size is None:
        raise _fault("units.parse", f"unit {unit} not recognized")
    if not _NUMBER.fullmatch(amount):
        raise _fault("units.parse", "could not parse amount to a number")
    made = _EXACT.multiply(Decimal(amount), size if size.__class__ is Decimal else Decimal(size))
    if made == made.to_integral_value(context=_EXACT):
        return whole(integer_of(f"{made:f}".partition(".")[0]))
    return Number(f"{made.quantize(_PLACES, ROUND_HALF_UP, context=_EXACT):f}")


@builtin("units.parse_bytes")
def parse_bytes(value: Any) -> int | Number:
    """Return the bytes that a size such as 10MiB stands for."""
    name = "units.parse_bytes"
    text = string(value, 1).lower().replace('"', "")
    amount, unit = _parts(name, text, "no byte amount provided")
    if unit not in _BYTES:
        raise _fault(name, f"byte unit {unit} not recognized")
    if not _NUMBER.fullmatch(amount):
        raise _fault(name, "could not parse byte amount to a number")
    return whole(truncated(multiplied(parsed(amount), floated(_BYTES[unit]))))


def _parts(name: str, text: str, missing: str) -> tuple[str, str]:
    if " " in text:
        raise _fault(name, "spaces not allowed in resource strings")
    match = _AMOUNT.match(text)
    amount = match[0] if match else ""
    if _EXPONENT.search(amount):
        raise _fault(name, "exponent too large")
    if not amount:
        raise _fault(name, missing)
    return amount, text[len(amount) :]


def _fault(name: str, message: str) -> BuiltinFault:
    return BuiltinFault(f"{name}: {message}")
