"""One pure function per document kind: parsed data in, facts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from samakia_policy.facts.normalise import operations, tenants
from samakia_policy.model.document import Document
from samakia_policy.model.fact import Fact

Normaliser = Callable[[Document], Iterator[Fact]]

NORMALISERS: dict[str, Normaliser] = {
    "tenant": tenants.tenant,
    "tenant_policy": tenants.policy,
    "tenant_quota": tenants.quotas,
    "tenant_endpoint": tenants.endpoints,
    "tenant_network": tenants.network,
    "tenant_capacity": tenants.capacity,
    "ready_binding": tenants.ready_binding,
    "enabled_contract": tenants.enabled_contract,
    "dr_registry": operations.dr_registry,
    "dr_testcase": operations.dr_testcases,
    "execute_policy": operations.execute_policy,
    "ci_workflow": operations.ci_workflow,
    "doc": operations.doc,
}
# Kinds that a document makes besides its own: all of them are incomplete when it cannot be read.
MAKES: dict[str, list[str]] = {
    "tenant_endpoint": ["tenant_endpoint", "tenant_endpoints", "secret_ref"],
    "enabled_contract": ["enabled_contract", "secret_ref"],
}
