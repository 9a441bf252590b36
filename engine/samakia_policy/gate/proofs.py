"""The guards about what was proved: decisions, plans, approvals, markers. A gate counts what passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from samakia_policy.gate.demand import Approvals, Demand
from samakia_policy.gate.observed import Approval, Observed
from samakia_policy.gate.refusal import Failed
from samakia_policy.gate.results import blocking, passed
from samakia_policy.gate.versions import at_least
from samakia_policy.gate.window import moment, older
from samakia_policy.model.decision import results_digest


def missing_packs(demand: Demand, seen: Observed) -> list[str]:
    """Return the demanded packs that some decision lacks: absent, too old, or looking at nothing."""
    lacking = {
        name
        for name, least in demand.packs.items()
        if not seen.decisions or any(not _has(decision, name, least) for decision in seen.decisions)
    }
    return sorted(lacking)


def check_packs(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Every demanded pack was run, and nothing blocking or unknown is left."""
    if not seen.decisions and (demand.packs or seen.execute):
        yield Failed("packs", "a decision on the estate", "nothing was decided")
    for name in missing_packs(demand, seen):
        yield Failed(
            "packs", f"{name} {demand.packs[name]} or newer, with a rule that passed", _seen(name, seen)
        )
    for decision in seen.decisions:
        yield from _check_decision(demand, seen, decision)


def _check_decision(demand: Demand, seen: Observed, decision: Mapping[str, Any]) -> Iterator[Failed]:
    context = decision["context"]
    if context["environment"] not in {None, seen.environment}:
        yield Failed("packs", f"a decision on {seen.environment}", f"it is on {context['environment']}")
    if left := blocking(decision, demand.fail_on):
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""  # noqa: PLR2004 - a line a person can read
        required = f"no finding and nothing unknown at {demand.fail_on} or above"
        yield Failed("packs", required, "; ".join(left[:3]) + more)
    if demand.evidence_minutes and older(context["as_of"], seen.as_of, demand.evidence_minutes):
        required = f"a decision at most {demand.evidence_minutes} minutes old"
        yield Failed("packs", required, f"it was made at {context['as_of']}")


def _has(decision: Mapping[str, Any], name: str, least: str) -> bool:
    found = [pack for pack in decision["packs"] if pack["name"] == name and pack["applicable"]]
    return any(at_least(pack["version"], least) for pack in found) and passed(decision, name) > 0


def _seen(name: str, seen: Observed) -> str:
    found = [pack for decision in seen.decisions for pack in decision["packs"] if pack["name"] == name]
    if not found:
        return "it was not run"
    return f"{found[0]['version']}" if found[0]["applicable"] else "it looked at nothing"


def check_runtimes(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Runtimes that do not agree prove nothing; some actions need several that do."""
    runtimes = {decision["digests"]["runtime"] for decision in seen.decisions}
    if len({results_digest(decision) for decision in seen.decisions}) > 1:
        yield Failed("runtime", "the same results from every runtime", "they differ")
    if seen.execute and len(runtimes) < demand.runtimes:
        yield Failed("runtime", f"{demand.runtimes} runtimes that agree", f"{len(runtimes)} decided")


def check_plan(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """The plan is there, fresh, and holds no kind of change that is forbidden here."""
    if not seen.execute and not seen.plan.subject:
        return
    if demand.plan_digest and not seen.plan.subject:
        yield Failed("plan", "a saved plan", "none was named")
    if demand.plan_minutes and older(seen.plan.made, seen.as_of, demand.plan_minutes):
        required = f"a plan at most {demand.plan_minutes} minutes old"
        yield Failed(
            "plan", required, f"it was made at {seen.plan.made}" if seen.plan.made else "none was named"
        )
    if found := sorted(demand.forbid & seen.plan.changes):
        yield Failed("plan", f"no {', '.join(sorted(demand.forbid))} in the plan", ", ".join(found))


def check_digest(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """What would be applied is what was decided on, byte for byte."""
    if demand.plan_digest and seen.plan.subject != seen.plan.decided:
        yield Failed("digest", seen.plan.decided or "a decision on the plan", seen.plan.subject or "no plan")


def check_approvals(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Enough persons approved exactly this: this plan, these results, these packs."""
    if not seen.execute:
        return
    for role, wanted in sorted(demand.approvals.items()):
        persons = sorted({given.person for given in seen.approvals if _counts(given, role, wanted, seen)})
        if len(persons) < wanted.persons:
            required = f"{wanted.persons} of role {role}" + (
                ", not the requester" if wanted.not_requester else ""
            )
            yield Failed("approval", required, ", ".join(persons) or "nobody approved exactly this")
    for permit in seen.unratified:
        yield Failed("approval", "no break-glass permit that waits for a second person", permit)


def _counts(given: Approval, role: str, wanted: Approvals, seen: Observed) -> bool:
    expires, now = moment(given.expires), moment(seen.as_of)
    if given.role != role or not seen.decisions or expires is None or now is None or expires <= now:
        return False
    if wanted.not_requester and given.person == seen.requester:
        return False
    decision = seen.decisions[0]
    exact = (given.subject, given.results, given.packs)
    return exact == (seen.plan.subject, results_digest(decision), decision["digests"]["packs"])


def check_requester(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Whoever may not approve their own request has to be known."""
    barred = any(wanted.not_requester for wanted in demand.approvals.values())
    if seen.execute and barred and not seen.requester:
        yield Failed("approval", "a requester, who may not approve", "nobody is named")


def check_markers(demand: Demand, seen: Observed) -> Iterator[Failed]:
    """Each acceptance marker is there and verifies."""
    for marker in sorted(demand.markers) if seen.execute else ():
        if not seen.markers.get(marker, False):
            observed = "does not verify" if marker in seen.markers else "is missing"
            yield Failed("markers", f"acceptance/{marker}_ACCEPTED.md, signed", observed)


def check_ledger(_: Demand, seen: Observed) -> Iterator[Failed]:
    """A permit is used once only where a ledger remembers it."""
    if seen.execute and seen.mutates and not seen.ledger:
        yield Failed("ledger", "a ledger outside the estate that records the permit", "none was named")
