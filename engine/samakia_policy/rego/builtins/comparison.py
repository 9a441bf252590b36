"""Comparison of any two values."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.values.collections import equal
from samakia_policy.rego.values.order import compare


@builtin("equal")
def same(left: Any, right: Any) -> bool:
    """Return whether both are the same value."""
    return equal(left, right)


@builtin("neq")
def neq(left: Any, right: Any) -> bool:
    """Return whether the values differ."""
    return not equal(left, right)


@builtin("lt")
def lt(left: Any, right: Any) -> bool:
    """Return whether left comes before right."""
    return compare(left, right) < 0


@builtin("lte")
def lte(left: Any, right: Any) -> bool:
    """Return whether left comes before right or equals it."""
    return compare(left, right) <= 0


@builtin("gt")
def gt(left: Any, right: Any) -> bool:
    """Return whether left comes after right."""
    return compare(left, right) > 0


@builtin("gte")
def gte(left: Any, right: Any) -> bool:
    """Return whether left comes after right or equals it."""
    return compare(left, right) >= 0
