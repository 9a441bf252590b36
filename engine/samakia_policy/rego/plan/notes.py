"""What the generator tells about its decisions; nobody listens unless a plan is wanted."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samakia_policy.rego.generate.scope import Scope

_NOTHING: AbstractContextManager[None] = nullcontext()


class Notes:
    """Hears everything and keeps nothing; `Description` keeps it.

    `follows`: whether every body has to be a function of its own, so that its run can be followed. `plans`:
    whether loops may look into indexes: who follows an evaluation wants every turn.
    """

    __slots__ = ()
    follows = False
    plans = True

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

    def function(self, name: str) -> None:
        """The rule or the body that comes next becomes the function of this name."""

    def tried(self, expr: Any, scope: Scope) -> None:
        """The code of a literal begins here; what is emitted now runs whenever the literal is tried."""

    def held(self, scope: Scope) -> None:
        """The code of the literal at hand ends here; what is emitted now runs whenever it held."""

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
