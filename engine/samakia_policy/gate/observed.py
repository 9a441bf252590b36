"""What was observed when an action was asked for: the one input of every guard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval whose signature verified: who, as what, of which digests, until when."""

    person: str
    role: str
    subject: str
    results: str
    packs: str
    expires: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan that would be executed.

    `subject`: digest of the very bytes that would be applied; `decided`: digest of those the decision was
    made on; `made`: when it was planned; `changes`: the kinds of change in it.
    """

    subject: str = ""
    decided: str = ""
    made: str = ""
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Observed:
    """The request and everything that is known about it; what is empty was not given.

    `decisions`: the decision of each runtime, as it is written. `markers`: whether each acceptance marker
    verifies. `unratified`: break-glass permits that nobody ratified. `signer`: who would sign the evidence.
    """

    action: str
    environment: str
    environment_class: str
    as_of: str
    requester: str = ""
    execute: bool = True
    ci: bool = False
    runner_mode: str = "ci"
    reason: str = ""
    window: tuple[str, str] = ("", "")
    signer: str = ""
    signing_error: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[Mapping[str, Any], ...] = ()
    plan: Plan = field(default_factory=Plan)
    approvals: tuple[Approval, ...] = ()
    markers: Mapping[str, bool] = field(default_factory=dict)
    adapters: frozenset[str] = frozenset()
    ledger: bool = False
    mutates: bool = True
    unratified: tuple[str, ...] = ()
