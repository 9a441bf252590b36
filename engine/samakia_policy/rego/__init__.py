"""Rego in Python: a compiler and runtime that answer as OPA answers.

text -> tokens -> syntax tree -> resolved, safe, checked -> plan -> Python code object -> run

What is exported here is for Python programs; each name is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samakia_policy.rego.builtins.context import Context
    from samakia_policy.rego.engine import Expression, Policy, Query, Result
    from samakia_policy.rego.errors import EvaluationFault, Fault, RegoError
    from samakia_policy.rego.library import compile, evaluate, test
    from samakia_policy.rego.values.collections import UNDEFINED, Set
    from samakia_policy.rego.values.number import Number
    from samakia_policy.rego.values.plain import to_plain, to_value

__all__ = [
    "UNDEFINED",
    "Context",
    "EvaluationFault",
    "Expression",
    "Fault",
    "Number",
    "Policy",
    "Query",
    "RegoError",
    "Result",
    "Set",
    "compile",
    "evaluate",
    "test",
    "to_plain",
    "to_value",
]

_MODULES = {
    "builtins.context": "Context",
    "engine": "Expression Policy Query Result",
    "errors": "EvaluationFault Fault RegoError",
    "library": "compile evaluate test",
    "values.collections": "UNDEFINED Set",
    "values.number": "Number",
    "values.plain": "to_plain to_value",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
