"""Walking the declared relations between subjects ("kind:id")."""

from __future__ import annotations

from samakia_policy.rules.facts import Facts


def out(facts: Facts, relation: str, subject: str) -> list[str]:
    """Return the sorted targets of a subject over a relation."""
    return facts.out(relation, subject)


def into(facts: Facts, relation: str, subject: str) -> list[str]:
    """Return the sorted sources that point at a subject over a relation."""
    return facts.into(relation, subject)


def reach(facts: Facts, relation: str, subject: str) -> list[str]:
    """Return everything reachable over a relation, sorted; the start only when on a cycle."""
    return facts.reach(relation, subject)
