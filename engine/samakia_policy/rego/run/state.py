"""The state of one evaluation, a plain list so that generated code needs no attribute access.

A `with` makes a new state: another input or data, and nothing remembered yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.values.collections import UNDEFINED

State = list[Any]

INPUT = 0  # the input, or UNDEFINED
DATA = 1  # the base documents
MEMO = 2  # what each rule gave, by the rule's slot
MASKED = 3  # paths under data that a `with` replaced, as a nested dict; None when there are none
CONTEXT = 4  # the built-ins' Context
MOCKS = 5  # functions that a `with` replaced, by name
STRICT = 6  # whether a built-in's error stops the evaluation
INDEXES = 7  # hash indexes and key sets of collections, by identity; they hold the collection

MISSING: Any = object()


def new_state(slots: int, data: Any, value: Any, context: Context, *, strict: bool) -> State:
    """Return a state in which nothing was evaluated yet."""
    return [value, data, [MISSING] * slots, None, context, {}, strict, {}]


def derived(state: State, **changes: Any) -> State:
    """Return a state that differs in input, data, masked or mocks, and remembers nothing."""
    made = list(state)
    made[MEMO] = [MISSING] * len(state[MEMO])
    for name, value in changes.items():
        made[_FIELDS[name]] = value
    return made


_FIELDS = {"input": INPUT, "data": DATA, "masked": MASKED, "mocks": MOCKS}

Function = Callable[..., Any]

__all__ = ["UNDEFINED", "Function", "State", "derived", "new_state"]
