"""Questions about network values."""

from __future__ import annotations

_LAST_PORT = 65535


def valid_port(number: object) -> bool:
    """Tell whether a value is an integer from 1 to 65535."""
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= _LAST_PORT
