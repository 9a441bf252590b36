"""How big a result may become where a few short operands could ask for any size."""

from __future__ import annotations

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.errors import BuiltinFault

TEXT = 128 * 1024 * 1024
"""Characters of a string that a built-in makes."""
ITEMS = 32 * 1024 * 1024
"""Elements of an array that a built-in makes."""
BITS = 1024 * 1024
"""Bits of an integer that a built-in makes."""
PADDING = 1_000_000
"""Width and precision in a format, as in Go."""


def charge_text(context: Context, size: int) -> None:
    """Charge for a string of this size before it is made; raises BuiltinFault when it is too long."""
    if size > TEXT:
        raise BuiltinFault(f"the result would have more than {TEXT} characters")
    context.charge(size >> 6)


def charge_items(context: Context, count: int) -> None:
    """Charge for an array of this length before it is made; raises BuiltinFault when it is too long."""
    if count > ITEMS:
        raise BuiltinFault(f"the result would have more than {ITEMS} elements")
    context.charge(count)


def check_bits(bits: int) -> None:
    """Refuse an integer of more bits than the limit; raises BuiltinFault."""
    if bits > BITS:
        raise BuiltinFault(f"the result would have more than {BITS} bits")
