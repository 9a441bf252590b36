"""What the generator tells about its decisions; nobody listens unless a plan is wanted."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

_NOTHING: AbstractContextManager[None] = nullcontext()


class Notes:
    """Hears everything and keeps nothing; `Description` keeps it."""

    __slots__ = ()

    def rule(self, rule: Any, path: tuple[str, ...], kind: str) -> AbstractContextManager[None]:
        """Surround the code of one rule; `kind`: complete, function, set or object."""
        return _NOTHING

    def query(self, body: Any) -> AbstractContextManager[None]:
        """Surround the code of a query."""
        return _NOTHING

    def literal(self, expr: Any, depth: int) -> AbstractContextManager[None]:
        """Surround the code of one literal that lies inside so many loops."""
        return _NOTHING

    def body(self, kind: str) -> AbstractContextManager[None]:
        """Surround a body inside the literal at hand: `comp`, `not`, `has` or `every`."""
        return _NOTHING

    def moved(self) -> AbstractContextManager[None]:
        """Surround literals that go before the loop they were written after."""
        return _NOTHING

    def split(self, depth: int) -> AbstractContextManager[None]:
        """Surround the rest of a body that became a function of its own."""
        return _NOTHING

    def joined(self, join: Any) -> None:
        """A loop of the next literal can look into an index."""

    def index(self, term: Any) -> None:
        """The literal at hand looks into the index for a loop's variable."""

    def loop(self) -> None:
        """The literal at hand opens a loop."""

    def key_set(self) -> None:
        """The literal at hand looks into the set of a collection's values."""

    def once(self) -> None:
        """The comprehension that ended last captures nothing: it is evaluated once."""


SILENT = Notes()
