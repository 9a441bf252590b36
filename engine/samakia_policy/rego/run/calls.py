"""Calling built-ins and replaced functions."""

from __future__ import annotations

import sys
from typing import Any

from samakia_policy.rego.builtins.registry import Builtin
from samakia_policy.rego.errors import BUILTIN, BuiltinFault, EvaluationFault
from samakia_policy.rego.run.state import CONTEXT, MOCKS, STRICT, Function, State
from samakia_policy.rego.values.collections import UNDEFINED, equal

# CO_VARARGS and CO_VARKEYWORDS of a code object.
_VARIABLE = 0x04 | 0x08


def caller(built_in: Builtin) -> Function:
    """Return a function of the state and the operands; its errors are UNDEFINED unless strict."""
    if built_in.context:
        return _with_context(built_in)
    make = _BY_ARITY.get(_arity(built_in.function), _of_any)
    return make(built_in.function, built_in.name)


def _arity(function: Any) -> int:
    code = getattr(function, "__code__", None)
    if code is None or function.__defaults__ or code.co_flags & _VARIABLE:
        return -1
    return int(code.co_argcount)


def _with_context(built_in: Builtin) -> Function:
    function = built_in.function

    def call(state: State, *operands: Any) -> Any:
        try:
            return function(state[CONTEXT], *operands)
        except BuiltinFault as fault:
            return _refuse(state, fault, built_in.name)

    return call


def _of_any(function: Function, name: str) -> Function:
    def call(state: State, *operands: Any) -> Any:
        try:
            return function(*operands)
        except BuiltinFault as fault:
            return _refuse(state, fault, name)

    return call


# Most calls have one or two operands, and packing them costs more than many built-ins do.
def _of_one(function: Function, name: str) -> Function:
    def call(state: State, operand: Any) -> Any:
        try:
            return function(operand)
        except BuiltinFault as fault:
            return _refuse(state, fault, name)

    return call


def _of_two(function: Function, name: str) -> Function:
    def call(state: State, left: Any, right: Any) -> Any:
        try:
            return function(left, right)
        except BuiltinFault as fault:
            return _refuse(state, fault, name)

    return call


_BY_ARITY = {1: _of_one, 2: _of_two}


def refused(message: str) -> Function:
    """Return what stands for a built-in that is refused: calling it stops the evaluation."""

    def call(*_: Any) -> Any:
        raise EvaluationFault(BUILTIN, message)

    return call


def fault(state: State, name: str) -> Any:
    """Return UNDEFINED for the fault of a built-in that is being handled; under strict it goes on."""
    found = sys.exc_info()[1]
    assert isinstance(found, BuiltinFault)
    return _refuse(state, found, name)


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
