"""The decision itself, canonical, so that programs and replay read one shape."""

from __future__ import annotations

from samakia_policy.model.canonical import canonical
from samakia_policy.model.decision import Decision


def report(decision: Decision) -> str:
    """Return the decision as canonical JSON with a final newline."""
    return canonical(decision.to_json()).decode() + "\n"
