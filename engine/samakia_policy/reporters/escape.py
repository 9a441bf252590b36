"""Make names from the estate harmless on a terminal and in a CI log."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return text with every control, bidirectional and line-breaking character written out."""
    if text.isascii() and text.isprintable():
        return _no_command(text)
    return _no_command("".join(char if char.isprintable() else _written(char) for char in text))


def _written(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"  # noqa: PLR2004


def _no_command(text: str) -> str:
    """A CI runner obeys `::name` at the start of a line, wherever it was printed from."""
    return text.replace("::", ":\u200b:") if text.lstrip().startswith("::") else text
