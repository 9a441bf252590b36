"""Strings as bytes, as in Go: what is no UTF-8 is kept as lone surrogates until it is printed."""

from __future__ import annotations


def to_bytes(text: str) -> bytes:
    """Return the bytes of a string."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """Return a string of these bytes."""
    return data.decode("utf-8", "surrogateescape")
