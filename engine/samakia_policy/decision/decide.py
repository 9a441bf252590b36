"""Decide: any blocking finding denies, else any blocking unknown leaves it undecided, else allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from samakia_policy.model.decision import ALLOW, DENY, UNDECIDED, RuleResult, SelectedPack
from samakia_policy.model.rule import PASS, UNKNOWN, WAIVED, at_least


def outcome(results: Sequence[RuleResult], packs: Iterable[SelectedPack], fail_on: str) -> str:
    """Return allow, deny or unknown; findings of other environments were taken out before."""
    for result in results:
        for finding in result.findings:
            counts = finding.effective and finding.outcome != WAIVED
            if counts and at_least(finding.severity, fail_on):
                return DENY
    hidden = (unknown.severity for result in results for unknown in result.unknowns)
    undecided = (result.severity for result in results if result.outcome == "unknown")
    if any(at_least(severity, fail_on) for severity in (*hidden, *undecided)):
        return UNDECIDED
    return UNDECIDED if any(_doubtful(pack) for pack in packs) else ALLOW


def keep_environment(results: Sequence[RuleResult], environment: str) -> None:
    """Leave out, and count, findings whose subject belongs to another environment."""
    for result in results if environment else ():
        kept = [f for f in result.findings if f.env in {"", environment}]
        result.other_env = len(result.findings) - len(kept)
        result.findings = kept
        if result.other_env and not kept:
            result.outcome = UNKNOWN if result.unknowns else PASS


def _doubtful(pack: SelectedPack) -> bool:
    named = pack.selected_by != "default"
    return (named and not pack.applicable) or (pack.applicable and bool(pack.missing))
