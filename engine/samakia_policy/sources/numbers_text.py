"""Exact numbers: integers as int, all others as the number that was written."""

from __future__ import annotations

from math import isinf

from samakia_policy.model.values import Number
from samakia_policy.sources.limits import MAX_DIGITS, exceeded


class NumberError(ValueError):
    """A number that no reader may accept; the message never holds the number."""


def integer(text: str, base: int = 10) -> int:
    """Return an integer of any size up to MAX_DIGITS; raises NumberError."""
    _check_length(text)
    return int(text, base)


def decimal(text: str) -> Number:
    """Return the number of JSON number text; raises NumberError when a float cannot hold it."""
    _check_length(text)
    nearest = float(text)
    if isinf(nearest):
        raise NumberError("a number must be finite, this one is too large")
    if nearest == 0 and text.lower().partition("e")[0].strip("-0."):
        raise NumberError("a number must be 0 or a normal number, this one is too close to 0")
    return Number(text)


def _check_length(text: str) -> None:
    if len(text) > MAX_DIGITS:
        raise NumberError(exceeded("a number has too many digits", "MAX_DIGITS", MAX_DIGITS))
