"""Notes and printed text, and strings with values in them."""

from __future__ import annotations

from itertools import product
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import charge_items, charge_text
from samakia_policy.rego.builtins.operands import array, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import CONFLICT, INTERNAL, EvaluationFault
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.text import shown

_UNDEFINED = "<undefined>"


@builtin("trace")
def trace(note: Any) -> bool:
    """Return true; the note shows in an explanation only."""
    string(note, 1)
    return True


@builtin("internal.print", context=True)
def internal_print(context: Context, values: Any) -> bool:
    """Print a line for every combination of the operands' values; what is undefined says so."""
    operands = [_choices(item) for item in array(values, 1)]
    lines = 1
    for choices in operands:
        lines *= len(choices)
    charge_items(context, lines)
    for parts in product(*operands):
        context.printed.append(("", " ".join(parts)))
    return True


@builtin("internal.template_string", context=True)
def template_string(context: Context, parts: Any) -> str:
    """Return the parts of an interpolated string put together."""
    made = []
    for item in array(parts, 1):
        choices = _choices(item)
        if len(choices) > 1:
            raise EvaluationFault(CONFLICT, "template-strings must not produce multiple outputs")
        made += choices
    charge_text(context, sum(map(len, made)))
    return "".join(made)


def _choices(operand: Any) -> list[str]:
    if operand.__class__ is Set:
        return [shown(item) for item in operand] if len(operand) else [_UNDEFINED]
    if operand.__class__ is list or operand.__class__ is dict:
        raise EvaluationFault(INTERNAL, f"illegal argument type: {type_name(operand)}")
    return [shown(operand)]
