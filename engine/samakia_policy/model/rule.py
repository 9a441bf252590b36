"""Rules and packs as they are declared, never as they run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SEVERITIES = ("low", "medium", "high", "critical")
# Outcomes in the order in which they win.
FAIL, UNKNOWN, WAIVED, PASS, NOT_APPLICABLE = "fail", "unknown", "waived", "pass", "not_applicable"


@dataclass(slots=True)
class Rule:
    """One check: its metadata, read as text, and where its source lies in the product's data."""

    id: str
    language: str
    path: str
    digest: str
    title: str
    description: str
    severity: str
    scope: str
    subject: str
    needs: list[str]
    message: str
    remediation: str
    uses: list[str] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    reads: dict[str, list[str]] = field(default_factory=dict)
    where: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: list[dict[str, Any]] = field(default_factory=list)
    unknown: str = "subject"
    absent: str = "not_applicable"
    applies_to: list[str] = field(default_factory=lambda: ["live"])
    requires: str = ""
    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)

    @property
    def domain(self) -> str:
        """The first part of the id."""
        return self.id.partition("/")[0]

    @property
    def kinds(self) -> list[str]:
        """Every kind of fact the rule may see, the primary first."""
        return [*self.needs, *self.uses]


@dataclass(slots=True)
class PackRule:
    """A rule as one pack lists it."""

    id: str
    severity: str = ""
    effective_from: str = ""


@dataclass(slots=True)
class Pack:
    """A versioned selection of rules for one roadmap phase."""

    name: str
    version: str
    phase: str
    title: str
    owners: list[str]
    digest: str
    rules: list[PackRule]
    anchors: list[str]
    expects: list[str] = field(default_factory=list)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the pack covers its whole phase; a version below 1.0.0 does not."""
        return not self.version.startswith("0.")


def at_least(severity: str, threshold: str) -> bool:
    """Tell whether a severity is at or above a threshold."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(threshold)


def highest(severities: list[str]) -> str:
    """Return the highest of some severities; raises ValueError when there are none."""
    return max(severities, key=SEVERITIES.index)
