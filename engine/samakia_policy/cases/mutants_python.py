"""Mutants of Python rules: one field of the syntax tree changed, the rest as it was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from samakia_policy.cases.mutants import Mutant

_Change = tuple[ast.AST, str, Any, str, str]
"""A node, its field, the new value, what was done, and how the result is shown."""

_OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a rule; its metadata stays, because it is read as text."""
    tree = ast.parse(source)
    for statement in _children(tree):
        for node, field, value, what, after in _changes(statement):
            before, kept = _shown(node), getattr(node, field)
            setattr(node, field, value)
            changed = ast.unparse(ast.fix_missing_locations(tree))
            setattr(node, field, kept)
            yield Mutant(getattr(node, "lineno", 0), what, before, after, changed)


def _changes(node: ast.AST) -> Iterator[_Change]:
    """Yield every change of a node and of everything in it."""
    changes = _CHANGES.get(type(node))
    if changes is not None:
        yield from changes(node)
    for below in _children(node):
        yield from _changes(below)


def _compare(node: ast.Compare) -> Iterator[_Change]:
    for n, operator in enumerate(node.ops):
        for other in _OPERATORS.get(type(operator), ()):
            yield node, "ops", [*node.ops[:n], other(), *node.ops[n + 1 :]], _swap(operator, other), ""


def _operator(node: ast.BinOp | ast.BoolOp) -> Iterator[_Change]:
    for other in _OPERATORS.get(type(node.op), ()):
        yield node, "op", other(), _swap(node.op, other), ""


def _negation(node: ast.UnaryOp) -> Iterator[_Change]:
    if isinstance(node.op, ast.Not):
        yield node, "operand", ast.UnaryOp(ast.Not(), node.operand), "`not` removed", ""


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[_Change]:
    for value in (True, False):
        yield node, "test", ast.Constant(value), f"condition always {value}".lower(), ""


def _filter(node: ast.comprehension) -> Iterator[_Change]:
    for n in range(len(node.ifs)):
        yield node, "ifs", [*node.ifs[:n], *node.ifs[n + 1 :]], "condition dropped", ""


def _hit(node: ast.Expr) -> Iterator[_Change]:
    if isinstance(node.value, (ast.Yield, ast.YieldFrom)):
        # It stays a generator, which never comes here.
        never = ast.IfExp(ast.Constant(False), node.value, ast.Constant(None))
        yield node, "value", never, "hit dropped", ""


def _constant(node: ast.Constant) -> Iterator[_Change]:
    value = _other(node.value)
    if value is not None:
        yield node, "value", value, "constant changed", repr(value)


_CHANGES: dict[type, Callable[[Any], Iterator[_Change]]] = {
    ast.Compare: _compare,
    ast.BinOp: _operator,
    ast.BoolOp: _operator,
    ast.UnaryOp: _negation,
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.While: _condition,
    ast.comprehension: _filter,
    ast.Expr: _hit,
    ast.Constant: _constant,
}


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a node, but for imports, decorators, annotations and docstrings."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return
    for name, value in ast.iter_fields(node):
        if name in {"decorator_list", "annotation", "returns", "args"} and not isinstance(node, ast.Call):
            continue
        for below in value if isinstance(value, list) else [value]:
            if isinstance(below, ast.AST) and not _says(below):
                yield below


def _says(node: ast.AST) -> bool:
    """Whether a statement is only a text, as a docstring is."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}~" if isinstance(value, str) else None


def _swap(operator: ast.AST, other: type) -> str:
    return f"{type(operator).__name__} becomes {other.__name__}"


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node.target if isinstance(node, ast.comprehension) else node)
    return text.partition("\n")[0]
