"""Which variables a node mentions, for the several meanings of "mentions" that the checks need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.compiler.walk import CHILDREN, children
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    ArrayComp,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    TemplateString,
    Var,
    With,
)

RESERVED = frozenset({"data", "input"})
Walker = Callable[[Any], None]
_CLOSURES = (ArrayComp, SetComp, ObjectComp, TemplateString, Not, Logical)


class Collector:
    """Collects the names of variables below a node into `found`; what it skips is chosen once.

    `heads`: count the heads of references. `operators`: count the heads of what is called and of the target
    and the value of `with`. `closures`: look into comprehensions and other nested bodies. `sets`, `keys`:
    look into sets, and at the keys of objects. `special` decides what `not`, `and` and `or` add.
    `skipped` tells whether the last collection met a nested body.
    """

    def __init__(
        self,
        *,
        heads: bool = True,
        operators: bool = True,
        closures: bool = True,
        sets: bool = True,
        keys: bool = True,
        special: Callable[[set[str], Any], None] | None = None,
    ) -> None:
        self.found: set[str] = set()
        self.skipped = False
        self.special = special
        self._walkers: dict[type, Walker] = {Var: self._var, Scalar: _nothing}
        if not heads:
            self._walkers[Ref] = self._path
        if not operators:
            self._walkers |= {Call: self._call, With: self._with}
        if not closures:
            self._walkers |= dict.fromkeys(_CLOSURES, self._skip) | {Expr: self._expr}
        if special is not None:
            self._walkers |= {Not: self._special, Logical: self._special}
        if not sets:
            self._walkers[SetTerm] = _nothing
        if not keys:
            self._walkers[Object] = self._values

    def collect(self, nodes: Iterable[Any]) -> set[str]:
        """Return the variables of some nodes, as a new set."""
        self.found = set()
        self.skipped = False
        for node in nodes:
            self.walk(node)
        return self.found

    def walk(self, node: Any) -> None:
        """Add the variables of one node."""
        kind = node.__class__
        walker = self._walkers.get(kind)
        if walker is not None:
            walker(node)
            return
        for child in CHILDREN[kind](node):
            self.walk(child)

    def _skip(self, _: Any) -> None:
        self.skipped = True

    def _var(self, node: Var) -> None:
        self.found.add(node.name)

    def _path(self, node: Ref) -> None:
        for term in node.path:
            self.walk(term)

    def _call(self, node: Call) -> None:
        self._path(node.operator)
        for term in node.args:
            self.walk(term)

    def _with(self, node: With) -> None:
        self._path(node.target)
        if isinstance(node.value, Ref):
            self._path(node.value)
        else:
            self.walk(node.value)

    def _expr(self, node: Expr) -> None:
        if isinstance(node.terms, Every):
            self.skipped = True
            self.walk(node.terms.domain)
            return
        self.walk(node.terms)
        for item in node.withs:
            self.walk(item)

    def _values(self, node: Object) -> None:
        for _, value in node.items:
            self.walk(value)

    def _special(self, node: Any) -> None:
        self.skipped = True
        if self.special is not None:
            self.special(self.found, node)


def _nothing(_: Any) -> None:
    return


_SAFETY = Collector(operators=False, closures=False)
_ALL = Collector()
_PATH = Collector(heads=False)
_RESULT = Collector(heads=False, closures=False, sets=False, keys=False)
_PATTERN = Collector(heads=False, closures=False, keys=False)


def safety_vars(nodes: Iterable[Any]) -> set[str]:
    """Return the variables that must be bound for some nodes to be evaluated; nested bodies not counted."""
    return _SAFETY.collect(nodes)


def all_vars(nodes: Iterable[Any]) -> set[str]:
    """Return every variable below some nodes."""
    return _ALL.collect(nodes)


def path_vars(nodes: Iterable[Any]) -> set[str]:
    """Return every variable below some nodes but the heads of references."""
    return _PATH.collect(nodes)


def result_vars(nodes: Iterable[Any]) -> set[str]:
    """Return the variables that the result of a call binds when these nodes take it apart."""
    return _RESULT.collect(nodes)


def pattern_vars(nodes: Iterable[Any]) -> set[str]:
    """Return the variables that a known value binds when these nodes take it apart."""
    return _PATTERN.collect(nodes)


def placed_vars(node: Any, found: dict[str, Location | None]) -> None:
    """Add the variables below a term with the place where each was last seen outside a reference."""
    if isinstance(node, Var):
        found[node.name] = node.location
    elif isinstance(node, Ref):
        for name in all_vars([node]):
            found.setdefault(name, None)
    else:
        for child in children(node):
            placed_vars(child, found)
