"""Calls of built-ins as the tests write them: plain Python in, plain values or OPA's complaint out."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.values.collections import UNDEFINED
from samakia_policy.rego.values.number import Number

Case = tuple[str, tuple[Any, ...], Any]


def answer(name: str, *operands: Any, context: Context | None = None) -> Any:
    """Return what a built-in answers; a fraction as its text after `~`, a complaint after `!`."""
    built_in = find(name)
    given = [Number(item[1:]) if item.__class__ is str and item[:1] == "~" else item for item in operands]
    arguments = [context or Context(), *given] if built_in.context else given
    try:
        found = built_in.function(*arguments)
    except EvaluationFault as fault:
        return f"!{fault.message}"
    if found is UNDEFINED:
        return "undefined"
    return f"~{found.text}" if found.__class__ is Number else found
