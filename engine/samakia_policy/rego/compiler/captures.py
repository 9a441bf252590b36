"""Keeping the value of each expression of a query, so that the result can show it."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.compiled import Compiled, builtin_name
from samakia_policy.rego.compiler.declared import is_call_of
from samakia_policy.rego.compiler.locals import EQ
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children
from samakia_policy.rego.syntax.nodes import Body, Call, Every, Expr, Logical, Not, Ref, Some, Var

_TERM = "$term"
_STATEMENTS = (Some, Every, Not, Logical)


def capture_values(body: Body, compiled: Compiled) -> tuple[Body, dict[Expr, str]]:
    """Return a query that keeps each expression's value in a variable, and these variables.

    Where there may be several results or expressions, each value is then asked to be true.
    """
    asked = len(body) > 1 or any(map(_iterates, body))
    captured: dict[Expr, str] = {}
    extra: Body = []
    for expr in body:
        if expr.negated or not _capture(expr, f"{_TERM}{len(captured) + 1}", compiled):
            continue
        name = captured[expr] = f"{_TERM}{len(captured) + 1}"
        if asked:
            extra.append(Expr(Var(name, location=expr.location), generated=True, location=expr.location))
    return [*body, *extra], captured


def _capture(expr: Expr, name: str, compiled: Compiled) -> bool:
    terms: Any = expr.terms
    if isinstance(terms, _STATEMENTS) or is_call_of(terms, "assign") or is_call_of(terms, "eq"):
        return False
    value = Var(name, location=expr.location)
    if not isinstance(terms, Call):
        expr.terms = Call(EQ, [terms, value], location=expr.location)
        return True
    if _is_void(terms.operator) or max(compiled.arity(terms.operator), 0) != len(terms.args):
        return False
    terms.args = [*terms.args, value]
    return True


def _is_void(operator: Ref) -> bool:
    name = builtin_name(operator)
    return name is not None and "result" not in signatures()[name]["decl"]


def _iterates(node: Any) -> bool:
    """Return whether a node may have several values."""
    if isinstance(node, COMPREHENSIONS):
        return False
    if isinstance(node, Ref):
        name = builtin_name(node)
        if name is not None and signatures()[name].get("relation"):
            return True
        if any(isinstance(term, Var) for term in node.path):
            return True
    return any(map(_iterates, children(node)))
