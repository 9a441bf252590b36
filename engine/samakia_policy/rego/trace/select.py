"""Which turns of an evaluation concern a subject: it is a variable's value, or what they gave was used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samakia_policy.rego.trace.reading import Places
from samakia_policy.rego.values.collections import Set, Value, key

if TYPE_CHECKING:
    from samakia_policy.rego.trace.record import Call, Held, Try, Values

MOST_TURNS = 5
"""How many turns of a body are told; the others are counted."""
_LARGEST = 20
_SURE, _LIKELY = 2, 1


@dataclass(slots=True, eq=False)
class Turn:
    """One way through a body: the literals tried, each with the time it held; the last may have failed."""

    steps: list[tuple[Try, Held | None]]
    rank: int = 0

    @property
    def held(self) -> bool:
        """Whether every literal held."""
        return self.steps[-1][1] is not None

    @property
    def end(self) -> int:
        """The number of the last literal tried."""
        return self.steps[-1][0].number

    @property
    def gave(self) -> list[Values]:
        """What the body gave for it."""
        last = self.steps[-1][1]
        return last.gave if last is not None else []

    @property
    def values(self) -> Values:
        """The values of all variables at its end."""
        tried, held = self.steps[-1]
        return held.values if held is not None else tried.values


@dataclass(slots=True)
class Chosen:
    """The turns of a body that are told, and how many others there were.

    `ends`: the literals in which the others failed, each with how many of them.
    """

    turns: list[Turn] = field(default_factory=list)
    others: int = 0
    ends: list[tuple[int, int]] = field(default_factory=list)


def turns(call: Call) -> Iterator[Turn]:
    """Yield every way through a body, in order."""
    waiting: list[list[tuple[Try, Held | None]]] = []
    _push(waiting, [], call.tries)
    while waiting:
        steps = waiting.pop()
        held = steps[-1][1]
        if held is None or not held.tries:
            yield Turn(steps)
        else:
            _push(waiting, steps, held.tries)


def _push(
    waiting: list[list[tuple[Try, Held | None]]], before: list[tuple[Try, Held | None]], tries: list[Try]
) -> None:
    ways = [(tried, held) for tried in tries for held in _ends(tried)]
    waiting += [[*before, way] for way in reversed(ways)]


def _ends(tried: Try) -> list[Held | None]:
    return list(tried.held) or [None]


@dataclass(slots=True)
class Interest:
    """A subject: the texts that name it, where its fact lies in `input`, and which results others used."""

    names: frozenset[str]
    path: tuple[str, ...]
    places: Places
    used: dict[tuple[str, ...], list[Value]] = field(default_factory=dict)
    parts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.parts = frozenset(self.path[-1].split("/"))

    def rank(self, values: Iterable[Value]) -> int:
        """Return how sure it is that values are about the subject; 0 is not at all."""
        best, texts = 0, set()
        for value in values:
            path = self.places.of(value)
            if path is not None and path[: len(self.path)] == self.path:
                return _SURE
            if self._named(value, 0):
                best = _LIKELY
            # A row that a rule made names something; a list in a fact is only there.
            row = value.__class__ is list and path is None and len(value) <= _LARGEST
            few = value if row else [value]
            texts.update([text for text in few if text.__class__ is str])
        # An id like "tenant/consumer" is made of what names its fact.
        return best or (_LIKELY if len(self.parts) > 1 and self.parts <= texts else 0)

    def _named(self, value: Value, depth: int) -> bool:
        if value.__class__ is str:
            return value in self.names
        # A row of a helper names it; a list of everything says nothing.
        few = value.__class__ is list and len(value) <= _LARGEST and depth < 2  # noqa: PLR2004
        return few and any(self._named(item, depth + 1) for item in value)

    def choose(self, call: Call, document: tuple[str, ...]) -> Chosen:
        """Return the turns about the subject, or that gave what others used of a document."""
        used = self.used.get(document, [])
        every = list(turns(call))
        for turn in every:
            turn.rank = self.rank(turn.values)
            if not turn.rank and any(_same(value, given) for given in turn.gave for value in used):
                turn.rank = _LIKELY
        found = [turn for turn in every if turn.rank]
        if any(turn.rank == _SURE for turn in found):
            found = [turn for turn in found if turn.rank == _SURE or turn.held]
        return some(found, every)


def some(found: list[Turn], every: list[Turn]) -> Chosen:
    """Return a few of the turns found, of many literals that failed, and how the others ended."""
    ends = Counter(turn.end for turn in found)
    most = max(1, MOST_TURNS // max(1, len(ends)))
    kept: list[Turn] = []
    seen: Counter[int] = Counter()
    for turn in found:
        seen[turn.end] += 1
        if seen[turn.end] <= most and len(kept) < MOST_TURNS:
            kept.append(turn)
    told = {id(turn) for turn in kept}
    failed = Counter(turn.end for turn in every if not turn.held and id(turn) not in told)
    return Chosen(kept, len(every) - len(kept), sorted(failed.items()))


def _same(value: Value, gave: Values) -> bool:
    """Whether a turn gave a value, as an element or under a key, or the value of that key."""
    if value.__class__ in (dict, list, Set):
        return any(
            value is one or (one.__class__ is value.__class__ and key(one) == key(value)) for one in gave
        )
    return value.__class__ in (str, int) and any(
        one.__class__ is value.__class__ and one == value for one in gave
    )
