"""What happened in an evaluation, as a tree: bodies, the literals tried in them, each time they held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.values.collections import UNDEFINED

if TYPE_CHECKING:
    from samakia_policy.rego.trace.code import Body

Values = tuple[Any, ...]
MOST_STEPS = 1_000_000
"""How many tries are recorded; of a longer evaluation, the rest is left out."""


class Try:
    """A literal that is tried: after what, with which values; the calls made meanwhile; each time it held."""

    __slots__ = ("after", "calls", "held", "number", "values")

    def __init__(self, number: int, values: Values, after: Held | None) -> None:
        self.number = number
        self.values = values
        self.after = after
        self.held: list[Held] = []
        self.calls: list[Call] = []


class Held:
    """One time a literal held: the values then, what was tried next, and what the body gave in the end."""

    __slots__ = ("gave", "of", "tries", "values")

    def __init__(self, of: Try, values: Values) -> None:
        self.of = of
        self.values = values
        self.tries: list[Try] = []
        self.gave: list[Values] = []


class Call:
    """One run of a body; `result` is UNDEFINED until it ended, and where it gave nothing.

    `tries`: the literals it begins with. `calls`: bodies it runs itself, as `every` does for each element.
    """

    __slots__ = ("body", "calls", "chain", "result", "tries")

    def __init__(self, body: Body) -> None:
        self.body = body
        self.tries: list[Try] = []
        self.calls: list[Call] = []
        self.chain: list[Try] = []
        self.result: Any = UNDEFINED


class Record:
    """Collects the reports. A body runs only once at a time, as nothing in Rego is recursive."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.documents: dict[tuple[str, ...], Any] = {}
        self.steps = 0
        self._open: list[Call] = []

    @property
    def left_out(self) -> int:
        """How many tries are not recorded."""
        return max(0, self.steps - MOST_STEPS)

    @property
    def full(self) -> bool:
        """Whether more happened than is recorded."""
        return self.steps > MOST_STEPS

    def followed(self, body: Body, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose calls are recorded as runs of a body."""

        def call(*arguments: Any) -> Any:
            made = Call(body)
            outer = self._open[-1] if self._open else self
            chain = outer.chain if isinstance(outer, Call) else []
            if not self.full:
                (chain[-1].calls if chain else outer.calls).append(made)
            self._open.append(made)
            # An error leaves what was open as it is: its last literal is where it happened.
            made.result = function(*arguments)
            self._open.pop()
            return made.result

        return call

    def document(self, path: tuple[str, ...], function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that keeps what the rules of one name gave together."""

        def call(*arguments: Any) -> Any:
            self.documents[path] = found = function(*arguments)
            return found

        return call

    def tried(self, number: int, values: Values) -> None:
        """A literal is tried: it goes on from the last one before it."""
        self.steps += 1
        if self.full:
            return
        call = self._open[-1]
        chain = call.chain
        while chain and chain[-1].number >= number:
            chain.pop()
        after = chain[-1].held[-1] if chain else None
        made = Try(number, values, after)
        (call.tries if after is None else after.tries).append(made)
        chain.append(made)

    def held(self, number: int, values: Values) -> None:
        """A literal held: whatever was tried after its last time is over."""
        if self.full:
            return
        chain = self._open[-1].chain
        while chain[-1].number > number:
            chain.pop()
        chain[-1].held.append(Held(chain[-1], values))

    def gave(self, values: Values) -> None:
        """The body at hand gives an element, a pair, or a value with its path."""
        if self._open and not self.full:
            chain = self._open[-1].chain
            if chain and chain[-1].held:
                chain[-1].held[-1].gave.append(values)

    def broken(self) -> Try | None:
        """Return the literal in which an evaluation ended that broke."""
        return next((call.chain[-1] for call in reversed(self._open) if call.chain), None)
