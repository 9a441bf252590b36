"""A refusal: every guard that failed, what it required and what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from samakia_policy.model.decision import API_VERSION


@dataclass(frozen=True, slots=True)
class Failed:
    """A guard that failed; neither text ever holds the value of a variable."""

    guard: str
    required: str
    observed: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that may not happen, with everything that stands against it."""

    action: str
    environment: str
    subject: str
    dry_run: bool
    as_of: str
    failed: Sequence[Failed]
    missing_packs: Sequence[str]
    decision_id: str

    def to_json(self) -> dict[str, Any]:
        """Return the refusal as it is written."""
        return {
            "apiVersion": API_VERSION,
            "kind": "Refusal",
            "action": self.action,
            "environment": self.environment or None,
            "subject": self.subject or None,
            "dry_run": self.dry_run,
            "as_of": self.as_of,
            "failed_guards": [
                {"guard": failed.guard, "required": failed.required, "observed": failed.observed}
                for failed in self.failed
            ],
            "missing_packs": list(self.missing_packs),
            "decision_id": self.decision_id or None,
        }
