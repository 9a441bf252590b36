"""Queries: a function that returns the values of the query's variables, once for each solution."""

from __future__ import annotations

from collections.abc import Sequence

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.bodies import body, mutating
from samakia_policy.rego.generate.scope import Scope
from samakia_policy.rego.generate.unit import Unit
from samakia_policy.rego.syntax import nodes as n


def emit_query(literals: n.Body, names: Sequence[str], unit: Unit) -> str:
    """Emit a query's body; returns the name of its function, which gives a list of tuples of values."""
    name = unit.fresh("query")
    scope = Scope(unit, [], lambda: code.back(code.load("acc")))
    scope.emit(code.assign("acc", code.list_of([])))

    def solution(inner: Scope) -> None:
        found = [inner.bound.get(variable, code.load("U")) for variable in names]
        inner.emit(code.do(code.call("append", code.load("acc"), code.tuple_of(found))))

    with unit.notes.query(literals):
        body(literals, scope, mutating(solution))
    scope.emit(code.back(code.load("acc")))
    unit.functions.append(code.function(name, ["c"], scope.out, 1))
    return name
