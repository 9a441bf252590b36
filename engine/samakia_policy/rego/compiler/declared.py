"""The variables that a body and its nested bodies, but for comprehensions, declare by `:=` and `some`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.variables import all_vars
from samakia_policy.rego.syntax.nodes import Body, Call, Every, Logical, Not, Some, Var

_SIDES = 2


def is_call_of(node: Any, name: str) -> bool:
    """Return whether a node is a call of a plain name."""
    if node.__class__ is not Call:
        return False
    operator = node.operator
    return not operator.path and operator.head.__class__ is Var and operator.head.name == name


def declared_vars(body: Body) -> set[str]:
    """Return the names that a body declares."""
    found: set[str] = set()
    _declare(body, found)
    return found


def _declare(body: Body, found: set[str]) -> None:
    for expr in body:
        declare = _DECLARE.get(expr.terms.__class__)
        if declare is not None:
            declare(expr.terms, found)


def _call(node: Call, found: set[str]) -> None:
    if len(node.args) == _SIDES and is_call_of(node, "assign"):
        target = node.args[0]
        if isinstance(target, Var):
            found.add(target.name)
        else:
            found |= all_vars([target])


def _some(node: Some, found: set[str]) -> None:
    for symbol in node.symbols:
        if isinstance(symbol, Var):
            found.add(symbol.name)
        elif isinstance(symbol, Call):
            found |= all_vars(symbol.args[:-1])


def _every(node: Every, found: set[str]) -> None:
    _declare(node.body, found)


def _not(node: Not, found: set[str]) -> None:
    _declare(node.body, found)


def _logical(node: Logical, found: set[str]) -> None:
    _declare(node.left, found)
    _declare(node.right, found)


_DECLARE: dict[type, Callable[[Any, set[str]], None]] = {
    Call: _call,
    Some: _some,
    Every: _every,
    Not: _not,
    Logical: _logical,
}
