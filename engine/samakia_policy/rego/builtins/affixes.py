"""Many strings against many starts or ends."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.operands import strings, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OperandFault
from samakia_policy.rego.values.collections import Set


@builtin("strings.any_prefix_match")
def any_prefix_match(search: Any, base: Any) -> bool:
    """Return whether any string starts with any of the base strings."""
    texts, starts = _both(search, base)
    return any(text.startswith(starts) for text in texts)


@builtin("strings.any_suffix_match")
def any_suffix_match(search: Any, base: Any) -> bool:
    """Return whether any string ends with any of the base strings."""
    texts, ends = _both(search, base)
    return any(text.endswith(ends) for text in texts)


def _both(search: Any, base: Any) -> tuple[list[str], tuple[str, ...]]:
    one = _listed(search, 1)
    return one, tuple(_listed(base, 2))


def _listed(value: Any, position: int) -> list[str]:
    if value.__class__ is str:
        return [value]
    if value.__class__ is not list and value.__class__ is not Set:
        raise OperandFault(position, "one of {string, set, array}", type_name(value))
    return strings(value, position)
