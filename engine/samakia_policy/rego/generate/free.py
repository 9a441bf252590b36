"""Which variables a node mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from samakia_policy.rego.syntax import nodes as n


def variables(node: Any) -> dict[str, None]:
    """Return the names of all variables in a node or a body, in the order met."""
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        current = stack.pop()
        if current.__class__ is n.Var:
            found.setdefault(current.name)
        elif current.__class__ in (list, tuple):
            stack.extend(reversed(current))
        else:
            stack.extend(children(current))
    return found


def children(node: Any) -> list[Any]:
    """Return a node's direct parts, in reverse order, None left out."""
    return [part for part in _PARTS[node.__class__](node) if part is not None]


_PARTS: dict[type, Callable[[Any], list[Any]]] = {
    n.Scalar: lambda _: [],
    n.Var: lambda _: [],
    n.Ref: lambda x: [x.path, x.head],
    n.Array: lambda x: [x.items],
    n.Object: lambda x: [x.items],
    n.SetTerm: lambda x: [x.items],
    n.Call: lambda x: [x.args],
    n.ArrayComp: lambda x: [x.body, x.term],
    n.SetComp: lambda x: [x.body, x.term],
    n.ObjectComp: lambda x: [x.body, x.value, x.key],
    n.TemplateString: lambda x: [x.parts],
    n.Some: lambda x: [x.symbols],
    n.Every: lambda x: [x.body, x.domain, x.value, x.key],
    n.Not: lambda x: [x.body],
    n.Logical: lambda x: [x.right, x.left],
    n.With: lambda x: [x.value, x.target],
    n.Expr: lambda x: [x.withs, x.terms],
    n.Head: lambda x: [x.value, x.key, x.args, x.ref],
    n.Rule: lambda x: [x.otherwise, x.body, x.head],
}


def walk(node: Any) -> Iterator[Any]:
    """Yield every node of a tree, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        if current.__class__ in (list, tuple):
            stack.extend(reversed(current))
        elif current is not None:
            yield current
            stack.extend(children(current))
