"""What a check decides, in the shape that is written, signed and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.model.canonical import digest_of

API_VERSION = "samakia.policy/v1"
ALLOW, DENY, UNDECIDED = "allow", "deny", "unknown"
RUNS_DIFFER = ("engine", "runtime")
PLAIN = "policy"
"""Who asked for a pack that is a plain package: `--policy` named it."""


@dataclass(slots=True)
class Location:
    """Where a person can edit what a finding is about; line and column are 1-based or None."""

    path: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the location as the decision writes it."""
        return {"path": self.path, "line": self.line, "column": self.column, "pointer": self.pointer}


@dataclass(slots=True)
class Detail:
    """One hit behind a finding; `metadata` is what the rule of a plain package says beside its message."""

    message: str
    location: Location
    metadata: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the hit as the decision writes it."""
        written = {"message": self.message, "location": self.location.to_json()}
        return written | ({"metadata": self.metadata} if self.metadata else {})


@dataclass(slots=True)
class Finding:
    """A rule found something about a subject."""

    rule: str
    packs: list[str]
    severity: str
    subject: str
    details: list[Detail]
    remediation: str
    controls: list[str]
    fingerprint: str
    effective: bool = True
    outcome: str = "fail"
    env: str = ""

    @property
    def message(self) -> str:
        """The message of the first hit."""
        return self.details[0].message

    @property
    def location(self) -> Location:
        """The place of the first hit."""
        return self.details[0].location

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the decision writes it."""
        return {
            "rule": self.rule,
            "packs": self.packs,
            "severity": self.severity,
            "outcome": self.outcome,
            "effective": self.effective,
            "subject": self.subject,
            "message": self.message,
            "details": [detail.to_json() for detail in self.details],
            "location": self.location.to_json(),
            "remediation": self.remediation,
            "controls": self.controls,
            "fingerprint": self.fingerprint,
        }


@dataclass(slots=True)
class Unknown:
    """What a rule could not know, and why."""

    rule: str
    severity: str
    subject: str
    pointer: str
    why: str
    location: Location

    def to_json(self) -> dict[str, Any]:
        """Return the unknown as the decision writes it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "subject": self.subject,
            "pointer": self.pointer,
            "why": self.why,
            "location": self.location.to_json(),
        }


@dataclass(slots=True)
class RuleResult:
    """How one rule ended, over how many facts of its primary kind."""

    id: str
    packs: list[str]
    severity: str
    language: str
    outcome: str
    facts: int = 0
    findings: list[Finding] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    other_env: int = 0
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result as the decision writes it."""
        written = {
            "id": self.id,
            "packs": self.packs,
            "severity": self.severity,
            "language": self.language,
            "outcome": self.outcome,
            "facts": self.facts,
            "findings": len(self.findings),
        }
        return written | ({"reason": self.reason} if self.reason else {})


@dataclass(slots=True)
class SelectedPack:
    """A pack of the run: who asked for it, and whether it applies to this estate."""

    name: str
    version: str
    digest: str
    selected_by: str
    applicable: bool
    missing: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the pack as the decision writes it."""
        return {
            "name": self.name,
            "version": self.version,
            "digest": self.digest,
            "selected_by": self.selected_by,
            "applicable": self.applicable,
        }


@dataclass(slots=True)
class Decision:
    """Everything that was decided, and what it was decided on.

    `unread` counts files of kinds that no rule reads yet; it is shown, not written.
    """

    outcome: str
    context: dict[str, Any]
    digests: dict[str, str]
    facts: int
    packs: list[SelectedPack]
    rules: list[RuleResult]
    unread: int = 0
    waivers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Every finding, by rule, then subject."""
        found = [finding for rule in self.rules for finding in rule.findings]
        return sorted(found, key=lambda f: (f.rule.encode(), f.subject.encode()))

    @property
    def unknowns(self) -> list[Unknown]:
        """Every unknown, by rule, then subject, then pointer."""
        unknowns = [unknown for rule in self.rules for unknown in rule.unknowns]
        return sorted(unknowns, key=lambda u: (u.rule.encode(), u.subject.encode(), u.pointer))

    @property
    def counts(self) -> dict[str, int]:
        """How many rules ended how."""
        ended = [rule.outcome for rule in self.rules]
        kinds = ("pass", "fail", "waived", "not_applicable", "unknown")
        return {
            "rules": len(ended),
            "facts": self.facts,
            **{kind: ended.count(kind) for kind in kinds},
            "findings": sum(len(rule.findings) for rule in self.rules),
            "other_env": sum(rule.other_env for rule in self.rules),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the decision as it is written: canonical subset, no floats."""
        return {
            "apiVersion": API_VERSION,
            "kind": "Decision",
            "outcome": self.outcome,
            "context": self.context,
            "digests": self.digests,
            "counts": self.counts,
            "packs": [pack.to_json() for pack in self.packs],
            "rules": [rule.to_json() for rule in self.rules],
            "findings": [finding.to_json() for finding in self.findings],
            "unknowns": [unknown.to_json() for unknown in self.unknowns],
            "waivers": self.waivers,
        }


def results_digest(decision: Mapping[str, Any]) -> str:
    """Return the digest of a decision without its time, engine and runtime.

    The same estate, packs and parameters give the same digest at another time and on another runtime.
    """
    context = {key: value for key, value in decision["context"].items() if key != "as_of"}
    digests = {key: value for key, value in decision["digests"].items() if key not in RUNS_DIFFER}
    return digest_of({**decision, "context": context, "digests": digests})
