"""The facts, relations and parameters that one Python rule declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Attrs = dict[str, Any]
Relation = dict[str, list[str]]


class Facts:
    """What a rule may read; a kind or relation that it did not declare has no members."""

    def __init__(
        self,
        kinds: dict[str, dict[str, Attrs]],
        edges: dict[str, Relation] | None = None,
        reverse: dict[str, Relation] | None = None,
        *,
        params: Attrs | None = None,
        context: Attrs | None = None,
    ) -> None:
        self._kinds = kinds
        self._edges = edges or {}
        self._reverse = reverse or {}
        self.params = params or {}
        self.context = context or {}

    def of(self, kind: str) -> Iterator[tuple[str, Attrs]]:
        """Yield (id, attributes) of a kind's facts, sorted by id; non-integers are Decimals."""
        facts = self._kinds.get(kind, {})
        yield from ((identity, facts[identity]) for identity in sorted(facts))

    def get(self, kind: str, id: str) -> Attrs | None:  # noqa: A002 - the specification's word
        """Return the attributes of one fact, or None."""
        return self._kinds.get(kind, {}).get(id)

    def out(self, relation: str, subject: str) -> list[str]:
        """Return the sorted targets of a "kind:id" over a relation."""
        return self._edges.get(relation, {}).get(subject, [])

    def into(self, relation: str, subject: str) -> list[str]:
        """Return the sorted sources that point at a "kind:id" over a relation."""
        return self._reverse.get(relation, {}).get(subject, [])

    def reach(self, relation: str, subject: str) -> list[str]:
        """Return everything reachable over a relation, sorted; the start only when on a cycle."""
        seen: set[str] = set()
        pending = list(self.out(relation, subject))
        while pending:
            here = pending.pop()
            if here not in seen:
                seen.add(here)
                pending.extend(self.out(relation, here))
        return sorted(seen)
