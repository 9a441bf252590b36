"""References as they were written: with the variables and terms that generated locals stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from samakia_policy.rego.slotted import replace
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Term,
    Var,
    With,
)


def as_written(rewritten: Mapping[str, str], subjects: Mapping[str, Term]) -> Callable[[Ref], Ref]:
    """Return a function that undoes generated names in a reference."""
    names = _Names(rewritten, subjects)
    return names.ref


class _Names:
    """What generated locals stand for."""

    def __init__(self, rewritten: Mapping[str, str], subjects: Mapping[str, Term]) -> None:
        self.rewritten = rewritten
        self.subjects = subjects

    def ref(self, ref: Ref) -> Ref:
        """Return a reference with all names as they were written."""
        return Ref(self.node(ref.head), self.nodes(ref.path), location=ref.location)

    def nodes(self, nodes: list[Any]) -> list[Any]:
        """Return several nodes with all names as they were written."""
        return [self.node(node) for node in nodes]

    def node(self, node: Any) -> Any:
        """Return a node with all names as they were written."""
        if node.__class__ is Var:
            return self.variable(node)
        parts = _PARTS.get(node.__class__)
        if parts is None:
            return node
        return replace(node, **{name: self.part(getattr(node, name)) for name in parts})

    def variable(self, node: Var) -> Term:
        """Return what a variable stands for."""
        subject = self.subjects.get(node.name)
        if subject is not None:
            return self.node(subject)  # type: ignore[no-any-return]
        name = self.rewritten.get(node.name)
        return node if name is None else Var(name, location=node.location)

    def part(self, part: Any) -> Any:
        """Return a node, several, or pairs of them with all names as they were written."""
        if isinstance(part, list):
            return [self.part(item) for item in part]
        if isinstance(part, tuple):
            return tuple([self.part(item) for item in part])
        return part if part is None else self.node(part)


_PARTS: dict[type, tuple[str, ...]] = {
    Ref: ("head", "path"),
    Array: ("items",),
    SetTerm: ("items",),
    Object: ("items",),
    Call: ("operator", "args"),
    ArrayComp: ("term", "body"),
    SetComp: ("term", "body"),
    ObjectComp: ("key", "value", "body"),
    TemplateString: ("parts",),
    Some: ("symbols",),
    Every: ("key", "value", "domain", "body"),
    Not: ("body",),
    Logical: ("left", "right"),
    With: ("target", "value"),
    Expr: ("terms", "withs"),
}
