"""Calls that cannot be: of what has no value, of what is not defined, with the wrong number of arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.conflicts import shown_ref
from samakia_policy.rego.compiler.outputs import Arity, is_equality
from samakia_policy.rego.compiler.walk import children, walk
from samakia_policy.rego.errors import TYPE, Fault
from samakia_policy.rego.syntax.nodes import Call, Expr
from samakia_policy.rego.syntax.printer import text_of

Mismatch = Callable[[Expr, Call], Fault | None]


def check_void(node: Any) -> list[Fault]:
    """Return a fault for every call without a result, such as print, that is used as a value."""
    found: list[Fault] = []
    _void(node, found, False)
    return found


def _void(node: Any, found: list[Fault], whole: bool) -> None:
    kind = node.__class__
    if kind is Call and not whole:
        entry = signatures().get(text_of(node.operator))
        if entry is not None and "result" not in entry["decl"]:
            found.append(Fault(TYPE, f"{text_of(node)} used as value", node.location))
    for child in children(node):
        _void(child, found, kind is Expr)


def check_undefined(
    node: Any, arity: Arity, rewritten: Mapping[str, str], mismatch: Mismatch | None = None
) -> list[Fault]:
    """Return a fault for every call of something undefined or with the wrong number of arguments.

    `mismatch` words the fault for a function whose arguments have types, such as a built-in.
    """
    found: list[Fault] = []

    def visit(below: Any) -> bool:
        if below.__class__ is not Expr or below.terms.__class__ is not Call:
            return False
        fault = _call_fault(below, below.terms, arity, rewritten, mismatch)
        if fault is not None:
            found.append(fault)
        return fault is not None

    walk(node, visit)
    return found


def _call_fault(
    expr: Expr, call: Call, arity: Arity, rewritten: Mapping[str, str], mismatch: Mismatch | None
) -> Fault | None:
    wanted, given = arity(call.operator), len(call.args)
    if wanted < 0:
        return Fault(TYPE, f"undefined function {shown_ref(call.operator, rewritten)}", expr.location)
    if expr.generated:
        if is_equality(call) or given == wanted + 1:
            return None
        given -= 1
    elif given in (wanted, wanted + 1):
        return None
    typed = mismatch(expr, call) if mismatch is not None else None
    if typed is not None:
        return typed
    plural = "" if given == 1 else "s"
    name = shown_ref(call.operator, rewritten)
    return Fault(TYPE, f"function {name} has arity {wanted}, got {given} argument{plural}", expr.location)
