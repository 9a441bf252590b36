"""What an expression binds: the variables that have a value once it was evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.compiler.unify import reference_safe, unify
from samakia_policy.rego.compiler.variables import all_vars, path_vars, result_vars, safety_vars
from samakia_policy.rego.compiler.walk import CHILDREN, COMPREHENSIONS, is_ground
from samakia_policy.rego.syntax.nodes import (
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Ref,
    Scalar,
    TemplateString,
    Var,
)

Arity = Callable[[Ref], int]
_SIDES = 2
_CLOSED = (*COMPREHENSIONS, TemplateString)


def equation(expr: Expr) -> Call | None:
    """Return the call of `=` that an expression is, if it has two sides."""
    terms = expr.terms
    if isinstance(terms, Call) and is_equality(terms) and len(terms.args) == _SIDES:
        return terms
    return None


def is_equality(call: Call) -> bool:
    """Return whether a call is `=`, with however many operands."""
    head = call.operator.head
    return not call.operator.path and isinstance(head, Var) and head.name == "eq"


def output_vars(expr: Expr, safe: set[str], arity: Arity) -> set[str]:
    """Return what an expression binds, given what is known; `arity` is -1 for what cannot be called."""
    terms = expr.terms
    if expr.negated or isinstance(terms, Not | TemplateString | Logical):
        return set()
    if expr.withs and not safety_vars(expr.withs) <= safe:
        return set()
    if isinstance(terms, Call):
        return _call(expr, terms, safe, arity)
    if isinstance(terms, Every):
        return _enumerated([terms.domain], safe)
    return _enumerated([expr], safe)


def body_outputs(body: Iterable[Expr], safe: set[str], arity: Arity) -> set[str]:
    """Return what expressions bind one after the other, beyond what is known."""
    known = set(safe)
    for expr in body:
        known |= output_vars(expr, known, arity)
    return known - safe


def equation_outputs(expr: Expr, call: Call, safe: set[str]) -> set[str]:
    """Return what an equation binds. What `:=` assigns to tells nothing about the other side."""
    left, right = call.args
    known = _enumerated([*call.args, *expr.withs], safe) | safe
    if expr.assigned:
        known -= all_vars([left])
    return (known | unify(known, left, right)) - safe


def _call(expr: Expr, call: Call, safe: set[str], arity: Arity) -> set[str]:
    if is_equality(call):
        return equation_outputs(expr, call, safe) if len(call.args) == _SIDES else set(safe)
    inputs = arity(call.operator)
    if inputs < 0:
        return set()
    found = _enumerated([*call.args, *expr.withs], safe)
    if inputs >= len(call.args):
        return found
    if result_vars(call.args[:inputs]) - found - safe:
        return set()
    return found | result_vars(call.args[inputs:])


def _enumerated(nodes: Iterable[Any], safe: set[str]) -> set[str]:
    """Return the variables that references to known things enumerate."""
    found: set[str] = set()
    for node in nodes:
        _enumerate(node, safe, found)
    return found


def _enumerate(node: Any, safe: set[str], found: set[str]) -> None:
    kind = node.__class__
    if kind is Scalar or kind is Var or kind in _CLOSED:
        return
    if kind is Ref:
        if not reference_safe(node, safe):
            return
        if not is_ground(node):
            found |= path_vars([node])
    for child in CHILDREN[kind](node):
        _enumerate(child, safe, found)
