"""The limits of the readers; every refusal names its limit and the limit's value."""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 20
"""Bytes of one contract or workflow."""
MAX_DEPTH = 100
"""Mappings and lists inside one another, aliases expanded."""
MAX_ALIASES = 100
"""YAML alias expansions of one document, those inside an expanded node included."""
MAX_KEYS = 50_000
"""Keys of one mapping."""
MAX_MEMBERS = 200_000
"""Values of one document, aliases expanded."""
MAX_DIGITS = 1_000
"""Characters of one number."""
MAX_NAMED_BYTES = 256 << 20
"""Bytes of one document that the user names (`--document`)."""
MAX_NAMED_VALUES = 20_000_000
"""Values of one such document, aliases expanded."""
MAX_TAG_DIRECTIVES = 100
"""`%TAG` lines of one YAML text (the parser compares each with all the others)."""
MAX_FAULTS = 50
"""Faults listed for one document."""


def exceeded(what: str, name: str, limit: int) -> str:
    """Return the message of a refusal, such as "nested too deeply (limit MAX_DEPTH = 100)"."""
    return f"{what} (limit {name} = {limit})"


def too_large(size: int, limit: int = MAX_FILE_BYTES) -> str:
    """Return the message for a file of `size` bytes that is larger than `limit`."""
    return exceeded(f"the file is too large, it has {size} bytes", "MAX_FILE_BYTES", limit)
