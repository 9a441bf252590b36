"""Modules by package, and rules by path: what a reference may lead to.

A rule lies at the ground part of its path: `a.b[x].c` in package `p` lies at `data.p.a.b`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from samakia_policy.rego.compiler.walk import is_constant, is_ground
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import Module, Ref, Rule, Scalar, Term, Var
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.values.collections import Key, key

SYSTEM = "system"
_NOWHERE: Key = ("nowhere",)


@slotted()
class ModuleTree:
    """The modules of one package, and the packages below it."""

    modules: list[Module] = field(default_factory=list)
    children: dict[Key, ModuleTree] = field(default_factory=dict)

    def find(self, terms: Iterable[Term]) -> ModuleTree | None:
        """Return what lies at a path of plain names below this package, or None."""
        node = self
        for term in terms:
            below = node.children.get(step(term))
            if below is None:
                return None
            node = below
        return node

    def __iter__(self) -> Iterator[ModuleTree]:
        yield self
        for name in sorted(self.children, key=str):
            yield from self.children[name]


@slotted()
class RuleTree:
    """The rules at one path, and what lies below. `hidden`: `data[x]` does not lead here (data.system)."""

    rules: list[Rule] = field(default_factory=list)
    children: dict[Key, RuleTree] = field(default_factory=dict)
    term: Term | None = None
    hidden: bool = False
    _sorted: list[RuleTree] | None = None

    def add(self, terms: list[Term], rule: Rule | None) -> None:
        """Put a rule, or nothing, at a path of ground terms."""
        node = self
        for term in terms:
            below = node.children.get(step(term))
            if below is None:
                below = node.children[step(term)] = RuleTree(term=term)
                node._sorted = None
            node = below
        if rule is not None:
            node.rules.append(rule)

    def child(self, term: Term) -> RuleTree | None:
        """Return what lies at one more term, or None."""
        return self.children.get(step(term))

    def find(self, terms: Iterable[Term]) -> RuleTree | None:
        """Return what lies exactly at a path, or None."""
        node: RuleTree | None = self
        for term in terms:
            node = node.children.get(step(term)) if node is not None else None
            if node is None:
                return None
        return node

    def exact(self, ref: Ref) -> list[Rule]:
        """Return the rules that lie exactly at a reference."""
        node = self.find(ref.terms)
        return node.rules if node is not None else []

    def ordered(self) -> list[RuleTree]:
        """Return what lies directly below, in OPA's order of keys."""
        if self._sorted is None:
            self._sorted = sorted(self.children.values(), key=_order)
        return self._sorted

    def visit(self, function: Callable[[RuleTree], bool | None]) -> None:
        """Call a function here and, unless it returns true, on everything below, in order."""
        if not function(self):
            for below in self.ordered():
                below.visit(function)

    def for_document(self, ref: Ref) -> list[Rule]:
        """Return the rules that make the document a reference leads into: the first met on the way."""
        node: RuleTree | None = self
        for term in ref.terms:
            node = node.children.get(step(term)) if node is not None else None
            if node is None:
                return []
            if node.rules:
                return node.rules
        return node.rules if node is not None else []

    def with_prefix(self, ref: Ref) -> list[Rule]:
        """Return the rules at a reference and below it."""
        node = self.find(ref.terms)
        found: list[Rule] = []
        if node is not None:
            node.visit(lambda below: _gather(below, found, node))
        return found

    def dynamic(self, ref: Ref, hidden: bool = False) -> list[Rule]:
        """Return the rules a reference may lead to, whatever its variables hold."""
        found: dict[Rule, None] = {}
        _Search(ref.terms, hidden, found).walk(self, 0)
        return list(found)

    def is_virtual(self, ref: Ref) -> bool:
        """Return whether rules make, or lie below, what the ground part of a reference names."""
        node = self
        for term in ground_prefix(ref.terms):
            below = node.children.get(step(term))
            if below is None:
                return False
            if below.rules:
                return True
            node = below
        return True


@slotted()
class _Search:
    """One look-up of a reference that may hold variables."""

    terms: list[Term]
    hidden: bool
    found: dict[Rule, None]

    def walk(self, node: RuleTree, index: int) -> None:
        if index >= len(self.terms):
            node.visit(self._take)
            return
        term = self.terms[index]
        if index == 0 or is_constant(term):
            below = node.child(term)
            if below is not None:
                self._step(below, index + 1)
            return
        for below in node.ordered():
            if self.hidden or not below.hidden:
                self._step(below, index + 1)

    def _step(self, below: RuleTree, index: int) -> None:
        for rule in below.rules:
            if _may_meet(rule_ref(rule).terms, self.terms, index):
                self.found[rule] = None
        self.walk(below, index)

    def _take(self, node: RuleTree) -> bool:
        self.found.update(dict.fromkeys(node.rules))
        return node.hidden and not self.hidden


def _gather(node: RuleTree, found: list[Rule], start: RuleTree) -> bool:
    if node.hidden and node is not start:
        return True
    found.extend(node.rules)
    return False


def _may_meet(one: list[Term], other: list[Term], start: int) -> bool:
    for left, right in zip(one[start:], other[start:], strict=False):
        if is_constant(left) and is_constant(right) and form(left) != form(right):
            return False
    return True


def _order(node: RuleTree) -> tuple[object, ...]:
    return form(node.term)


def step(term: Term) -> Key:
    """Return the key under which a term leads down a tree; only scalars and the first variable do."""
    if isinstance(term, Scalar):
        return key(term.value)
    return ("var", term.name) if isinstance(term, Var) else _NOWHERE


def ground_prefix(terms: list[Term]) -> list[Term]:
    """Return the terms before the first, other than the head, that holds a variable."""
    for index in range(1, len(terms)):
        if not is_ground(terms[index]):
            return terms[:index]
    return terms


def rule_ref(rule: Rule) -> Ref:
    """Return the whole path of a rule, its package included."""
    assert rule.module is not None
    package, ref = rule.module.package, rule.head.ref
    assert isinstance(ref.head, Var)
    name = Scalar(ref.head.name, location=ref.head.location)
    return Ref(package.head, [*package.path, name, *ref.path], location=ref.location)


def module_tree(modules: Iterable[Module]) -> ModuleTree:
    """Return the tree of some modules, given in the order of their names."""
    root = ModuleTree()
    for module in modules:
        node = root
        for term in module.package.terms:
            node = node.children.setdefault(step(term), ModuleTree())
        node.modules.append(module)
    return root


def rule_tree(modules: ModuleTree) -> RuleTree:
    """Return the tree of all rules of some modules."""
    root = RuleTree()
    for node in modules:
        for module in node.modules:
            if not module.rules:
                root.add(module.package.terms, None)
            for rule in module.rules:
                root.add(ground_prefix(rule_ref(rule).terms), rule)
    system = root.find([Var("data"), Scalar(SYSTEM)])
    if system is not None:
        system.hidden = True
    return root
