"""Every kind of fact with its attributes: of contracts where they are read, listed where they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from samakia_policy.facts.normalise import operations, tenants

Pointers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """The attributes of one kind.

    `made`: those the engine makes, by name, with their type in short: a name of JSON Schema, "any", "[T]" for
    a list and "{T}" for an object of such values; those in `found` have a place in the document all the same.
    `read`: contracts with what is read of them, an attribute
    path -> its pointer below `base`, where "*" is any element; what the first does not know, the next may.
    """

    title: str
    made: Mapping[str, str]
    read: tuple[tuple[str, Pointers], ...] = field(default=())
    base: str = ""
    found: frozenset[str] = frozenset()


def _kind(
    title: str,
    made: Mapping[str, str],
    *read: tuple[str, Pointers],
    base: str = "",
    found: str = "",
) -> Kind:
    return Kind(title, made, read, base, frozenset(found.split()))


_FILE = {"folder": "string", "directory": "string", "tenant": "string"}
_BINDING = {**_FILE, "consumer_folder": "string"}
_PLANNED = {"env": "string", "env_class": "string"}
_OBJECT = {
    **_PLANNED,
    **dict.fromkeys(("address", "mode", "type", "name", "provider", "module"), "string"),
}

KINDS: dict[str, Kind] = {
    "tenant": _kind(
        "A tenant directory.",
        {"folder": "string", "directory": "string", "declared": "boolean", "files": "[string]"},
        ("tenant", tenants.TENANT),
    ),
    "tenant_policy": _kind("A tenant's policies.yml.", _FILE, ("tenant-policies", tenants.POLICY)),
    "tenant_network": _kind("A tenant's networks.yml.", _FILE, ("tenant-networks", tenants.NETWORK)),
    "tenant_capacity": _kind("A tenant's capacity.yml.", _FILE, ("tenant-capacity", tenants.CAPACITY)),
    "tenant_quota": _kind(
        "A tenant's quotas.yml (scope file), and each consumer's cell in it (scope cell).",
        {**_FILE, "scope": "string", "consumers": "[string]", "consumer": "string"},
        ("tenant-quotas", {key: f"/spec/*{pointer}" for key, pointer in tenants.QUOTA_CELL.items()}),
        ("tenant-quotas", tenants.TENANT_ID),
    ),
    "tenant_endpoints": _kind(
        "A tenant's endpoints.yml.", {**_FILE, "names": "[string]"}, ("tenant-endpoints", tenants.TENANT_ID)
    ),
    "tenant_endpoint": _kind(
        "One endpoint of a tenant.", _FILE, ("tenant-endpoints", tenants.ENDPOINT), base="/spec/endpoints/*"
    ),
    "ready_binding": _kind(
        "A consumers/<consumer>/ready.yml.", _BINDING, ("tenant-consumer-binding", tenants.READY)
    ),
    "enabled_contract": _kind(
        "A consumers/<consumer>/enabled.yml, in its flat or its older nested shape.",
        {**_BINDING, "shape": "string"},
        ("tenant-consumer-enabled", tenants.ENABLED),
        ("tenant-consumer-binding", tenants.ENABLED_NESTED),
    ),
    "dr_registry": _kind("The list of DR testcases.", {"registry": "string", "ids": "[any]"}, found="ids"),
    "dr_testcase": _kind(
        "One described DR testcase.",
        {"registry": "string"},
        ("tenant-dr-testcases", operations.DR_TESTCASE),
        base="/testcases/*",
    ),
    "execute_policy": _kind(
        "Who may execute what.",
        {"domain": "string", "keys": "[string]"},
        ("tenant-execute-policy", operations.EXECUTE_POLICY),
    ),
    "ci_workflow": _kind(
        "A workflow: its triggers, and every command it runs as words.",
        {"path": "string", "triggers": "[string]", "commands": "[[string]]"},
    ),
    "doc": _kind("A page of documentation.", {"path": "string"}),
    "repo_file": _kind("A file.", {"path": "string", "size": "integer", "executable": "boolean"}),
    "document": _kind(
        "A file that was read, and what is wrong with it.",
        {
            **dict.fromkeys(("path", "kind", "subject", "owner", "role"), "string"),
            "mapped": "boolean",
            "parsed": "boolean",
            "faults": "[any]",
            "faults/*/message": "string",
            "faults/*/line": "integer",
            "faults/*/column": "integer",
            "faults/*/pointer": "string",
        },
    ),
    "secret_hit": _kind(
        "A secret that was taken out of a document.",
        dict.fromkeys(("path", "pointer", "detector", "hash8", "holder"), "string"),
    ),
    "secret_ref": _kind("A reference to a secret.", dict.fromkeys(("ref", "style", "segment"), "string")),
    "tenant_credential": _kind(
        "A credential file on the machine of a runner.",
        {
            **dict.fromkeys(("tenant", "consumer", "mode", "folder_mode", "issued_at"), "string"),
            "inside_repo": "boolean",
        },
    ),
    "tf_plan": _kind(
        "A Terraform plan.",
        {
            **_PLANNED,
            **dict.fromkeys(("format_version", "terraform_version", "created_at"), "string"),
            "complete": "boolean",
            "errored": "boolean",
        },
        found="format_version terraform_version complete errored",
    ),
    "tf_change": _kind(
        "What a plan does to one object.",
        {
            **_OBJECT,
            "actions": "[string]",
            "before": "any",
            "after": "any",
            "replace_paths": "any",
            "reason": "string",
            "deposed": "string",
        },
        found="address mode type name actions before after",
    ),
    "tf_resource": _kind(
        "An object as it will be.",
        {**_OBJECT, "references": "{[string]}", "attrs": "any"},
        found="address mode type name references attrs",
    ),
    "tf_required_provider": _kind(
        "A provider that a configuration requires.",
        {
            **_PLANNED,
            **dict.fromkeys(("name", "source", "module", "constraint"), "string"),
            "implied": "boolean",
            "proxmox": "boolean",
        },
        found="source constraint",
    ),
    "tf_provider_config": _kind(
        "A provider's configuration.",
        {
            **_PLANNED,
            **dict.fromkeys(("name", "module", "alias"), "string"),
            "proxmox": "boolean",
            "arguments": "[string]",
            "args": "{any}",
            "args/*/references": "[string]",
            "args/*/value": "any",
        },
        found="arguments args",
    ),
    "tf_variable": _kind(
        "A root variable.",
        {
            **_PLANNED,
            "name": "string",
            "declared": "boolean",
            "sensitive": "boolean",
            "has_default": "boolean",
            "value": "any",
        },
        found="name",
    ),
    "tf_plan_check": _kind(
        "The result of a check block.",
        {**_PLANNED, "check": "string", "status": "string", "problems": "[string]"},
        found="status",
    ),
}
