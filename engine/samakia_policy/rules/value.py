"""Questions about one attribute value."""

from __future__ import annotations

from samakia_policy.model import values


def known(value: object) -> bool:
    """Tell whether a value is there to be judged: neither unknown nor redacted."""
    return not values.is_marker(value)
