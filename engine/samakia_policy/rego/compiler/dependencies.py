"""Finding what rules depend on.

A reference with variables may lead to many rules. Where the values that a variable can hold are written in
the body, only those count; and for messages it is remembered which references lead somewhere only perhaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.compiler.graph import Dynamic, Graph, Targets
from samakia_policy.rego.compiler.known_values import Known, expand, known_before, ordered_bindings
from samakia_policy.rego.compiler.origins import origins
from samakia_policy.rego.compiler.tree import rule_ref
from samakia_policy.rego.compiler.variables import all_vars
from samakia_policy.rego.compiler.walk import CHILDREN, is_constant, rules
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import Module, Ref, Rule, Term, Var
from samakia_policy.rego.syntax.order import Form, form

Look = Callable[[Ref], list[Rule]]


def build_graph(modules: Iterable[Module], look: Look) -> Graph:
    """Return the graph of all rules; `look` gives the rules a reference may lead to."""
    graph = Graph()
    finder = _Finder(graph, look)
    for module in modules:
        for rule in rules(module):
            graph.edges.setdefault(rule, {})
    for rule in graph.edges:
        _Rule(rule, finder).run()
    return graph


@slotted()
class _Finder:
    """What references lead to, looked up once per reference."""

    graph: Graph
    look: Look
    known: dict[Form, Targets] = field(default_factory=dict)
    same: dict[tuple[Rule, ...], Targets] = field(default_factory=dict)
    paths: dict[Targets, list[list[Rule]]] = field(default_factory=dict)

    def find(self, ref: Ref) -> Targets:
        """Return the targets of a reference."""
        key = _shape(ref)
        targets = self.known.get(key)
        if targets is None:
            found = self.look(ref)
            shared = tuple(found)
            targets = self.same.get(shared)
            if targets is None:
                targets = self.same[shared] = self.graph.targets(found)
            self.known[key] = targets
        return targets

    def by_path(self, targets: Targets) -> list[list[Rule]]:
        """Return the rules of targets, those of one path together."""
        if targets not in self.paths:
            found: dict[Form, list[Rule]] = {}
            for rule in targets.rules:
                found.setdefault(_shape(rule_ref(rule)), []).append(rule)
            self.paths[targets] = list(found.values())
        return self.paths[targets]


def _shape(ref: Ref) -> Form:
    """Return what tells references apart that lead to different rules: their constant terms."""
    return tuple([form(term) if is_constant(term) else None for term in ref.path])


@slotted()
class _Use:
    """One reference and some rules of one path that it may lead to."""

    ref: Ref
    narrowed: Ref
    at: int
    rules: list[Rule]
    sure: bool


@slotted()
class _Rule:
    """Finding what one rule depends on."""

    rule: Rule
    finder: _Finder
    uses: list[_Use] = field(default_factory=list)
    sure: list[Targets] = field(default_factory=list)
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
        kind = node.__class__
        if kind is Ref:
            self._ref(node)
        for child in CHILDREN[kind](node):
            self._walk(child)

    def _ref(self, ref: Ref) -> None:
        if not isinstance(ref.head, Var) or ref.head.name != "data":
            return
        if all(map(is_constant, ref.path)):
            targets = self.finder.find(ref)
            if targets.rules:
                self.finder.graph.depend(self.rule, targets)
                self.sure.append(targets)
            return
        if self.known is None:
            self.known = known_before(ordered_bindings(self.rule.body), self.at)
        narrowed = expand(ref, self.known)
        single = narrowed[0] if len(narrowed) == 1 else ref
        for one in narrowed:
            self._lead(ref, single, self.finder.find(one))

    def _lead(self, ref: Ref, narrowed: Ref, targets: Targets) -> None:
        """Note what a reference with variables leads to, and whether it surely does."""
        if targets.rules:
            self.finder.graph.depend(self.rule, targets)
        for same in self.finder.by_path(targets):
            sure = selects(narrowed, same[0], self._bound_before())
            self.uses.append(_Use(ref, narrowed, self.at, same, sure))

    def _bound_before(self) -> set[str]:
        if self.bound is None:
            self.bound = self._bound_at(self.at)
        return self.bound

    def _bound_at(self, index: int) -> set[str]:
        return all_vars([self.rule.head, *self.rule.body[:index]])

    def _note_dynamic(self) -> None:
        sure = {rule for use in self.uses if use.sure for rule in use.rules}
        sure.update(rule for targets in self.sure for rule in targets.rules)
        found: list[Dynamic] = []
        for use in self.uses:
            perhaps = [rule for rule in use.rules if rule not in sure]
            if not perhaps:
                continue
            if not found or found[-1].ref is not use.ref:
                bound = self._bound_at(use.at)
                known = origins(self.rule, use.at, use.narrowed)
                found.append(Dynamic(use.ref, use.narrowed, use.at, bound, known, []))
            found[-1].rules += perhaps
        self.finder.graph.dynamic[self.rule] = [_kept(item) for item in found]


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
