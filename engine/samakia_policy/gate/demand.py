"""What a gate demands in one environment, and how demands combine: only ever to something stricter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from samakia_policy.gate.versions import newest
from samakia_policy.model.rule import SEVERITIES

CI_USES = ("allowed", "dry-run", "refused")
RUNNER_MODES = ("any", "operator")


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many distinct persons of a role must have approved; the requester may be barred."""

    persons: int
    not_requester: bool = True

    def joined(self, other: Approvals | None) -> Approvals:
        """Return what satisfies both."""
        if other is None:
            return self
        return Approvals(max(self.persons, other.persons), self.not_requester or other.not_requester)


@dataclass(frozen=True, slots=True)
class Demand:
    """The demands on one action in one environment; every default demands the least.

    `packs`: least version by name. `fail_on`: least severity that blocks. `evidence_minutes` and
    `plan_minutes`: greatest age of the decision and of the plan, 0 for no limit. `approvals`: by role.
    `window_minutes`: a change window of at most so long, 0 for none. `reason`: least length, 0 for none.
    `variables` must equal "1". `allow`: names by dimension. `forbid`: kinds of change a plan must not
    hold. `runtimes`: how many runtimes must agree. `refuses`: why the action is never permitted here.
    """

    ci: str = "allowed"
    runner_mode: str = "any"
    fail_on: str = "critical"
    packs: Mapping[str, str] = field(default_factory=dict)
    evidence_minutes: int = 0
    plan_minutes: int = 0
    plan_digest: bool = False
    approvals: Mapping[str, Approvals] = field(default_factory=dict)
    window_minutes: int = 0
    reason: int = 0
    signing: bool = False
    variables: frozenset[str] = frozenset()
    allow: Mapping[str, frozenset[str]] = field(default_factory=dict)
    markers: frozenset[str] = frozenset()
    forbid: frozenset[str] = frozenset()
    runtimes: int = 1
    refuses: str = ""

    def joined(self, other: Demand) -> Demand:
        """Return the demand that holds exactly where both hold."""
        return Demand(
            ci=max(self.ci, other.ci, key=CI_USES.index),
            runner_mode=max(self.runner_mode, other.runner_mode, key=RUNNER_MODES.index),
            fail_on=min(self.fail_on, other.fail_on, key=SEVERITIES.index),
            packs=_newest(self.packs, other.packs),
            evidence_minutes=_shortest(self.evidence_minutes, other.evidence_minutes),
            plan_minutes=_shortest(self.plan_minutes, other.plan_minutes),
            plan_digest=self.plan_digest or other.plan_digest,
            approvals=_both(self.approvals, other.approvals),
            window_minutes=_shortest(self.window_minutes, other.window_minutes),
            reason=max(self.reason, other.reason),
            signing=self.signing or other.signing,
            variables=self.variables | other.variables,
            allow=_common(self.allow, other.allow),
            markers=self.markers | other.markers,
            forbid=self.forbid | other.forbid,
            runtimes=max(self.runtimes, other.runtimes),
            refuses=self.refuses or other.refuses,
        )


def _shortest(one: int, other: int) -> int:
    return min(one, other) if one and other else one or other


def _newest(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    names = sorted({*one, *other})
    return {
        name: newest(version for version in (one.get(name), other.get(name)) if version) for name in names
    }


def _both(one: Mapping[str, Approvals], other: Mapping[str, Approvals]) -> dict[str, Approvals]:
    return {role: (one.get(role) or other[role]).joined(other.get(role)) for role in sorted({*one, *other})}


def _common(
    one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    names = sorted({*one, *other})
    return {
        name: one.get(name, other.get(name, frozenset())) & other.get(name, one.get(name, frozenset()))
        for name in names
    }
