"""Read the cases beside a rule: small worlds with the outcome that is expected of them."""

from __future__ import annotations

from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.model.rule import Rule
from samakia_policy.packs.data import read_text


def read_cases(rule: Rule) -> dict[str, dict[str, Any]]:
    """Return a rule's cases by name; raises PackError when there are none."""
    from samakia_policy.sources.text import parse_contract

    path = rule.path.rpartition(".")[0] + ".cases.yaml"
    parsed = parse_contract(read_text(*path.split("/")).encode(), markers=True)
    if parsed.faults or not parsed.data:
        fault = parsed.faults[0] if parsed.faults else None
        raise PackError(fault.message if fault else "no cases", where=f"{path}:{fault.line if fault else 0}")
    return dict(parsed.data)


def case_names(rule: Rule) -> list[str]:
    """Return the names of a rule's cases."""
    return list(read_cases(rule))
