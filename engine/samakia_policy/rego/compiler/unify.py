"""What an equation binds: which variables are known once both sides were made equal."""

from __future__ import annotations

from samakia_policy.rego.compiler.variables import pattern_vars, safety_vars
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Call,
    Object,
    ObjectComp,
    Ref,
    SetComp,
    Term,
    Var,
)
from samakia_policy.rego.syntax.order import form

_DOCUMENTS = (Ref, Call)
_COMPREHENSIONS = (ArrayComp, SetComp, ObjectComp)
_PATTERNS = (Array, Object)


def reference_safe(ref: Ref, safe: set[str]) -> bool:
    """Return whether what a reference starts from is known."""
    head = ref.head
    return head.name in safe if isinstance(head, Var) else safety_vars([head]) <= safe


def unify(safe: set[str], left: Term, right: Term) -> set[str]:
    """Return the variables that `left = right` binds, given those that are known."""
    unifier = _Unifier(safe)
    unifier.unify(left, right)
    return unifier.bound


@slotted()
class _Unifier:
    """`bound` so far; `waiting` has, per variable, those it would be known with."""

    safe: set[str]
    bound: set[str] = field(default_factory=set)
    waiting: dict[str, set[str]] = field(default_factory=dict)

    def unify(self, left: Term, right: Term) -> None:
        if isinstance(left, Var):
            self._var(left, right)
        elif isinstance(left, _DOCUMENTS):
            self._document(left, right)
        elif isinstance(left, _COMPREHENSIONS):
            self._comprehension(left, right)
        elif isinstance(left, _PATTERNS):
            self._pattern(left, right)
        elif isinstance(right, Var):
            self._bind(right.name)

    def _known(self, name: str) -> bool:
        return name in self.safe or name in self.bound

    def _document_known(self, node: Ref | Call) -> bool:
        if isinstance(node, Ref):
            return reference_safe(node, self.safe)
        return safety_vars([node]) <= self.safe

    def _var(self, left: Var, right: Term) -> None:
        if isinstance(right, Var):
            self._vars(left.name, right.name)
        elif isinstance(right, _PATTERNS):
            self._take_apart(left.name, right)
        elif not isinstance(right, _DOCUMENTS) or self._document_known(right):
            self._bind(left.name)

    def _vars(self, left: str, right: str) -> None:
        if self._known(right):
            self._bind(left)
        elif self._known(left):
            self._bind(right)
        else:
            self.waiting.setdefault(left, set()).add(right)
            self.waiting.setdefault(right, set()).add(left)

    def _document(self, left: Ref | Call, right: Term) -> None:
        if not self._document_known(left):
            return
        if isinstance(right, Var):
            self._bind(right.name)
        elif isinstance(right, _PATTERNS):
            self._bind_all(right)

    def _comprehension(self, left: Term, right: Term) -> None:
        if isinstance(right, Var):
            self._bind(right.name)
        elif (isinstance(left, ArrayComp) and isinstance(right, Array)) or (
            isinstance(left, ObjectComp) and isinstance(right, Object)
        ):
            self._bind_all(right)

    def _pattern(self, left: Array | Object, right: Term) -> None:
        if isinstance(right, Var):
            self._take_apart(right.name, left)
        elif isinstance(right, _DOCUMENTS):
            if self._document_known(right):
                self._bind_all(left)
        elif isinstance(left, Array):
            self._array(left, right)
        elif isinstance(right, Object):
            self._objects(left, right)

    def _array(self, left: Array, right: Term) -> None:
        if isinstance(right, _COMPREHENSIONS):
            self._bind_all(left)
        elif isinstance(right, Array) and len(left.items) == len(right.items):
            for one, other in zip(left.items, right.items, strict=True):
                self.unify(one, other)

    def _objects(self, left: Object, right: Object) -> None:
        if len(left.items) != len(right.items):
            return
        others = {form(name): value for name, value in right.items}
        for name, value in left.items:
            other = others.get(form(name))
            if other is not None:
                self.unify(value, other)

    def _bind_all(self, node: Term) -> None:
        for name in pattern_vars([node]):
            self._bind(name)

    def _take_apart(self, name: str, node: Term) -> None:
        if self._known(name):
            self._bind_all(node)
            return
        unknown = pattern_vars([node]) - self.safe - self.bound
        if unknown:
            self.waiting.setdefault(name, set()).update(unknown)
        else:
            self._bind(name)

    def _bind(self, name: str) -> None:
        self.bound.add(name)
        for other in self.waiting.pop(name, ()):
            self._bind(other)
        for other, needed in list(self.waiting.items()):
            if name in needed:
                needed.discard(name)
                if not needed and other in self.waiting:
                    self._bind(other)
