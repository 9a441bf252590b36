"""Calling built-ins and replaced functions."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.registry import Builtin
from samakia_policy.rego.errors import BUILTIN, BuiltinFault, EvaluationFault
from samakia_policy.rego.run.state import CONTEXT, MOCKS, STRICT, Function, State
from samakia_policy.rego.values.collections import UNDEFINED, equal


def caller(built_in: Builtin) -> Function:
    """Return a function of the state and the operands; its errors are UNDEFINED unless strict."""
    function = built_in.function
    if built_in.context:

        def call(state: State, *operands: Any) -> Any:
            try:
                return function(state[CONTEXT], *operands)
            except BuiltinFault as fault:
                return _refuse(state, fault, built_in.name)
    else:

        def call(state: State, *operands: Any) -> Any:
            try:
                return function(*operands)
            except BuiltinFault as fault:
                return _refuse(state, fault, built_in.name)

    return call


def refused(message: str) -> Function:
    """Return what stands for a built-in that is refused: calling it stops the evaluation."""

    def call(*_: Any) -> Any:
        raise EvaluationFault(BUILTIN, message)

    return call


def _refuse(state: State, fault: BuiltinFault, name: str) -> Any:
    if state[STRICT]:
        fault.message = f"{name}: {fault.message}"
        raise fault
    return UNDEFINED


def mocked(state: State, name: str, function: Function, *operands: Any) -> Any:
    """Call a function that some `with` replaces: by a value, or by another function."""
    if name not in state[MOCKS]:
        return function(state, *operands)
    replacement = state[MOCKS][name]
    if not callable(replacement):
        return replacement
    # Inside the replacement every call reaches the original.
    inner = list(state)
    inner[MOCKS] = {}
    return replacement(inner, *operands)


def truth(value: Any) -> bool:
    """Return whether a call's result lets the body go on."""
    return value is not UNDEFINED and value is not False


def unequal(left: Any, right: Any) -> bool:
    """Return whether two values differ."""
    return not equal(left, right)


def relation(built_in: Builtin) -> Function:
    """Return a function whose result is looped over: each turn is one solution."""
    function = built_in.function
    if built_in.context:
        return lambda state, *operands: function(state[CONTEXT], *operands)
    return lambda state, *operands: function(*operands)
