"""Attribute values: plain JSON, exact numbers and the two markers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

UNKNOWN = "$unknown"
REDACTED = "$redacted"


class Number(Decimal):
    """A non-integer number that remembers how it was written ("99.50" stays "99.50")."""

    text: str

    def __new__(cls, text: str) -> Number:
        """Make a number from JSON number text; raises decimal.InvalidOperation on anything else."""
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __reduce__(self) -> Any:
        return Number, (self.text,)


def unknown(why: str) -> dict[str, str]:
    """Return the marker of a value that cannot be known statically."""
    return {UNKNOWN: why}


def redacted(detector: str) -> dict[str, str]:
    """Return the marker of a secret that was taken out."""
    return {REDACTED: detector}


def is_marker(value: object) -> bool:
    """Tell whether a value is a marker."""
    return isinstance(value, dict) and (UNKNOWN in value or REDACTED in value)


def why_hidden(marker: dict[str, Any]) -> str:
    """Return why a marker hides its value, as one line."""
    if REDACTED in marker:
        return f"redacted ({marker[REDACTED]})"
    why = marker[UNKNOWN]
    return why_hidden(why) if isinstance(why, dict) and REDACTED in why else str(why)


def markers(value: object, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (pointer, marker) for every marker inside a value, in document order."""
    pending: list[tuple[str, object]] = [(pointer, value)]
    while pending:
        here, node = pending.pop()
        if isinstance(node, dict):
            if is_marker(node):
                yield here, node
            else:
                pending.extend((f"{here}/{escape(key)}", child) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            pending.extend((f"{here}/{index}", node[index]) for index in reversed(range(len(node))))


def escape(token: str) -> str:
    """Escape one JSON pointer token (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Undo `escape`."""
    return token.replace("~1", "/").replace("~0", "~")


def tokens(pointer: str) -> list[str]:
    """Split a JSON pointer into its unescaped tokens; "" has none."""
    return [unescape(token) for token in pointer.split("/")[1:]]
