"""The patterns that functions take as arguments: which variables they have."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.compiler.variables import RESERVED
from samakia_policy.rego.syntax.nodes import Array, Call, Expr, Object, Ref, TemplateString, Var


def shadowed_root(nodes: list[Any]) -> str:
    """Return the root document that an argument pattern names, or nothing."""
    for node in nodes:
        root = node.head if isinstance(node, Ref) and not node.path else node
        if isinstance(root, Var) and root.name in RESERVED:
            return root.name
        found = shadowed_root(_pattern_parts(node))
        if found:
            return found
    return ""


def _pattern_parts(node: Any) -> list[Any]:
    if node.__class__ is Array:
        return list(node.items)
    if node.__class__ is Object:
        return [value for _, value in node.items]
    if node.__class__ is TemplateString:
        return [child for part in node.parts if isinstance(part, Expr) for child in _expr_parts(part)]
    return node.path if node.__class__ is Ref else []


def _expr_parts(expr: Expr) -> list[Any]:
    terms = expr.terms
    return [terms.operator, *terms.args] if isinstance(terms, Call) else [terms]


def pattern_names(nodes: list[Any]) -> set[str]:
    """Return the variables that argument patterns bind."""
    found: set[str] = set()
    for node in nodes:
        if node.__class__ is Var:
            found.add(node.name)
        else:
            found |= pattern_names(_pattern_parts(node))
    return found
