"""The few Python syntax nodes that generated code is made of: no attributes, no imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

LOAD = ast.Load()
STORE = ast.Store()
NO_KEYWORDS: list[ast.keyword] = []


def load(name: str) -> ast.expr:
    """Return a read of a variable."""
    return ast.Name(name, LOAD)


def const(value: Any) -> ast.expr:
    """Return a constant: None, a boolean, an int or a str."""
    return ast.Constant(value)


def call(function: str, *args: ast.expr) -> ast.expr:
    """Return a call of a function by name."""
    return ast.Call(load(function), list(args), NO_KEYWORDS)


def item(value: ast.expr, index: ast.expr) -> ast.expr:
    """Return `value[index]`."""
    return ast.Subscript(value, index, LOAD)


def slot(state: str, number: int) -> ast.expr:
    """Return one field of the state."""
    return item(load(state), const(number))


def assign(name: str, value: ast.expr) -> ast.stmt:
    """Return `name = value`."""
    return ast.Assign([ast.Name(name, STORE)], value)


def unpack(names: Sequence[str], value: ast.expr) -> ast.stmt:
    """Return `a, b = value`."""
    return ast.Assign([target(names)], value)


def target(names: Sequence[str]) -> ast.expr:
    """Return `a` or `a, b` as what a loop or an assignment binds."""
    if len(names) == 1:
        return ast.Name(names[0], STORE)
    return ast.Tuple([ast.Name(name, STORE) for name in names], STORE)


def when(test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt] | None = None) -> ast.stmt:
    """Return `if test: body`."""
    return ast.If(test, body, otherwise or [])


def loop(names: Sequence[str], iterated: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    """Return `for names in iterated: body`."""
    return ast.For(target(names), iterated, body, [])


def guarded(body: list[ast.stmt], errors: str, handler: list[ast.stmt]) -> ast.stmt:
    """Return `try: body / except errors: handler`."""
    return ast.Try(body, [ast.ExceptHandler(load(errors), None, handler)], [], [])


def do(value: ast.expr) -> ast.stmt:
    """Return an expression as a statement."""
    return ast.Expr(value)


def back(value: ast.expr) -> ast.stmt:
    """Return `return value`."""
    return ast.Return(value)


def is_(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return `left is right`; of two constants, what it is: Python warns of a literal there."""
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return ast.Constant(left.value is right.value)
    return ast.Compare(left, [ast.Is()], [right])


def is_not(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return `left is not right`; of two constants, what it is."""
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return ast.Constant(left.value is not right.value)
    return ast.Compare(left, [ast.IsNot()], [right])


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    """Return `left operator right`."""
    return ast.Compare(left, [operator], [right])


def either(test: ast.expr, one: ast.expr, other: ast.expr) -> ast.expr:
    """Return `one if test else other`."""
    return ast.IfExp(test, one, other)


def negated(test: ast.expr) -> ast.expr:
    """Return `not test`."""
    return ast.UnaryOp(ast.Not(), test)


def any_of(*tests: ast.expr) -> ast.expr:
    """Return `a or b`."""
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), list(tests))


def all_of(*tests: ast.expr) -> ast.expr:
    """Return `a and b`."""
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), list(tests))


def tuple_of(items: Sequence[ast.expr]) -> ast.expr:
    """Return a tuple."""
    return ast.Tuple(list(items), LOAD)


def list_of(items: Iterable[ast.expr]) -> ast.expr:
    """Return a list."""
    return ast.List(list(items), LOAD)


def function(name: str, parameters: Sequence[str], body: list[ast.stmt], line: int) -> ast.stmt:
    """Return a function definition."""
    arguments = ast.arguments([], [ast.arg(name) for name in parameters], None, [], [], None, [])
    made = ast.FunctionDef(name, arguments, body, [], None)
    made.lineno = line
    return made
