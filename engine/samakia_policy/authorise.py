"""Ask a gate: decide on what it demands, gather what is observed, and judge."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from samakia_policy.adapters.actions import BUILT
from samakia_policy.configuration import environment_class, read_configuration
from samakia_policy.errors import InputError
from samakia_policy.gate.demand import Demand
from samakia_policy.gate.file import Gate
from samakia_policy.gate.judge import failed_guards, refuse
from samakia_policy.gate.observed import Approval, Observed, Plan
from samakia_policy.gate.permit import Permit
from samakia_policy.gate.refusal import Failed, Refusal
from samakia_policy.gate.surroundings import in_ci, runner_mode, signing_key
from samakia_policy.gates import check_stated, demand_for, load_gate
from samakia_policy.model.canonical import digest_of
from samakia_policy.model.decision import results_digest
from samakia_policy.model.waiver import Waiver
from samakia_policy.packs.load import load
from samakia_policy.pipeline import Checked, Request, judge, read_world
from samakia_policy.selection import Selection

_OTHER_RUNTIME = {"native": "opa", "opa": "native", "opa-server": "native"}


@dataclass(slots=True)
class Wish:
    """What a person wants to do.

    `plan`: what would be executed, with `plan_file` the path of its JSON. `variables`: the process
    environment. `approvals`: those whose signatures verified. `signer`: the person whose key signs.
    `dimensions`: names by dimension of an allowlist, the tenant among them.
    """

    action: str
    estate: str
    environment: str
    as_of: str
    execute: bool = True
    requester: str = ""
    reason: str = ""
    window: tuple[str, str] = ("", "")
    tenant: str = ""
    plan: Plan = field(default_factory=Plan)
    plan_file: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    markers: Mapping[str, bool] = field(default_factory=dict)
    signer: str = ""
    ledger: bool = False
    unratified: tuple[str, ...] = ()
    engine: str = "native"
    cache: str = ""
    tighter: Demand = field(default_factory=Demand)
    waivers: list[Waiver] = field(default_factory=list)
    waiver_files: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Judged:
    """What a gate said: the demand, what was observed, the checks it rests on, and what failed.

    `glass`: the break-glass statement that stands in for some guards.
    """

    gate: Gate
    demand: Demand
    observed: Observed
    checks: list[Checked]
    failed: list[Failed]
    glass: bytes = b""

    def open_glass(self, guards: frozenset[str], statement: bytes) -> None:
        """Let a break-glass statement stand in for some guards; every other one still stands."""
        self.failed = [failed for failed in self.failed if failed.guard not in guards]
        self.glass = statement

    @property
    def refusal(self) -> Refusal:
        """The refusal that lists everything that failed."""
        return refuse(self.demand, self.observed, self.failed)


def ask(wish: Wish) -> Judged:
    """Return what the gate of an action says; raises Refused for an action that no gate names."""
    gate = load_gate(wish.action)
    configuration = read_configuration(wish.estate)
    check_stated(configuration.gates)
    env_class = environment_class(wish.environment, configuration.environments)
    demand = demand_for(gate, wish.environment, env_class, configuration.gates).joined(wish.tighter)
    checks = _checks(wish, demand, env_class)
    observed = _observe(wish, env_class, checks, mutates=gate.mutates)
    return Judged(gate, demand, observed, checks, failed_guards(demand, observed))


def _checks(wish: Wish, demand: Demand, env_class: str) -> list[Checked]:
    """Decide with the packs that the gate demands and that there are, on as many runtimes as it demands."""
    catalogue = load()
    packs = sorted(set(demand.packs) & {pack.name for pack in catalogue.packs})
    if env_class == "unknown" or (demand.packs and not packs):
        return []
    request = Request(
        estate=wish.estate,
        as_of=wish.as_of,
        plans=[(wish.environment, wish.plan_file)] if wish.plan_file else [],
        environment=wish.environment,
        fail_on=demand.fail_on,
        engine=wish.engine,
        selection=Selection(gates=packs),
        cache=wish.cache,
        action=wish.action,
        requester=wish.requester,
        waivers=wish.waivers,
        waiver_files=wish.waiver_files,
        runner=wish.variables,
    )
    world = read_world(request)
    checks = [judge(catalogue, world, request)]
    if demand.runtimes > 1:
        # A runtime that is not installed is a guard that fails, not an error: everything else is listed too.
        with suppress(InputError):
            other = replace(request, engine=_OTHER_RUNTIME[wish.engine])
            checks.append(judge(catalogue, world, other))
    return checks


def _observe(wish: Wish, env_class: str, checks: list[Checked], *, mutates: bool) -> Observed:
    _, signing_error = signing_key(wish.variables)
    dimensions = {"environment": wish.environment, "tenant": wish.tenant, **wish.dimensions}
    return Observed(
        action=wish.action,
        environment=wish.environment,
        environment_class=env_class,
        as_of=wish.as_of,
        requester=wish.requester,
        execute=wish.execute,
        ci=in_ci(wish.variables),
        runner_mode=runner_mode(wish.variables),
        reason=wish.reason,
        window=wish.window,
        signer=wish.signer,
        signing_error=signing_error,
        dimensions={name: value for name, value in dimensions.items() if value},
        variables=wish.variables,
        decisions=tuple(checked.decision.to_json() for checked in checks),
        plan=wish.plan,
        approvals=wish.approvals,
        markers=wish.markers,
        adapters=BUILT,
        ledger=wish.ledger,
        mutates=mutates,
        unratified=wish.unratified,
    )


def grant(judged: Judged, *, expires: str, nonce: str, ledger: str, approvals: tuple[str, ...]) -> Permit:
    """Return the permit of a gate that nothing failed; raises ValueError where something did.

    `nonce`: 32 random hex digits. `approvals`: digests of those that were given.
    """
    if judged.failed:
        raise ValueError("a gate that refused grants nothing")
    seen, decision = judged.observed, judged.observed.decisions[0]
    subjects = {"plan": seen.plan.subject} if seen.plan.subject else {"decision": digest_of(decision)}
    return Permit(
        action=seen.action,
        environment=seen.environment,
        tenant=seen.dimensions.get("tenant", ""),
        subjects=subjects,
        results=results_digest(decision),
        decision=digest_of(decision),
        packs=decision["digests"]["packs"],
        gate=judged.gate.digest,
        approvals=approvals,
        requester=seen.requester,
        reason=seen.reason.strip(),
        ledger=ledger,
        issued=seen.as_of,
        expires=expires,
        nonce=nonce,
        break_glass=bool(judged.glass),
    )


def statement_of(judged: Judged) -> dict[str, Any]:
    """Return the small record of what a gate said."""
    return {
        **judged.refusal.to_json(),
        **({} if judged.failed else {"kind": "Passed"}),
        "gate_digest": judged.gate.digest,
    }
