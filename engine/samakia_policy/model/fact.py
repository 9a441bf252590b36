"""Facts and the graph they form, whatever they were read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

Attrs = dict[str, Any]


@dataclass(slots=True)
class Origin:
    """Where a value was read: a path, a JSON pointer in it, and the digest of the file.

    `line` and `column` (1-based) are set only where no pointer can name the place.
    """

    path: str
    pointer: str = ""
    digest: str = ""
    line: int = 0
    column: int = 0


class Fact:
    """One typed fact; `attrs` is plain JSON, made when first read if it was given as a function."""

    __slots__ = ("_attrs", "id", "kind", "origin", "places", "role")

    def __init__(
        self,
        kind: str,
        id: str,
        attrs: Attrs | Callable[[], Attrs],
        origin: Origin,
        places: Mapping[str, Origin] | None = None,
        role: str = "live",
    ) -> None:
        self.kind = kind
        self.id = id
        self._attrs = attrs
        self.origin = origin
        self.places: Mapping[str, Origin] = {} if places is None else places
        self.role = role

    @property
    def attrs(self) -> Attrs:
        """The attributes, as plain JSON."""
        if callable(self._attrs):
            self._attrs = self._attrs()
        return self._attrs

    @property
    def subject(self) -> str:
        """The name findings use: "<kind>:<id>"."""
        return f"{self.kind}:{self.id}"

    def place(self, pointer: str) -> Origin:
        """Return where the attribute at a pointer was read; the longest known prefix wins."""
        prefix = pointer
        while prefix:
            if prefix in self.places:
                return _below(self.places[prefix], pointer[len(prefix) :])
            prefix = prefix.rpartition("/")[0]
        return _below(self.places.get("", self.origin), pointer)

    def __repr__(self) -> str:
        return f"<Fact {self.subject} from {self.origin.path}>"


def _order(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.relation, edge.target


def _below(origin: Origin, rest: str) -> Origin:
    if not rest or origin.line:
        return origin
    return Origin(origin.path, origin.pointer + rest, origin.digest)


@dataclass(slots=True, frozen=True, order=True)
class Edge:
    """A typed relation between two subjects ("<kind>:<id>")."""

    source: str
    relation: str
    target: str


class FactGraph:
    """All facts of one estate, by kind and id, with the relations between them."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Fact]] = {}
        self._out: dict[str, dict[str, list[str]]] = {}
        self._into: dict[str, dict[str, list[str]]] = {}
        self._repeats: dict[tuple[str, str], int] = {}
        self.incomplete: dict[str, set[str]] = {}
        self.dangling: list[Edge] = []

    def add(self, fact: Fact) -> Fact:
        """Add a fact; a taken id becomes "<id>@<path>", a repeat in the same file "<id>~<n>"."""
        facts = self._kinds.setdefault(fact.kind, {})
        if fact.id in facts:
            fact.id = self._free_id(facts, fact)
        facts[fact.id] = fact
        return fact

    def link(self, edges: Iterable[Edge]) -> None:
        """Add edges; one whose end is missing is listed as dangling instead."""
        for edge in sorted(set(edges), key=_order):
            if self.find(edge.source) is None or self.find(edge.target) is None:
                self.dangling.append(edge)
                continue
            self._out.setdefault(edge.relation, {}).setdefault(edge.source, []).append(edge.target)
            self._into.setdefault(edge.relation, {}).setdefault(edge.target, []).append(edge.source)

    def mark_incomplete(self, kind: str, path: str) -> None:
        """Record that a file which holds facts of a kind could not be read."""
        self.incomplete.setdefault(kind, set()).add(path)

    def kinds(self) -> list[str]:
        """Return the kinds that have facts, sorted."""
        return sorted(self._kinds)

    def of(self, kind: str) -> dict[str, Fact]:
        """Return the facts of a kind by id."""
        return self._kinds.get(kind, {})

    def find(self, subject: str) -> Fact | None:
        """Return the fact named "<kind>:<id>", or None."""
        kind, _, identity = subject.partition(":")
        return self.of(kind).get(identity)

    def relations(self) -> list[str]:
        """Return the relations that have edges, sorted."""
        return sorted(self._out)

    def out(self, relation: str) -> dict[str, list[str]]:
        """Return source -> sorted targets of a relation."""
        return self._out.get(relation, {})

    def into(self, relation: str) -> dict[str, list[str]]:
        """Return target -> sorted sources of a relation."""
        return self._into.get(relation, {})

    def reach(self, relation: str, subject: str) -> list[str]:
        """Return every subject reachable over a relation, sorted, without the start unless on a cycle."""
        seen: set[str] = set()
        pending = list(self.out(relation).get(subject, []))
        while pending:
            here = pending.pop()
            if here not in seen:
                seen.add(here)
                pending.extend(self.out(relation).get(here, []))
        return sorted(seen)

    def _free_id(self, facts: dict[str, Fact], fact: Fact) -> str:
        name = fact.id
        if facts[name].origin.path != fact.origin.path:
            name = f"{fact.id}@{fact.origin.path}"
            if name not in facts:
                return name
        # Numbers below the last one are taken: thousands of repeats need not be tried again for each.
        last = self._repeats.get((fact.kind, name), 1)
        number = next(n for n in count(last + 1) if f"{name}~{n}" not in facts)
        self._repeats[fact.kind, name] = number
        return f"{name}~{number}"

    def __iter__(self) -> Iterator[Fact]:
        for kind in self.kinds():
            facts = self._kinds[kind]
            yield from (facts[identity] for identity in sorted(facts))

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))
