"""Whether base documents have a value at a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def existing_path(data: Any) -> Callable[[list[str]], bool]:
    """Return what tells whether a path leads to a value, or through one that is no object."""

    def exists(path: list[str]) -> bool:
        found = data
        for name in path:
            if not isinstance(found, dict):
                return True
            if name not in found:
                return False
            found = found[name]
        return True

    return exists
