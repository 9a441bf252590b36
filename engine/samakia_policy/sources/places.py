"""Places in a text: offsets to lines and columns, and keys as messages show them."""

from __future__ import annotations

SHOWN_KEY = 60
"""Longest form of a key in a message, in characters."""


def line_column(text: str, offset: int) -> tuple[int, int]:
    r"""Return the 1-based line and column (in characters); lines end with \n, \r\n or \r."""
    lines = text.count("\n", 0, offset)
    start = text.rfind("\n", 0, offset)
    if "\r" in text:
        lines += text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
        start = max(start, text.rfind("\r", 0, offset))
    return lines + 1, offset - start


def quoted(key: str) -> str:
    """Return a key as messages show it: escaped like `repr`, at most SHOWN_KEY characters."""
    shown = repr(key[:SHOWN_KEY])
    if len(shown) <= SHOWN_KEY and len(key) <= SHOWN_KEY:
        return shown
    return shown[: SHOWN_KEY - 3] + "..."


def unencodable(text: str) -> int:
    """Return the offset of the first lone surrogate of a text, -1 when it has none."""
    if text.isascii():
        return -1
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return -1
