"""Document kinds: which path of an estate holds what, and who answers for its validity."""

from __future__ import annotations

import re
from dataclasses import dataclass

from samakia_policy.model.document import EXAMPLE, LIVE, TEMPLATE

CONTRACT, FOREIGN, TEXT = "contract", "foreign", "text"
UNOWNED = "load/unreadable"
_TENANT_FILES = {
    "tenant": ("tenant", "tenant"),
    "policies": ("tenant_policy", "tenant-policies"),
    "quotas": ("tenant_quota", "tenant-quotas"),
    "endpoints": ("tenant_endpoint", "tenant-endpoints"),
    "networks": ("tenant_network", "tenant-networks"),
    "capacity": ("tenant_capacity", "tenant-capacity"),
}
_BINDINGS = {
    "ready": ("ready_binding", "tenant-consumer-binding"),
    "enabled": ("enabled_contract", "tenant-consumer-enabled"),
}
_FIXED = {
    "contracts/tenants/_schema/dr-testcases.yml": ("dr_registry", "tenant-dr-registry", UNOWNED),
    "ops/tenants/dr/testcases.yml": ("dr_testcase", "tenant-dr-testcases", UNOWNED),
    "ops/tenants/execute/execute-policy.yml": (
        "execute_policy",
        "tenant-execute-policy",
        "tenants/execute-policy-valid",
    ),
}
_TENANT_FILE = re.compile(r"contracts/tenants/(?:.+/)?[^/]+/([a-z]+)\.yml")
_BINDING = re.compile(r"contracts/tenants/(?:.+/)?[^/]+/consumers/[^/]+/(ready|enabled)\.yml")
_SLO = re.compile(r"contracts/tenants/(?:.+/)?slo/[^/]+")
_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_DOC = re.compile(r"docs/tenants/(?:.+/)?[^/]+\.md")
_DATA = re.compile(r".+\.(?:ya?ml|json)(?:\.example)?")
_EXAMPLES = ("examples/proposals/", "examples/selfservice/", "examples/analysis/")


@dataclass(slots=True, frozen=True)
class DocumentKind:
    """How one path is read: its fact kind, schema ("" for none), strictness, owner and role."""

    kind: str
    schema: str = ""
    strictness: str = CONTRACT
    owner: str = UNOWNED
    role: str = LIVE
    mapped: bool = True


def document_kind(path: str) -> DocumentKind | None:
    """Return how a path is read, or None when it is only hashed."""
    if path in _FIXED:
        kind, schema, owner = _FIXED[path]
        return DocumentKind(kind, schema, owner=owner)
    if _WORKFLOW.fullmatch(path):
        return DocumentKind("ci_workflow", strictness=FOREIGN)
    if _DOC.fullmatch(path):
        return DocumentKind("doc", strictness=TEXT)
    if not path.startswith("contracts/") or not _DATA.fullmatch(path):
        return None
    role = _role(path)
    if path.startswith("contracts/tenants/") and not _elsewhere(path):
        return _tenant_kind(path, role)
    return DocumentKind("repo_file", role=role)


def _tenant_kind(path: str, role: str) -> DocumentKind:
    owner = "tenants/schema-valid"
    for pattern, names in ((_BINDING, _BINDINGS), (_TENANT_FILE, _TENANT_FILES)):
        match = pattern.fullmatch(path)
        if match and match[1] in names and (names is _BINDINGS or "/consumers/" not in path):
            kind, schema = names[match[1]]
            return DocumentKind(kind, schema, owner=owner, role=role)
    return DocumentKind("repo_file", owner=owner, role=role, mapped=False)


def _elsewhere(path: str) -> bool:
    """Whether a file below contracts/tenants is a schema, or belongs to another phase."""
    return bool(_SLO.fullmatch(path)) or path.endswith(".schema.json")


def _role(path: str) -> str:
    if {"_templates", "_schema"} & set(path.split("/")[:-1]):
        return TEMPLATE
    return EXAMPLE if path.endswith(".example") or path.startswith(_EXAMPLES) else LIVE
