"""Replacing what lies directly below a node, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Var,
    With,
)

Replace = Callable[[Any], Any]


def replace_below(node: Any, replace: Replace) -> None:
    """Put `replace(child)` in the place of each child of a node."""
    _REPLACE[node.__class__](node, replace)


def _leaf(node: Any, replace: Replace) -> None:
    return


def _items(node: Array | SetTerm, replace: Replace) -> None:
    node.items = [replace(item) for item in node.items]


def _object(node: Object, replace: Replace) -> None:
    node.items = [(replace(name), replace(value)) for name, value in node.items]


def _ref(node: Ref, replace: Replace) -> None:
    node.head = replace(node.head)
    node.path = [replace(item) for item in node.path]


def _call(node: Call, replace: Replace) -> None:
    node.args = [replace(item) for item in node.args]


def _comp(node: ArrayComp | SetComp, replace: Replace) -> None:
    node.term = replace(node.term)
    node.body = [replace(expr) for expr in node.body]


def _object_comp(node: ObjectComp, replace: Replace) -> None:
    node.key, node.value = replace(node.key), replace(node.value)
    node.body = [replace(expr) for expr in node.body]


def _template(node: TemplateString, replace: Replace) -> None:
    node.parts = [replace(part) for part in node.parts]


def _some(node: Some, replace: Replace) -> None:
    node.symbols = [replace(item) for item in node.symbols]


def _every(node: Every, replace: Replace) -> None:
    node.domain = replace(node.domain)
    node.body = [replace(expr) for expr in node.body]


def _not(node: Not, replace: Replace) -> None:
    node.body = [replace(expr) for expr in node.body]


def _logical(node: Logical, replace: Replace) -> None:
    node.left = [replace(expr) for expr in node.left]
    node.right = [replace(expr) for expr in node.right]


def _with(node: With, replace: Replace) -> None:
    node.value = replace(node.value)


def _expr(node: Expr, replace: Replace) -> None:
    node.terms = replace(node.terms)
    for item in node.withs:
        replace(item)


_REPLACE: dict[type, Callable[[Any, Replace], None]] = {
    Scalar: _leaf,
    Var: _leaf,
    Ref: _ref,
    Array: _items,
    SetTerm: _items,
    Object: _object,
    Call: _call,
    ArrayComp: _comp,
    SetComp: _comp,
    ObjectComp: _object_comp,
    TemplateString: _template,
    Some: _some,
    Every: _every,
    Not: _not,
    Logical: _logical,
    With: _with,
    Expr: _expr,
}
