"""Judge an action: every guard is asked, every one that fails is listed."""

from __future__ import annotations

from collections.abc import Sequence

from samakia_policy.gate import guards, proofs
from samakia_policy.gate.demand import Demand
from samakia_policy.gate.observed import Observed
from samakia_policy.gate.refusal import Failed, Refusal
from samakia_policy.model.canonical import digest_of

GUARDS = (
    guards.check_ci,
    guards.check_runner_mode,
    guards.check_environment,
    guards.check_allowlists,
    guards.check_variables,
    guards.check_reason,
    guards.check_window,
    guards.check_signing,
    guards.check_adapter,
    proofs.check_packs,
    proofs.check_runtimes,
    proofs.check_plan,
    proofs.check_digest,
    proofs.check_requester,
    proofs.check_approvals,
    proofs.check_markers,
    proofs.check_ledger,
)


def failed_guards(demand: Demand, seen: Observed) -> list[Failed]:
    """Return every guard that fails, in the order in which they are asked."""
    return [failed for guard in GUARDS for failed in guard(demand, seen)]


def refuse(demand: Demand, seen: Observed, failed: Sequence[Failed]) -> Refusal:
    """Return the refusal of an action whose guards failed."""
    return Refusal(
        action=seen.action,
        environment=seen.environment,
        subject=seen.plan.subject,
        dry_run=not seen.execute,
        as_of=seen.as_of,
        failed=failed,
        missing_packs=proofs.missing_packs(demand, seen),
        decision_id=digest_of(seen.decisions[0]) if seen.decisions else "",
    )
