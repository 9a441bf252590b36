"""What a verification found, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from samakia_policy.evidence.reasons import Refusal

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class Step(NamedTuple):
    """One step: what it is called, how it ended, the stable reason code of a failure, and what was found."""

    name: str
    outcome: str
    code: str = ""
    message: str = ""
    where: str = ""
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is written."""
        return {name: value or None for name, value in self._asdict().items()}


@dataclass(slots=True)
class Report:
    """All steps of one verification, and what was passed over because it did not count."""

    packet: str
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether every step passed; a step that could not be taken is no pass."""
        return bool(self.steps) and all(step.outcome == PASSED for step in self.steps)

    @property
    def code(self) -> str:
        """The reason code of the first failure, "" where all passed."""
        return next((step.code for step in self.steps if step.outcome == FAILED), "")

    def failed(self, name: str, refusal: Refusal) -> None:
        """Add a step that failed."""
        step = Step(name, FAILED, refusal.code, refusal.message, refusal.where, refusal.hint)
        self.steps.append(step)

    def to_json(self) -> dict[str, Any]:
        """Return the report as it is written."""
        return {
            "kind": "Verification",
            "packet": self.packet,
            "accepted": self.accepted,
            "code": self.code or None,
            "steps": [step.to_json() for step in self.steps],
            "notes": sorted(self.notes),
        }
