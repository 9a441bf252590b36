"""The YAML of a METADATA block, checked and brought into the form that built-ins and schemas use."""

from __future__ import annotations

from typing import Any

_STRINGS = ("scope", "title", "description")


class BadMetadata(Exception):
    """The block cannot be read; `line` counts from 0 inside it, where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_metadata(lines: list[str], rows: list[int]) -> dict[str, Any]:
    """Return the values of a block by key; raises BadMetadata."""
    text = "\n".join(lines) + "\n"
    if not text.strip():
        raise BadMetadata("expected METADATA block, found whitespace")
    from samakia_policy.rego.syntax.metadata_yaml import load

    return load(text)
