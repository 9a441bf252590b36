"""What every backend of secrets can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Record = Mapping[str, Any]
"""One secret: plain JSON, by field."""
Undo = Callable[[], None]
"""Takes a change back: the record that was there before is there again."""


class Store(Protocol):
    """Records by name. Every method raises AdapterError where the backend cannot answer."""

    def get(self, name: str) -> Record | None:
        """Return a record; None where there is none."""

    def names(self) -> list[str]:
        """Return the names of all records, sorted."""

    def put(self, name: str, record: Record, *, replace: bool) -> Undo:
        """Write a record and return how to take that back; raises Refused when it must not be replaced."""

    def remove(self, name: str) -> Undo:
        """Remove a record and return how to take that back; raises Refused when it is not there."""
