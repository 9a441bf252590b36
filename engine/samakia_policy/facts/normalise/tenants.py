"""The contracts of a tenant directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.facts.normalise.pick import items, mapping, origin, pick
from samakia_policy.model.document import Document
from samakia_policy.model.fact import Fact
from samakia_policy.model.values import escape

TENANT_ID = {"tenant_id": "/metadata/tenant_id"}
QUOTA_CELL = {"instances": "/instances", "clusters": "/clusters"}
TENANT = {
    "id": "/metadata/id",
    "name": "/metadata/name",
    "owner": "/spec/owner",
    "environments": "/spec/environments",
    "isolation": "/spec/isolation/level",
    "slo_availability": "/spec/slo/availability",
    "rpo": "/spec/dr/rpo",
    "rto": "/spec/dr/rto",
    "required_testcases": "/spec/dr/required_testcases",
}
POLICY = {
    "tenant_id": "/metadata/tenant_id",
    "allowed_consumers": "/spec/allowed_consumers",
    "allowed_variants": "/spec/allowed_variants",
    "security_profile": "/spec/security_profile",
    "require_change_window": "/spec/prod_requirements/require_change_window",
    "require_evidence_signing": "/spec/prod_requirements/require_evidence_signing",
    "require_reason": "/spec/execute_guards/require_reason",
}
NETWORK = {
    "tenant_id": "/metadata/tenant_id",
    "segments": "/spec/segments",
    "cross_tenant_access": "/spec/cross_tenant_access",
}
CAPACITY = {
    "tenant_id": "/metadata/tenant_id",
    "spec_tenant": "/spec/tenant",
    "budget_class": "/spec/budget_class",
    "enforce": "/spec/defaults/enforce",
    "mode": "/spec/defaults/mode",
    "overrides": "/spec/overrides",
}
ENDPOINT = {
    key: f"/{key}" for key in ("name", "consumer", "host", "port", "protocol", "tls_required", "secret_ref")
}
READY = {
    "tenant_id": "/metadata/tenant_id",
    "metadata_consumer": "/metadata/consumer",
    "consumer": "/spec/consumer",
    "variant": "/spec/variant",
    "ha_ready": "/spec/ha_ready",
    "dr_testcases": "/spec/dr_testcases",
    "slo_override": "/spec/slo_overrides/availability",
    "owner": "/spec/owner",
    "endpoint_ref": "/spec/endpoint_ref",
    "secret_ref": "/spec/secret_ref",
    "mode": "/spec/mode",
}
ENABLED = {
    "consumer": "/consumer",
    "variant": "/variant",
    "ha_ready": "/ha_ready",
    "provider": "/executor/provider",
    "mode": "/executor/mode",
    "plan_only": "/executor/plan_only",
    "tier": "/slo/tier",
    "availability": "/slo/availability",
    "failure_mode": "/failure_semantics/mode",
    "expectations": "/failure_semantics/expectations",
    "dr/required_testcases": "/dr/required_testcases",
    "dr/rpo": "/dr/rpo_target",
    "dr/rto": "/dr/rto_target",
    "dr/schedule": "/dr/backup/schedule",
    "dr/retention": "/dr/backup/retention",
    "dr/smoke": "/dr/restore_verification/smoke",
    "endpoint/host": "/endpoints/host",
    "endpoint/port": "/endpoints/port",
    "endpoint/protocol": "/endpoints/protocol",
    "endpoint/tls_required": "/endpoints/tls_required",
    "secret_ref": "/secret_ref",
    "resources": "/resources",
}
# The older shape of enabled.yml, still met in the field.
ENABLED_NESTED = {
    "tenant_id": "/metadata/tenant_id",
    "metadata_consumer": "/metadata/consumer",
    "consumer": "/spec/consumer",
    "variant": "/spec/variant",
    "ha_ready": "/spec/ha_ready",
    "provider": "/spec/executor/provider",
    "mode": "/spec/mode",
    "dr/required_testcases": "/spec/dr_testcases",
    "restore_testcases": "/spec/restore_testcases",
    "backup_target": "/spec/backup_target",
    "endpoint_ref": "/spec/endpoint_ref",
    "secret_ref": "/spec/secret_ref",
    "owner": "/spec/owner",
    "availability": "/spec/slo_overrides/availability",
}


def directory_of(path: str) -> str:
    """Return the tenant directory that a contract file belongs to."""
    head, consumers, _ = path.rpartition("/consumers/")
    return head if consumers else path.rpartition("/")[0]


def tenant(document: Document) -> Iterator[Fact]:
    """Yield the tenant of a tenant.yml."""
    yield _fact(document, "tenant", "", TENANT, {"declared": True})


def policy(document: Document) -> Iterator[Fact]:
    """Yield the tenant_policy of a policies.yml."""
    yield _fact(document, "tenant_policy", "", POLICY)


def network(document: Document) -> Iterator[Fact]:
    """Yield the tenant_network of a networks.yml."""
    yield _fact(document, "tenant_network", "", NETWORK)


def capacity(document: Document) -> Iterator[Fact]:
    """Yield the tenant_capacity of a capacity.yml."""
    yield _fact(document, "tenant_capacity", "", CAPACITY)


def quotas(document: Document) -> Iterator[Fact]:
    """Yield the file's tenant_quota, then one for each consumer's cell."""
    cells = mapping(mapping(document.data).get("spec"))
    extra = {"scope": "file", "consumers": sorted(cells)}
    yield _fact(document, "tenant_quota", "", TENANT_ID, extra)
    for consumer in cells:
        pointer = f"/spec/{escape(consumer)}"
        cell = {"scope": "cell", "consumer": consumer}
        yield _fact(document, "tenant_quota", f"/{consumer}", QUOTA_CELL, cell, pointer)


def endpoints(document: Document) -> Iterator[Fact]:
    """Yield the file's tenant_endpoints, then each tenant_endpoint."""
    listed = items(mapping(mapping(document.data).get("spec")).get("endpoints"))
    names = [_name(entry, n) for n, entry in enumerate(listed)]
    yield _fact(document, "tenant_endpoints", "", TENANT_ID, {"names": names})
    for n, name in enumerate(names):
        yield _fact(document, "tenant_endpoint", f"/{name}", ENDPOINT, {}, f"/spec/endpoints/{n}")


def ready_binding(document: Document) -> Iterator[Fact]:
    """Yield the ready_binding of a consumers/<consumer>/ready.yml."""
    folder = document.path.split("/")[-2]
    yield _fact(document, "ready_binding", f"/{folder}", READY, {"consumer_folder": folder})


def enabled_contract(document: Document) -> Iterator[Fact]:
    """Yield the enabled_contract of a consumers/<consumer>/enabled.yml, whichever shape it has."""
    folder = document.path.split("/")[-2]
    nested = "spec" in mapping(document.data)
    extra = {"consumer_folder": folder, "shape": "nested" if nested else "flat"}
    wanted = ENABLED_NESTED if nested else ENABLED
    yield _fact(document, "enabled_contract", f"/{folder}", wanted, extra)


def _fact(
    document: Document,
    kind: str,
    suffix: str,
    wanted: dict[str, str],
    extra: dict[str, Any] | None = None,
    base: str = "",
) -> Fact:
    directory = directory_of(document.path)
    folder = directory.rpartition("/")[2]
    attrs, places = pick(document, wanted, base)
    attrs |= {"folder": folder, "directory": directory, **(extra or {})}
    return Fact(kind, folder + suffix, attrs, origin(document, base), places, document.role)


def _name(entry: Any, number: int) -> str:
    name = mapping(entry).get("name")
    return name if isinstance(name, str) and name else f"#{number}"
