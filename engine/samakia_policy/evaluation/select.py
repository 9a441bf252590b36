"""What one rule gets to see: its facts, without those that hide what it reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.model.canonical import exact
from samakia_policy.model.fact import Fact, FactGraph
from samakia_policy.model.rule import Rule
from samakia_policy.model.values import markers, why_hidden


@dataclass(slots=True, frozen=True)
class Hidden:
    """A value that a rule reads and nobody can see."""

    subject: str
    pointer: str
    why: str


@dataclass(slots=True)
class Sight:
    """The facts a rule is given, by kind, and what it cannot see."""

    facts: dict[str, list[Fact]]
    hidden: list[Hidden] = field(default_factory=list)
    primary: int = 0


class Views:
    """Facts as JSON text, made once for every rule that sees the same ones."""

    def __init__(self, graph: FactGraph) -> None:
        self._graph = graph
        self._markers: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._names: dict[tuple[Any, ...], str] = {}
        self.texts: dict[str, str] = {}

    def sight(self, rule: Rule) -> Sight:
        """Return what a rule sees of each of its kinds."""
        facts = {kind: self._visible(rule, kind) for kind in rule.kinds}
        sight = Sight(facts, primary=len(facts[rule.needs[0]]))
        if rule.unknown == "handled":
            return sight
        for kind in rule.kinds:
            hidden = [h for fact in facts[kind] for h in self._hidden(rule, fact)]
            sight.hidden.extend(hidden)
            if hidden and rule.unknown == "subject":
                withheld = {h.subject for h in hidden}
                facts[kind] = [fact for fact in facts[kind] if fact.subject not in withheld]
        return sight

    def name(self, rule: Rule, kind: str, sight: Sight) -> str:
        """Return the name of the view that holds exactly the facts a rule sees of a kind."""
        withheld = frozenset(h.subject for h in sight.hidden) if sight.hidden else frozenset()
        narrowing = exact(rule.where.get(kind, {}))
        key = (kind, tuple(rule.applies_to), narrowing, withheld)
        if key not in self._names:
            self._names[key] = f"v{len(self._names)}"
            self.texts[self._names[key]] = exact({f.id: f.attrs for f in sight.facts[kind]})
        return self._names[key]

    def _visible(self, rule: Rule, kind: str) -> list[Fact]:
        wanted = rule.where.get(kind, {})
        return [
            fact
            for fact in self._graph.of(kind).values()
            if fact.role in rule.applies_to
            and all(fact.attrs.get(key) == value for key, value in wanted.items())
        ]

    def _hidden(self, rule: Rule, fact: Fact) -> Iterable[Hidden]:
        paths = rule.reads.get(fact.kind)
        for pointer, why in self._markers_of(fact.kind).get(fact.id, ()):
            if paths is None or any(_touches(path, pointer) for path in paths):
                yield Hidden(fact.subject, pointer, why)

    def _markers_of(self, kind: str) -> dict[str, list[tuple[str, str]]]:
        if kind not in self._markers:
            found = {
                fact.id: [(pointer, why_hidden(marker)) for pointer, marker in markers(fact.attrs)]
                for fact in self._graph.of(kind).values()
            }
            self._markers[kind] = {identity: hidden for identity, hidden in found.items() if hidden}
        return self._markers[kind]


def _touches(path: str, pointer: str) -> bool:
    """Whether reading an attribute path can meet what lies at a pointer."""
    attribute = "/" + path.replace(".", "/")
    return f"{pointer}/".startswith(f"{attribute}/") or f"{attribute}/".startswith(f"{pointer}/")
