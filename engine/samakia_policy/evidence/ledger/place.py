"""Where a ledger may lie: never in the tree that is checked, which could then rewrite its own past."""

from __future__ import annotations

import os

from samakia_policy.errors import InputError


def require_outside(ledger: str, estate: str) -> None:
    """Refuse (InputError `ledger-inside-estate`) a ledger that lies in an estate, links followed."""
    inside, tree = os.path.realpath(ledger), os.path.realpath(estate)
    if os.path.commonpath([inside, tree]) == tree:
        hint = "keep it in a place of its own, and name that with --ledger or POLICY_LEDGER"
        message = f"the ledger lies in the estate {tree}"
        raise InputError(message, where=ledger, hint=hint, code="ledger-inside-estate")
