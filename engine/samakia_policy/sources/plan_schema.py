"""The structure of Terraform's plan JSON, format 1.x; what holds values stays undecoded.

Every member that Terraform writes is named here, read or not: a plan that encodes to as many
bytes as it was decoded from has no member twice. Import this module late, it needs msgspec.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field

NOTHING = Raw()


class Head(Struct):
    """The members that tell what kind of JSON a file is."""

    format_version: Raw = NOTHING
    planned_values: Raw = NOTHING
    resource_changes: Raw = NOTHING
    values: Raw = NOTHING
    lineage: Raw = NOTHING
    level: Raw = field(default=NOTHING, name="@level")


class Change(Struct, omit_defaults=True, gc=False):
    """The `change` of a resource."""

    actions: list[str] = []
    before: Raw = NOTHING
    after: Raw = NOTHING
    after_unknown: Raw = NOTHING
    before_sensitive: Raw = NOTHING
    after_sensitive: Raw = NOTHING
    replace_paths: Raw = NOTHING
    importing: Raw = NOTHING
    generated_config: Raw = NOTHING
    before_identity: Raw = NOTHING
    after_identity: Raw = NOTHING


class ResourceChange(Struct, omit_defaults=True, gc=False):
    """One entry of `resource_changes`."""

    address: str
    change: Change
    mode: str = ""
    type: str = ""
    name: str = ""
    index: Raw = NOTHING
    provider_name: str = ""
    module_address: str = ""
    previous_address: str = ""
    deposed: str = ""
    action_reason: str = ""


class StateResource(Struct, omit_defaults=True, gc=False):
    """A resource of `planned_values` or of a state."""

    address: str
    mode: str = ""
    type: str = ""
    name: str = ""
    index: Raw = NOTHING
    provider_name: str = ""
    schema_version: Raw = NOTHING
    values: Raw = NOTHING
    sensitive_values: Raw = NOTHING
    depends_on: Raw = NOTHING
    tainted: Raw = NOTHING
    deposed_key: str = ""
    identity_schema_version: Raw = NOTHING
    identity: Raw = NOTHING


class StateModule(Struct, omit_defaults=True):
    """A module of `planned_values` or of a state."""

    resources: list[StateResource] = []
    address: str = ""
    child_modules: list[StateModule] = []


class StateValues(Struct, omit_defaults=True):
    """`planned_values`, or the `values` of a state."""

    outputs: Raw = NOTHING
    root_module: StateModule | None = None


class State(Struct, omit_defaults=True):
    """`prior_state`."""

    format_version: Raw = NOTHING
    terraform_version: Raw = NOTHING
    values: StateValues | None = None
    checks: Raw = NOTHING


class Variable(Struct, omit_defaults=True):
    """One entry of `variables`."""

    value: Raw = NOTHING


class CheckAddress(Struct, omit_defaults=True):
    """What a check belongs to."""

    to_display: str
    kind: str = ""
    module: str = ""
    mode: str = ""
    type: str = ""
    name: str = ""


class Problem(Struct, omit_defaults=True):
    """One failed assertion."""

    message: str = ""


class CheckInstance(Struct, omit_defaults=True):
    """A check's result for one instance."""

    address: Raw = NOTHING
    status: str = ""
    problems: list[Problem] = []


class Check(Struct, omit_defaults=True):
    """One entry of `checks`."""

    address: CheckAddress
    status: str = ""
    instances: list[CheckInstance] = []


class ProviderConfig(Struct, omit_defaults=True):
    """One entry of `provider_config`."""

    name: str = ""
    full_name: str = ""
    alias: str = ""
    version_constraint: str = ""
    module_address: str = ""
    expressions: Raw = NOTHING


class ConfigResource(Struct, omit_defaults=True, gc=False):
    """A resource block."""

    address: str = ""
    mode: str = ""
    type: str = ""
    name: str = ""
    provider_config_key: str = ""
    provisioners: Raw = NOTHING
    expressions: Raw = NOTHING
    schema_version: Raw = NOTHING
    count_expression: Raw = NOTHING
    for_each_expression: Raw = NOTHING
    depends_on: Raw = NOTHING


class ConfigVariable(Struct, omit_defaults=True):
    """A variable block."""

    default: Raw = NOTHING
    description: Raw = NOTHING
    sensitive: bool = False
    ephemeral: Raw = NOTHING
    type: Raw = NOTHING


class ModuleCall(Struct, omit_defaults=True):
    """A module block."""

    source: str = ""
    expressions: Raw = NOTHING
    count_expression: Raw = NOTHING
    for_each_expression: Raw = NOTHING
    module: ConfigModule | None = None
    version_constraint: str = ""
    depends_on: Raw = NOTHING


class ConfigModule(Struct, omit_defaults=True):
    """The blocks of a module."""

    outputs: dict[str, Raw] = {}
    resources: list[ConfigResource] = []
    module_calls: dict[str, ModuleCall] = {}
    variables: dict[str, ConfigVariable] = {}
    actions: Raw = NOTHING


class Configuration(Struct, omit_defaults=True):
    """`configuration`."""

    provider_config: dict[str, ProviderConfig] = {}
    root_module: ConfigModule | None = None


class PlanFile(Struct, omit_defaults=True):
    """A whole plan."""

    format_version: str
    terraform_version: str = ""
    variables: dict[str, Variable] = {}
    planned_values: StateValues | None = None
    resource_drift: Raw = NOTHING
    resource_changes: list[ResourceChange] = []
    deferred_changes: Raw = NOTHING
    output_changes: Raw = NOTHING
    prior_state: State | None = None
    configuration: Configuration | None = None
    relevant_attributes: Raw = NOTHING
    checks: list[Check] = []
    timestamp: str = ""
    applyable: bool | None = None
    complete: bool | None = None
    errored: bool | None = None
    action_invocations: Raw = NOTHING
    deferred_action_invocations: Raw = NOTHING
