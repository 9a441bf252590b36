"""Rules that depend on themselves, surely or perhaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.conflicts import shown_ref
from samakia_policy.rego.compiler.dependencies import selects
from samakia_policy.rego.compiler.graph import Dynamic, Graph, Targets
from samakia_policy.rego.compiler.known_values import members
from samakia_policy.rego.compiler.origins import ARGUMENT, BUILTIN, COLLECTION, INPUT, KEY, RULE, Origin
from samakia_policy.rego.compiler.tree import RuleTree, rule_ref
from samakia_policy.rego.compiler.walk import chain
from samakia_policy.rego.errors import RECURSION, Fault
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax.nodes import Ref, Rule, Scalar, Term, Var
from samakia_policy.rego.syntax.order import same
from samakia_policy.rego.syntax.printer import text_of

Edges = Callable[[Rule], list[Rule]]
MOST_CONDITIONS = 2
MOST_MEMBERS = 5
_TYPES = {bool: "boolean", str: "string", type(None): "null"}


def check_recursion(
    tree: RuleTree, graph: Graph, rewritten: Mapping[str, str], limit: int = 0
) -> list[Fault]:
    """Return a fault for every rule that depends on itself, with the way it does; at most `limit`, or all."""
    cyclic = _in_cycles(graph)
    if not cyclic:
        return []
    found: list[Rule] = []
    tree.visit(lambda node: found.extend([link for rule in node.rules for link in chain(rule)]))
    wanted = [rule for rule in found if rule in cyclic]
    return [_fault(rule, graph, rewritten) for rule in wanted[: limit or None]]


def _in_cycles(graph: Graph) -> set[Rule]:
    """Return the rules that lie on a cycle: those in a strongly connected part of several, or in a loop."""
    seen: set[Rule] = set()
    passed: set[Targets] = set()
    cyclic: set[Rule] = set()
    for start in reversed(graph.sort()):
        if start in seen:
            continue
        part = _reach(start, graph, seen, passed)
        if len(part) > 1 or any(start in targets.links for targets in graph.edges[start]):
            cyclic.update(part)
    return cyclic


def _reach(start: Rule, graph: Graph, seen: set[Rule], passed: set[Targets]) -> list[Rule]:
    part, waiting = [], [start]
    seen.add(start)
    while waiting:
        rule = waiting.pop()
        part.append(rule)
        for targets in graph.within.get(rule, ()):
            if targets in passed:
                continue
            passed.add(targets)
            fresh = [other for other in targets.users if other not in seen]
            seen.update(fresh)
            waiting += fresh
    return part


def _fault(rule: Rule, graph: Graph, rewritten: Mapping[str, str]) -> Fault:
    path = _path(rule, graph.dependencies)
    surely = all(graph.cause(one, other) is None for one, other in pairwise(path))
    cause = ""
    if not surely:
        static = _path(rule, lambda node: _sure_edges(graph, node))
        if static:
            path, surely = static, True
        else:
            cause = _cause(graph, path, rewritten)
    shown = " -> ".join([shown_ref(rule_ref(step), rewritten) for step in path])
    verb = "is" if surely else "may be"
    name = shown_ref(rule_ref(rule), rewritten)
    return Fault(RECURSION, f"rule {name} {verb} recursive: {shown}{cause}", rule.location)


def _sure_edges(graph: Graph, rule: Rule) -> list[Rule]:
    return [other for other in graph.dependencies(rule) if graph.cause(rule, other) is None]


def _path(start: Rule, edges: Edges) -> list[Rule]:
    """Return a way from a rule back to itself, found depth first; empty if there is none."""
    seen = {start}
    stack = [(start, iter(edges(start)))]
    while stack:
        for other in stack[-1][1]:
            if other is start:
                return [*[step[0] for step in stack], start]
            if other not in seen:
                seen.add(other)
                stack.append((other, iter(edges(other))))
                break
        else:
            stack.pop()
    return []


def _cause(graph: Graph, path: list[Rule], rewritten: Mapping[str, str]) -> str:
    """Return which reference closes the cycle, and for which values of its variables."""
    for index, (rule, target) in enumerate(pairwise(path)):
        dynamic = graph.cause(rule, target)
        if dynamic is not None:
            where = f" in {shown_ref(rule_ref(rule), rewritten)}" if index else ""
            return _Cause(dynamic, rule, target, rewritten).describe(where)
    return ""


@slotted(frozen=True)
class _Condition:
    """The term at a position of a reference, as shown, and the value it would need."""

    position: int
    term: Term
    value: Term


@slotted()
class _Cause:
    """The reference that leads from a rule to a target, perhaps."""

    dynamic: Dynamic
    rule: Rule
    target: Rule
    rewritten: Mapping[str, str]

    def describe(self, where: str) -> str:
        length = len(rule_ref(self.target).terms)
        terms = self._shown(self.dynamic.ref).terms[:length]
        shown = text_of(Ref(terms[0], terms[1:]))
        name = shown_ref(rule_ref(self.target), self.rewritten)
        conditions = self._conditions(terms)
        if not conditions or len(conditions) > MOST_CONDITIONS or any(map(self._impossible, conditions)):
            return f" ({shown}{where} could refer to {name})"
        needs = " and ".join([self._condition(item) for item in conditions])
        return f" ({shown}{where} refers to {name} if {needs})"

    def _shown(self, ref: Ref) -> Ref:
        return Ref(ref.head, [self._term(term) for term in ref.path])

    def _term(self, term: Term) -> Term:
        if isinstance(term, Var):
            return Var(self.rewritten.get(term.name, term.name))
        return self._shown_nested(term) if isinstance(term, Ref) else term

    def _shown_nested(self, ref: Ref) -> Ref:
        head = self._term(ref.head)
        return Ref(head, [self._term(term) for term in ref.path])

    def _conditions(self, terms: list[Term]) -> list[_Condition]:
        """Return what the reference's terms must be, once per term; none if one would need two values."""
        needed: list[int] = []
        selects(self.dynamic.narrowed, self.target, self.dynamic.bound, needed)
        wanted = rule_ref(self.target).terms
        found: list[_Condition] = []
        for position in needed:
            earlier = next((item for item in found if same(item.term, terms[position])), None)
            if earlier is None:
                found.append(_Condition(position, terms[position], wanted[position]))
            elif not same(earlier.value, wanted[position]):
                return []
        return found

    def _origin(self, condition: _Condition) -> Origin | None:
        term = self.dynamic.ref.terms[condition.position]
        return self.dynamic.origins.get(term.name) if isinstance(term, Var) else None

    def _impossible(self, condition: _Condition) -> bool:
        origin = self._origin(condition)
        if origin is not None and origin.kind == COLLECTION and origin.source is not None:
            return not any(same(item, condition.value) for item in members(origin.source) or ())
        if origin is not None and origin.kind == BUILTIN:
            return not _may_return(origin.builtin, condition.value)
        return False

    def _condition(self, condition: _Condition) -> str:
        note = self._note(condition)
        shown = f"{text_of(condition.term)} is {text_of(condition.value)}"
        return f"{shown} ({note})" if note else shown

    def _note(self, condition: _Condition) -> str:
        term = self.dynamic.ref.terms[condition.position]
        if isinstance(term, Ref):
            from_rule = isinstance(term.head, Var) and term.head.name == "data"
            return "rule values aren't known at compile time" if from_rule else ""
        origin = self._origin(condition)
        return "" if origin is None else self._origin_note(text_of(condition.term), origin)

    def _origin_note(self, name: str, origin: Origin) -> str:
        rule = shown_ref(rule_ref(self.rule), self.rewritten)
        if origin.kind in (KEY, ARGUMENT):
            return f"{name} is {'a key' if origin.kind == KEY else 'an argument'} of {rule}"
        if origin.kind == BUILTIN:
            return f"{name} is computed by {origin.builtin}"
        assert origin.source is not None
        if origin.kind == COLLECTION:
            values = members(origin.source) or []
            few = len(values) <= MOST_MEMBERS
            return f"{name} is one of {text_of(origin.source) if few else f'{len(values)} values'}"
        source = text_of(origin.source)
        if origin.kind == RULE:
            return f"{name} comes from rule {source}, whose value isn't known at compile time"
        assert origin.kind == INPUT
        return f"{name} comes from {source}"


def _may_return(name: str, value: Term) -> bool:
    entry = signatures().get(name, {}).get("decl", {}).get("result")
    if entry is None or not isinstance(value, Scalar):
        return True
    wanted = _TYPES.get(value.value.__class__, "number")
    kinds = [item["type"] for item in entry.get("of", ())] if entry["type"] == "any" else [entry["type"]]
    return not kinds or wanted in kinds or "any" in kinds
