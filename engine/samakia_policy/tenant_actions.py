"""What can be done for a tenant, from the facts of its contracts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from samakia_policy.adapters.secrets.store import Store
from samakia_policy.adapters.tenants.credentials import Consumer, issue, revoke, rotate, told
from samakia_policy.errors import InputError, Refused
from samakia_policy.gate.demand import Demand
from samakia_policy.model.canonical import canonical, digest_of
from samakia_policy.model.fact import Fact, FactGraph

PLAN, APPLY, DRILL = "tenants.plan", "tenants.apply", "tenants.dr.run"
ISSUE, ROTATE, REVOKE, INSPECT = (
    f"tenants.creds.{verb}" for verb in ("issue", "rotate", "revoke", "inspect")
)
ACTIONS = frozenset((PLAN, APPLY, DRILL, ISSUE, ROTATE, REVOKE, INSPECT))
_EXECUTES = "execute"
_CONNECTION = ("host", "port", "protocol", "tls_required")


class Doing(NamedTuple):
    """What an action is given: the tenant, the consumer ("" for all), its store, randomness and the time."""

    tenant: str
    consumer: str
    store: Store | None
    password: Callable[[], str]
    now: str


def tenant_demand(graph: FactGraph, tenant: str, consumer: str, environment_class: str) -> Demand:
    """Return what the estate's execute policy and the tenant's own policy demand on top of a gate.

    Without an execute policy nothing is listed, and so nothing is permitted.
    """
    policies = [fact for fact in graph.of("execute_policy").values() if fact.attrs.get("domain") == "tenants"]
    allow = {"environment": frozenset[str](), "tenant": frozenset[str]()}
    if policies:
        attrs = policies[0].attrs
        allow = {"environment": _names(attrs, "allowed_envs"), "tenant": _names(attrs, "allowed_tenants")}
        if consumer:
            allow["consumer"] = _names(attrs, "allowed_consumers")
    own = graph.of("tenant_policy").get(tenant)
    asked = own.attrs if own else {}
    signing = any(_true(policy.attrs, f"require_signing_for_{environment_class}") for policy in policies)
    return Demand(
        allow=allow,
        reason=1 if _true(asked, "require_reason") else 0,
        signing=signing,
    )


def plan_of(graph: FactGraph, tenant: str) -> bytes:
    """Return the plan of a tenant as canonical JSON: what would be done for each enabled contract.

    Raises InputError for an unknown tenant, Refused where no contract is enabled.
    """
    contracts = _contracts(graph, tenant)
    actions = [_action(fact) for fact in contracts]
    documents = {fact.origin.path: fact.origin.digest for fact in contracts}
    return canonical({"tenant": tenant, "actions": actions, "contracts": documents}) + b"\n"


def _action(fact: Fact) -> dict[str, Any]:
    executes = fact.attrs.get("mode") == _EXECUTES and fact.attrs.get("plan_only") is False
    verb = "ensure-credentials" if executes else "skip"
    reason = None if executes else "its executor mode is not execute, or it is plan_only"
    return {"consumer": fact.attrs.get("consumer"), "contract": fact.id, "action": verb, "reason": reason}


def do(action: str, graph: FactGraph, doing: Doing) -> list[dict[str, Any]]:
    """Do an action and return what was done, one row a consumer; raises AdapterError, Refused, InputError."""
    if action == DRILL:
        return _drill(graph, doing.tenant)
    store = doing.store
    assert store is not None, f"{action} needs a store"
    if action == INSPECT:
        return [told(name, store.get(name) or {}) for name in store.names()]
    if action == APPLY:
        return [_ensure(graph, doing, store, fact) for fact in _contracts(graph, doing.tenant)]
    wanted = _consumer(graph, doing.tenant, doing.consumer)
    if action == REVOKE:
        return [{**revoke(store, wanted), "status": "revoked"}]
    write = issue if action == ISSUE else rotate
    return [{**write(store, wanted, doing.password(), doing.now), "status": "written"}]


def _ensure(graph: FactGraph, doing: Doing, store: Store, fact: Fact) -> dict[str, Any]:
    planned = _action(fact)
    consumer = str(planned["consumer"])
    if planned["action"] == "skip":
        return {"consumer": consumer, "status": "skipped", "reason": planned["reason"]}
    found = store.get(consumer)
    if found is not None:
        return {**told(consumer, found), "status": "unchanged"}
    wanted = _consumer(graph, doing.tenant, consumer)
    return {**issue(store, wanted, doing.password(), doing.now), "status": "applied"}


def _drill(graph: FactGraph, tenant: str) -> list[dict[str, Any]]:
    """Resolve each testcase that a tenant needs; raises Refused for one that the registry does not know."""
    known = {str(fact.attrs.get("id") or fact.id) for fact in graph.of("dr_testcase").values()}
    known |= {name for fact in graph.of("dr_registry").values() for name in _names(fact.attrs, "ids")}
    wanted = sorted(_testcases(graph, tenant))
    if unknown := [name for name in wanted if name not in known]:
        raise Refused(f"the registry knows no testcase {', '.join(unknown)}", code="testcase-unknown")
    return [
        {"testcase": name, "status": "ready", "evidence": f"evidence/dr/{tenant}/{name}"} for name in wanted
    ]


def _testcases(graph: FactGraph, tenant: str) -> set[str]:
    owner = graph.of("tenant").get(tenant)
    if owner is None:
        raise InputError(f"there is no tenant {tenant!r}", where="--tenant")
    found = _names(owner.attrs.get("dr") or {}, "required_testcases")
    for fact in graph.of("ready_binding").values():
        if fact.attrs.get("tenant") == tenant:
            found |= _names(fact.attrs, "dr_testcases")
    return set(found)


def _contracts(graph: FactGraph, tenant: str) -> list[Fact]:
    if tenant not in graph.of("tenant"):
        raise InputError(f"there is no tenant {tenant!r}", where="--tenant")
    live = [fact for fact in graph.of("enabled_contract").values() if fact.role == "live"]
    found = [fact for fact in live if fact.attrs.get("tenant") == tenant]
    if not found:
        raise Refused(f"tenant {tenant!r} has no enabled contract", code="nothing-enabled")
    return sorted(found, key=lambda fact: fact.id)


def _consumer(graph: FactGraph, tenant: str, consumer: str) -> Consumer:
    endpoints = [
        fact
        for fact in graph.of("tenant_endpoint").values()
        if fact.attrs.get("tenant") == tenant
        and fact.attrs.get("consumer") == consumer
        and fact.role == "live"
    ]
    if len(endpoints) != 1:
        message = (
            f"tenant {tenant!r} has {len(endpoints)} endpoints of consumer {consumer!r}, and it takes one"
        )
        raise Refused(message, code="endpoint-unknown")
    attrs = endpoints[0].attrs
    return Consumer(tenant, consumer, str(attrs.get("name")), {name: attrs.get(name) for name in _CONNECTION})


def subject_of(action: str, tenant: str, consumer: str, graph: FactGraph) -> str:
    """Return the digest of what an action is about, where it has no plan: the facts that it would act on."""
    facts = [
        [fact.kind, fact.id, fact.origin.digest]
        for kind in ("tenant", "tenant_endpoint", "enabled_contract", "ready_binding", "execute_policy")
        for fact in graph.of(kind).values()
        if fact.attrs.get("tenant", tenant) == tenant
    ]
    return digest_of([action, tenant, consumer, sorted(facts)])


def _names(attrs: Mapping[str, Any], name: str) -> frozenset[str]:
    found = attrs.get(name)
    return (
        frozenset(item for item in found if isinstance(item, str)) if isinstance(found, list) else frozenset()
    )


def _true(attrs: Mapping[str, Any], name: str) -> bool:
    return attrs.get(name) is True
