"""A Terraform plan as its source hands it over: structure decoded, values still JSON text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

Encoded = Any
"""A slice of the plan's own bytes, JSON text; an empty slice where the plan has no such member."""


class Change(Protocol):
    """What a plan does to one object: its value before and after, and what of it is hidden."""

    actions: list[str]
    before: Encoded
    after: Encoded
    after_unknown: Encoded
    before_sensitive: Encoded
    after_sensitive: Encoded
    replace_paths: Encoded


class Resource(Protocol):
    """The names by which a plan knows one resource instance."""

    address: str
    mode: str
    type: str
    name: str
    index: Encoded
    provider_name: str


class ResourceChange(Resource, Protocol):
    """One entry of `resource_changes`; `deposed` is "" but for replaced objects that still exist."""

    module_address: str
    previous_address: str
    deposed: str
    action_reason: str
    change: Change


class ResourceState(Resource, Protocol):
    """One resource of `planned_values` or `prior_state`."""

    values: Encoded
    sensitive_values: Encoded


class Variable(Protocol):
    """The value that a root variable has in this plan."""

    value: Encoded


class CheckAddress(Protocol):
    """What a check belongs to, in the words of Terraform."""

    kind: str
    module: str
    to_display: str


class Problem(Protocol):
    """One assertion that did not hold."""

    message: str


class CheckInstance(Protocol):
    """The result of a check for one instance of what it belongs to."""

    problems: list[Any]


class Check(Protocol):
    """The result of one check block or of the conditions of one object."""

    address: Any
    status: str
    instances: list[Any]


class ProviderConfig(Protocol):
    """One provider requirement or configuration; `module_address` is "" at the root."""

    name: str
    full_name: str
    alias: str
    version_constraint: str
    module_address: str
    expressions: Encoded


class ConfigResource(Protocol):
    """A resource block."""

    mode: str
    type: str
    name: str
    expressions: Encoded
    for_each_expression: Encoded


class ConfigVariable(Protocol):
    """A variable block."""

    default: Encoded
    sensitive: bool


class ModuleCall(Protocol):
    """A module block with the module it calls."""

    expressions: Encoded
    for_each_expression: Encoded
    module: Any


class ConfigModule(Protocol):
    """The blocks of one module; `outputs` holds {"expression": ...} by name."""

    resources: list[Any]
    module_calls: dict[str, Any]
    variables: dict[str, Any]
    outputs: dict[str, Encoded]


@dataclass(slots=True)
class StateEntry:
    """A resource that the plan knows without changing it, and its JSON pointer in the plan."""

    pointer: str
    module_address: str
    resource: ResourceState


@dataclass(slots=True)
class Plan:
    """One plan; `decode` turns a slice into plain JSON and never raises.

    A slice that is too deep, repeats a key or holds a number out of range decodes to a marker.
    """

    format_version: str
    terraform_version: str
    timestamp: str
    complete: bool
    errored: bool
    changes: list[Any]
    root: ConfigModule
    decode: Callable[[Encoded], Any]
    unchanged: list[StateEntry] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    checks: list[Any] = field(default_factory=list)
    providers: dict[str, Any] = field(default_factory=dict)

    def decode_or(self, encoded: Encoded, default: Any) -> Any:
        """Decode a slice, or return the default where the plan has no such member."""
        return default if encoded is None or not memoryview(encoded) else self.decode(encoded)
