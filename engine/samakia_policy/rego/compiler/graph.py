"""Which rules a rule depends on, and in which order that puts them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.compiler.faults import place_order
from samakia_policy.rego.compiler.origins import Origin
from samakia_policy.rego.compiler.walk import chain
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import Ref, Rule
from samakia_policy.rego.syntax.order import form


@slotted(eq=False)
class Targets:
    """The rules, with their else clauses, that one reference leads to; shared by all who use it.

    A thousand rules that refer to a set of a thousand rules are so two thousand edges, not a million.
    """

    rules: list[Rule]
    links: list[Rule]
    users: dict[Rule, None] = field(default_factory=dict)
    passed: bool = False


@slotted()
class Dynamic:
    """A reference that leads to some rules only for some values of its variables.

    `ref` as written, `narrowed` with the one value a variable can hold, `at` the index of its literal,
    `bound` the variables that may have a value there, `origins` where those of the reference come from.
    """

    ref: Ref
    narrowed: Ref
    at: int
    bound: set[str]
    origins: dict[str, Origin]
    rules: list[Rule]


@slotted()
class Graph:
    """`edges` from each rule to what it depends on; `within` from each rule to the targets it is one of."""

    edges: dict[Rule, dict[Targets, None]] = field(default_factory=dict)
    within: dict[Rule, list[Targets]] = field(default_factory=dict)
    dynamic: dict[Rule, list[Dynamic]] = field(default_factory=dict)
    _causes: dict[Rule, dict[Rule, Dynamic]] = field(default_factory=dict)
    _sorted: list[Rule] | None = None

    def targets(self, rules: list[Rule]) -> Targets:
        """Return new targets of some rules and their else clauses."""
        links = sorted([link for rule in rules for link in chain(rule)], key=_order)
        made = Targets(rules, links)
        for link in links:
            self.within.setdefault(link, []).append(made)
        return made

    def depend(self, rule: Rule, targets: Targets) -> None:
        """Note that a rule depends on others."""
        self.edges[rule][targets] = None
        targets.users[rule] = None

    def dependencies(self, rule: Rule) -> list[Rule]:
        """Return the rules that a rule depends on, in order of place."""
        found = dict.fromkeys([link for targets in self.edges[rule] for link in targets.links])
        return list(found) if len(self.edges[rule]) == 1 else sorted(found, key=_order)

    def affected(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return some rules and all that depend on them, however far."""
        found = dict.fromkeys(rules)
        waiting = list(found)
        seen: set[Targets] = set()
        while waiting:
            for targets in self.within.get(waiting.pop(), ()):
                if targets not in seen:
                    seen.add(targets)
                    fresh = [user for user in targets.users if user not in found]
                    found.update(dict.fromkeys(fresh))
                    waiting += fresh
        return list(found)

    def cause(self, rule: Rule, other: Rule) -> Dynamic | None:
        """Return the reference that makes a rule depend on another perhaps; None if it surely does."""
        if rule not in self.dynamic:
            return None
        if rule not in self._causes:
            causes: dict[Rule, Dynamic] = {}
            for found in self.dynamic[rule]:
                for target in found.rules:
                    for link in chain(target):
                        causes.setdefault(link, found)
            self._causes[rule] = causes
        return self._causes[rule].get(other)

    def sort(self) -> list[Rule]:
        """Return all rules, each behind those it depends on; rules in a cycle come in some order."""
        if self._sorted is None:
            started: set[Rule] = set()
            self._sorted = []
            for start in sorted(self.edges, key=_order):
                if start not in started:
                    self._sort_from(start, started, self._sorted)
        return self._sorted

    def _sort_from(self, start: Rule, started: set[Rule], done: list[Rule]) -> None:
        stack = [(start, iter(self._fresh(start, started)))]
        started.add(start)
        while stack:
            rule, rest = stack[-1]
            fresh = next((other for other in rest if other not in started), None)
            if fresh is not None:
                started.add(fresh)
                stack.append((fresh, iter(self._fresh(fresh, started))))
                continue
            done.append(rule)
            stack.pop()
            for targets in self.edges[rule]:
                targets.passed = True

    def _fresh(self, rule: Rule, started: set[Rule]) -> list[Rule]:
        """Return what a rule depends on and was not started yet, in order of place."""
        open_targets = [targets for targets in self.edges[rule] if not targets.passed]
        found = {link: None for targets in open_targets for link in targets.links if link not in started}
        return list(found) if len(open_targets) == 1 else sorted(found, key=_order)


def _order(rule: Rule) -> tuple[Any, ...]:
    return (place_order(rule.location), form(rule.head.ref))
