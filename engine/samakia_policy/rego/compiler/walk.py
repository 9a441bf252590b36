"""Walking the tree: what lies directly below a node, and everything below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Head,
    Logical,
    Module,
    Not,
    Object,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Var,
    With,
)

_NONE: tuple[Any, ...] = ()
COMPREHENSIONS = (ArrayComp, SetComp, ObjectComp)


def children(node: Any) -> Sequence[Any]:
    """Return the nodes directly below a node, in the order written."""
    return CHILDREN[node.__class__](node)


def walk(node: Any, visit: Callable[[Any], bool | None]) -> None:
    """Call `visit` on a node and, unless it returns true, on everything below it."""
    if visit(node):
        return
    for child in CHILDREN[node.__class__](node):
        walk(child, visit)


def chain(rule: Rule) -> Iterator[Rule]:
    """Yield a rule and its else clauses."""
    link: Rule | None = rule
    while link is not None:
        yield link
        link = link.otherwise


def rules(module: Module) -> Iterator[Rule]:
    """Yield every rule of a module, each followed by its else clauses."""
    for rule in module.rules:
        yield from chain(rule)


def exprs(node: Any) -> list[Expr]:
    """Return every expression at or below a node, outer ones first."""
    found: list[Expr] = []

    def visit(below: Any) -> None:
        if below.__class__ is Expr:
            found.append(below)

    walk(node, visit)
    return found


def is_constant(node: Any) -> bool:
    """Return whether a term holds no variable, reference, call or comprehension."""
    kind = node.__class__
    if kind is Scalar:
        return True
    if kind is Array or kind is SetTerm:
        return all(map(is_constant, node.items))
    if kind is Object:
        return all(is_constant(name) and is_constant(value) for name, value in node.items)
    return False


def is_ground(node: Any) -> bool:
    """Return whether a term holds no variable but as the head of a reference."""
    kind = node.__class__
    if kind is Scalar:
        return True
    if kind is Var or kind is TemplateString or kind in COMPREHENSIONS:
        return False
    if kind is Ref:
        return all(map(is_ground, node.path))
    if kind is Object:
        return all(is_ground(name) and is_ground(value) for name, value in node.items)
    if kind is Call:
        return all(map(is_ground, node.args))
    return all(map(is_ground, node.items))


def _comp(node: ArrayComp | SetComp) -> Sequence[Any]:
    return [node.term, *node.body]


def _object(node: Object) -> Sequence[Any]:
    return [term for entry in node.items for term in entry]


def _every(node: Every) -> Sequence[Any]:
    key = [] if node.key is None else [node.key]
    return [*key, node.value, node.domain, *node.body]


def _head(node: Head) -> Sequence[Any]:
    parts: list[Any] = [node.ref, *(node.args or _NONE)]
    parts += [part for part in (node.key, node.value) if part is not None]
    return parts


def _rule(node: Rule) -> Sequence[Any]:
    body: Body = node.body
    return [node.head, *body] if node.otherwise is None else [node.head, *body, node.otherwise]


def _leaf(_: Any) -> Sequence[Any]:
    return _NONE


# What lies directly below a node of each class.
CHILDREN: dict[type, Callable[[Any], Sequence[Any]]] = {
    Scalar: _leaf,
    Var: _leaf,
    Ref: lambda node: [node.head, *node.path],
    Array: lambda node: node.items,
    SetTerm: lambda node: node.items,
    Object: _object,
    Call: lambda node: [node.operator, *node.args],
    ArrayComp: _comp,
    SetComp: _comp,
    ObjectComp: lambda node: [node.key, node.value, *node.body],
    TemplateString: lambda node: node.parts,
    Some: lambda node: node.symbols,
    Every: _every,
    Not: lambda node: node.body,
    Logical: lambda node: [*node.left, *node.right],
    With: lambda node: [node.target, node.value],
    Expr: lambda node: [node.terms, *node.withs] if node.withs else (node.terms,),
    Head: _head,
    Rule: _rule,
    Module: lambda node: node.rules,
}
