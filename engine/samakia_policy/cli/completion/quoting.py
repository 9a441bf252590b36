"""Text inside the single quotes of a shell."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(text: str) -> str:
    """Return text in single quotes, as bash and zsh read it."""
    return "'" + text.replace("'", "'\\''") + "'"


def fish_quoted(text: str) -> str:
    """Return text in single quotes, as fish reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def line(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split())


def joined(words: Iterable[str]) -> str:
    """Return words with a space between them."""
    return " ".join(words)
