"""The order of a body: every literal behind those that bind what it needs, otherwise as written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.operand_bodies import safety_collector
from samakia_policy.rego.compiler.outputs import Arity, body_outputs, output_vars
from samakia_policy.rego.compiler.variables import Collector, all_vars
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import (
    ArrayComp,
    Body,
    Every,
    Expr,
    Logical,
    Not,
    ObjectComp,
    Scalar,
    SetComp,
    Var,
)
from samakia_policy.rego.syntax.order import same

Unsafe = dict[Expr, set[str]]
_CLOSURES = (*COMPREHENSIONS, Every, Not, Logical)


def reorder(
    body: Body, known: set[str], arity: Arity, collector: Collector | None = None
) -> tuple[Body, Unsafe]:
    """Return the ordered body and, per literal that found no place or holds a faulty body, what is unsafe.

    `collector` is that of `safety_collector`, where there is one already.
    """
    order = _Order(body, known, arity, collector or safety_collector(arity))
    order.run()
    if order.closed:
        _Nested(order, set(known)).run()
    return order.placed, order.unsafe


@slotted()
class _Order:
    """Placing one body's literals, pass by pass, until a pass places none."""

    body: Body
    known: set[str]
    arity: Arity
    collector: Collector
    placed: Body = field(default_factory=list)
    unsafe: Unsafe = field(default_factory=dict)
    safe: set[str] = field(default_factory=set)
    mentions: dict[Expr, set[str]] = field(default_factory=dict)
    closed: dict[Expr, set[str]] = field(default_factory=dict)
    tried: dict[int, int] = field(default_factory=dict)

    def run(self) -> None:
        holding = []
        for expr in self.body:
            self.mentions[expr] = self.collector.collect([expr])
            if self.collector.skipped:
                holding.append(expr)
        mentioned: set[str] = set().union(*self.mentions.values())
        self.safe = mentioned & self.known
        for expr, names in self.mentions.items():
            if names - self.safe:
                self.unsafe[expr] = names - self.safe
        for expr in holding:
            self.closed[expr] = self._closed_over(expr, mentioned)
        waiting = list(range(len(self.body)))
        while waiting:
            left = [index for index in waiting if not self._place(index)]
            if len(left) == len(waiting):
                break
            waiting = left

    def _place(self, index: int) -> bool:
        """Place one literal if all it needs is bound; true when there is no more to do for it."""
        expr = self.body[index]
        if self._tried(index, expr) or self._repeats(index):
            return False
        outputs = output_vars(expr, self.safe, self.arity)
        closed = self.closed.get(expr)
        if closed and not self._closures_bound(expr, closed, outputs):
            return False
        missing = self.unsafe.get(expr)
        if missing:
            missing -= outputs
            missing -= self.safe
        if missing:
            return False
        self.unsafe.pop(expr, None)
        self.placed.append(expr)
        self.safe |= outputs
        return True

    def _tried(self, index: int, expr: Expr) -> bool:
        """Return whether nothing that the literal mentions became known since it was last tried."""
        if expr in self.closed:
            return False
        known = len(self.mentions[expr] & self.safe)
        same_as_before = self.tried.get(index) == known
        self.tried[index] = known
        return same_as_before

    def _repeats(self, index: int) -> bool:
        # OPA takes a literal for placed when an equal one already stands where it was written.
        return index < len(self.placed) and same(self.placed[index], self.body[index])

    def _closures_bound(self, expr: Expr, closed: set[str], outputs: set[str]) -> bool:
        """Note what nested bodies lack; false when a literal would close over what only it binds."""
        missing = closed - body_outputs(self.placed, self.safe, self.arity)
        if missing:
            if missing == outputs:
                return False
            self.unsafe[expr] = missing
        return True

    def _closed_over(self, expr: Expr, mentioned: set[str]) -> set[str]:
        found: set[str] = set()
        _closed_vars(expr, found)
        return (found & mentioned) - self.known


def _closed_vars(node: Any, found: set[str]) -> None:
    """Add the variables of the outermost nested bodies below a node."""
    kind = node.__class__
    if kind is Scalar or kind is Var:
        return
    if kind is Every:
        found |= all_vars(node.body)
    elif kind in _CLOSURES:
        found |= all_vars([node])
    else:
        for child in children(node):
            _closed_vars(child, found)


@slotted()
class _Nested:
    """Ordering the bodies inside a body; `known` grows with each literal passed."""

    order: _Order
    known: set[str]
    current: Expr | None = None

    def run(self) -> None:
        before: Expr | None = None
        for expr in self.order.placed:
            if before is not None:
                self.known |= self.order.mentions[before]
            self.current = before = expr
            if expr in self.order.closed:
                self._visit(expr)

    def _visit(self, node: Any) -> None:
        visitor = _VISIT.get(node.__class__)
        if visitor is not None:
            visitor(self, node)
            return
        for child in children(node):
            self._visit(child)

    def _skip(self, _: Any) -> None:
        return

    def _comprehension(self, node: ArrayComp | SetComp) -> None:
        node.body = self._reorder(all_vars([node.term]), node.body)

    def _object_comprehension(self, node: ObjectComp) -> None:
        node.body = self._reorder(all_vars([node.key, node.value]), node.body)

    def _every(self, node: Every) -> None:
        self.known |= all_vars([node.value] if node.key is None else [node.key, node.value])
        node.body = self._reorder(set(), node.body)

    def _not(self, node: Not) -> None:
        node.body = self._reorder(set(), node.body)

    def _logical(self, node: Logical) -> None:
        node.left = self._reorder(set(), node.left)
        node.right = self._reorder(set(), node.right)

    def _expr(self, node: Expr) -> None:
        self._visit(node.terms)
        if not isinstance(node.terms, Every | Not | Logical):
            for item in node.withs:
                self._visit(item)

    def _reorder(self, results: set[str], body: Body) -> Body:
        faulty = self.order.unsafe
        missing = results - self.order.collector.collect(body) - self.known
        if missing and self.current is not None:
            faulty.setdefault(self.current, set()).update(missing)
        placed, unsafe = reorder(body, self.known, self.order.arity, self.order.collector)
        if not unsafe:
            return placed
        for expr, names in unsafe.items():
            faulty.setdefault(expr, set()).update(names)
        return body


_VISIT: dict[type, Callable[[_Nested, Any], None]] = {
    Scalar: _Nested._skip,
    Var: _Nested._skip,
    ArrayComp: _Nested._comprehension,
    SetComp: _Nested._comprehension,
    ObjectComp: _Nested._object_comprehension,
    Every: _Nested._every,
    Not: _Nested._not,
    Logical: _Nested._logical,
    Expr: _Nested._expr,
}
