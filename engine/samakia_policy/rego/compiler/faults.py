"""The faults of one compilation, and whether the stages go on."""

from __future__ import annotations

from collections.abc import Iterable

from samakia_policy.rego.errors import COMPILE, Fault, RegoError
from samakia_policy.rego.syntax.location import Location

MAX_ERRORS = 10
_LAST = (1, "", 0, 0)


class Faults:
    """Collects at most `limit` faults (0: all). A recoverable fault lets the remaining stages run."""

    def __init__(self, limit: int = MAX_ERRORS) -> None:
        self.limit = limit
        self.found: list[Fault] = []
        self.stopped = False

    @property
    def full(self) -> bool:
        """Whether no more faults are taken."""
        return 0 < self.limit <= len(self.found)

    def add(self, faults: Iterable[Fault], *, recoverable: bool = False) -> None:
        """Take some faults, as many as the limit allows."""
        taken = list(faults)
        if not taken or self.full:
            return
        if self.limit > 0:
            taken = taken[: self.limit - len(self.found)]
        self.found += taken
        self.stopped = self.stopped or not recoverable or self.full

    def raise_found(self) -> None:
        """Raise what was found, in order of place; a full list says so at its end."""
        if self.found:
            full = [Fault(COMPILE, "error limit reached")] if self.full else []
            raise RegoError(sorted(self.found, key=_order) + full)


def _order(fault: Fault) -> tuple[tuple[int, str, int, int], str]:
    return place_order(fault.location), str(fault)


def place_order(place: Location | None) -> tuple[int, str, int, int]:
    """Return what sorts places: by file, row and column; no place comes last."""
    return _LAST if place is None else (0, place.file, place.row, place.col)
