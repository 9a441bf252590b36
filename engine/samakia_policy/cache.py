"""Results that only depend on file contents, kept in the user's own cache directory."""

from __future__ import annotations

import json
import os
from typing import Any

from samakia_policy import __version__


class Cache:
    """Schema results by (schema, document) digest; a cache that cannot be used is no cache."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._entries: dict[str, Any] = {}
        self._new = False
        try:
            with open(path, encoding="utf-8") as file:
                loaded = json.load(file)
            self._entries = loaded if isinstance(loaded, dict) else {}
        except (OSError, ValueError):
            self._entries = {}

    def get(self, key: str) -> list[list[str]] | None:
        """Return the [pointer, message] pairs kept under a key, or None."""
        kept = self._entries.get(key)
        return kept if isinstance(kept, list) and all(map(_is_pair, kept)) else None

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        self._entries[key] = value
        self._new = True

    def save(self) -> None:
        """Write what is new, in one step; a directory that cannot be written is left alone."""
        if not self._new:
            return
        folder = os.path.dirname(self._path)
        partial = f"{self._path}.{os.getpid()}"
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with open(partial, "w", encoding="utf-8") as file:
                json.dump(self._entries, file, separators=(",", ":"))
            os.replace(partial, self._path)
        except OSError:
            return


def _is_pair(entry: object) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [str, str]


def cache_path(environ: dict[str, str]) -> str:
    """Return where the user's cache lies; each version words faults its own way."""
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME", "/"), ".cache")
    return os.path.join(base, "samakia-policy", f"schemas-{__version__}.json")
