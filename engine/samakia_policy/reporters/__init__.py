"""A decision becomes text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from samakia_policy.model.decision import Decision

Reporter = Callable[[Decision], str]
DERIVED = ("csv", "html", "oscal")
"""Formats that are made from the decision as it is written, and so from a packet too."""
FORMATS = ("json", "table", *DERIVED)


def reporter(name: str) -> Reporter:
    """Return the function that writes a decision in one of FORMATS; the module is imported now."""
    report = import_module(f"samakia_policy.reporters.{name}").report
    if name in DERIVED:
        return lambda decision: str(report(decision.to_json()))
    return report  # type: ignore[no-any-return]
