"""What a Python rule imports, and all it imports of the product.

>>> from samakia_policy.rules import Facts, Hits, hit, rule
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Hit = dict[str, Any]
Hits = Iterator[Hit]
_Rule = TypeVar("_Rule", bound=Callable[..., Hits])


class Unknown(dict[str, Any]):
    """What a rule reports as not knowable."""


class Facts:
    """The facts a rule declared, with its parameters and the run's context."""

    def __init__(
        self,
        facts: dict[str, dict[str, Any]],
        edges: dict[str, dict[str, list[str]]],
        reverse: dict[str, dict[str, list[str]]],
        params: dict[str, Any],
        context: dict[str, Any],
    ) -> None:
        self._facts = facts
        self._edges = edges
        self._reverse = reverse
        self.params = params
        self.context = context

    def of(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (id, attributes) of a declared kind by id; raises KeyError for another kind."""
        facts = self._facts[kind]
        return ((identity, facts[identity]) for identity in sorted(facts))

    def get(self, kind: str, identity: str) -> dict[str, Any] | None:
        """Return the attributes of one fact, or None."""
        return self._facts[kind].get(identity)

    def out(self, relation: str, subject: str) -> list[str]:
        """Return the sorted targets of a subject ("kind:id") over a declared relation."""
        return self._edges[relation].get(subject, [])

    def into(self, relation: str, subject: str) -> list[str]:
        """Return the sorted sources of a subject over a declared relation."""
        return self._reverse[relation].get(subject, [])


def rule(**metadata: Any) -> Callable[[_Rule], _Rule]:
    """Declare a rule; every argument is a literal, because metadata is read as text."""

    def declare(function: _Rule) -> _Rule:
        function.policy_rule = metadata  # type: ignore[attr-defined]
        return function

    return declare


def hit(
    subject: str, *, at: str = "", fact: str = "", path: str = "", variant: str = "", **fields: Any
) -> Hit:
    """Return a hit on a subject (id, or "kind:id"); `at` points into the attributes that offend."""
    places = {"at": at, "fact": fact, "path": path, "variant": variant}
    return {"subject": subject, **{key: value for key, value in places.items() if value}, **fields}


def unknown(subject: str, pointer: str, why: str) -> Unknown:
    """Return what could not be known about a subject."""
    return Unknown(subject=subject, pointer=pointer, why=why)
