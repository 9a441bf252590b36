"""Which rules a rule depends on.

A reference with variables may lead to many rules. Where the values that a variable can hold are written in
the body, only those count; and for messages the graph remembers which references lead somewhere only perhaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.rego.compiler.known_values import Known, expand, known_before, ordered_bindings
from samakia_policy.rego.compiler.origins import Origin, origins
from samakia_policy.rego.compiler.safety import place_order
from samakia_policy.rego.compiler.structure import form
from samakia_policy.rego.compiler.tree import rule_ref
from samakia_policy.rego.compiler.variables import all_vars
from samakia_policy.rego.compiler.walk import chain, children, is_constant, rules
from samakia_policy.rego.syntax.nodes import Module, Ref, Rule, Term, Var

Look = Callable[[Ref], list[Rule]]


@dataclass(slots=True)
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


@dataclass(slots=True)
class Graph:
    """`edges` from each rule to those it depends on; `dependents` the other way round."""

    edges: dict[Rule, dict[Rule, None]] = field(default_factory=dict)
    dependents: dict[Rule, dict[Rule, None]] = field(default_factory=dict)
    dynamic: dict[Rule, list[Dynamic]] = field(default_factory=dict)
    _causes: dict[Rule, dict[Rule, Dynamic]] = field(default_factory=dict)

    def depend(self, rule: Rule, other: Rule) -> None:
        """Note that a rule depends on another and its else clauses."""
        for link in chain(other):
            self.edges.setdefault(link, {})
            self.edges[rule][link] = None
            self.dependents.setdefault(link, {})[rule] = None

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
        done: dict[Rule, None] = {}
        started: set[Rule] = set()
        for start in sorted(self.edges, key=_order):
            if start not in started:
                self._sort_from(start, started, done)
        return list(done)

    def _sort_from(self, start: Rule, started: set[Rule], done: dict[Rule, None]) -> None:
        stack = [(start, iter(self._sorted_edges(start)))]
        started.add(start)
        while stack:
            rule, rest = stack[-1]
            fresh = next((other for other in rest if other not in started), None)
            if fresh is None:
                done.setdefault(rule)
                stack.pop()
            else:
                started.add(fresh)
                stack.append((fresh, iter(self._sorted_edges(fresh))))

    def _sorted_edges(self, rule: Rule) -> list[Rule]:
        return sorted(self.edges[rule], key=_order)


def _order(rule: Rule) -> tuple[Any, ...]:
    return (place_order(rule.location), form(rule.head.ref))


def build_graph(modules: Iterable[Module], look: Look) -> Graph:
    """Return the graph of all rules; `look` gives the rules a reference may lead to."""
    graph = Graph()
    for module in modules:
        for rule in rules(module):
            graph.edges.setdefault(rule, {})
            _Rule(rule, look, graph).run()
    return graph


@dataclass(slots=True)
class _Use:
    """One reference and one rule it may lead to."""

    ref: Ref
    narrowed: Ref
    at: int
    rule: Rule
    sure: bool


@dataclass(slots=True)
class _Rule:
    """Finding what one rule depends on."""

    rule: Rule
    look: Look
    graph: Graph
    uses: list[_Use] = field(default_factory=list)
    at: int = 0
    known: Known | None = None
    bound: set[str] | None = None

    def run(self) -> None:
        for index, expr in enumerate(self.rule.body):
            self.at, self.known, self.bound = index, None, None
            self._walk(expr)
        self.at, self.known, self.bound = len(self.rule.body), None, None
        head = self.rule.head
        for part in [*(head.args or ()), head.key, head.value]:
            if part is not None:
                self._walk(part)
        if not all(use.sure for use in self.uses):
            self._note_dynamic()

    def _walk(self, node: Any) -> None:
        if node.__class__ is Ref:
            self._ref(node)
        for child in children(node):
            self._walk(child)

    def _ref(self, ref: Ref) -> None:
        if not isinstance(ref.head, Var) or ref.head.name != "data":
            return
        if all(map(is_constant, ref.path)):
            for rule in self.look(ref):
                self._use(ref, ref, rule, True)
            return
        if self.known is None:
            self.known = known_before(ordered_bindings(self.rule.body), self.at)
        narrowed = expand(ref, self.known)
        single = narrowed[0] if len(narrowed) == 1 else ref
        for one in narrowed:
            for rule in self.look(one):
                self._use(ref, single, rule, selects(single, rule, self._bound_before()))

    def _use(self, ref: Ref, narrowed: Ref, rule: Rule, sure: bool) -> None:
        self.graph.depend(self.rule, rule)
        self.uses.append(_Use(ref, narrowed, self.at, rule, sure))

    def _bound_before(self) -> set[str]:
        if self.bound is None:
            self.bound = self._bound_at(self.at)
        return self.bound

    def _bound_at(self, index: int) -> set[str]:
        return all_vars([self.rule.head, *self.rule.body[:index]])

    def _note_dynamic(self) -> None:
        sure = {use.rule for use in self.uses if use.sure}
        found: list[Dynamic] = []
        for use in self.uses:
            if use.rule in sure:
                continue
            if not found or found[-1].ref is not use.ref:
                bound = self._bound_at(use.at)
                known = origins(self.rule, use.at, use.narrowed)
                found.append(Dynamic(use.ref, use.narrowed, use.at, bound, known, []))
            found[-1].rules.append(use.rule)
        self.graph.dynamic[self.rule] = [_kept(item) for item in found]


def _kept(item: Dynamic) -> Dynamic:
    # Later stages rewrite the tree in place; messages show references as they were.
    item.ref, item.narrowed = _copy(item.ref), _copy(item.narrowed)
    return item


def _copy(ref: Ref) -> Ref:
    return Ref(ref.head, list(ref.path), location=ref.location)


def selects(ref: Ref, rule: Rule, bound: set[str], needed: list[int] | None = None) -> bool:
    """Return whether a reference leads to a rule whatever its variables hold.

    A variable without a value that occurs once enumerates everything. `needed` collects the positions that
    must equal the rule's path.
    """
    sure = True
    for index, (term, wanted) in enumerate(zip(ref.terms, rule_ref(rule).terms, strict=False)):
        if index == 0 or not is_constant(wanted) or _enumerates(term, ref, bound):
            continue
        if is_constant(term):
            if form(term) != form(wanted):
                return False
        elif needed is None:
            return False
        else:
            sure = False
            needed.append(index)
    return sure


def _enumerates(term: Term, ref: Ref, bound: set[str]) -> bool:
    if not isinstance(term, Var) or term.name in bound:
        return False
    return sum(isinstance(other, Var) and other.name == term.name for other in ref.terms) == 1
