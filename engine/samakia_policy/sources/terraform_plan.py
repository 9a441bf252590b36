"""Terraform plans: reads the output of `terraform show -json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from samakia_policy.errors import InputError
from samakia_policy.model.plan import Plan, StateEntry
from samakia_policy.sources.plan_json import (
    MAKE_A_PLAN,
    check_exactly,
    check_text,
    refuse_text,
    value_decoder,
)

if TYPE_CHECKING:
    from samakia_policy.sources.plan_schema import Head, PlanFile, StateModule, StateValues

_LAST_MAJOR = 1


def read_plan(data: bytes, name: str) -> Plan:
    """Read a plan once, its values undecoded; raises InputError with `name` as the place."""
    check_text(data, name)
    _refuse_other_files(data, name)
    _check_kind(_head(data, name), name)
    return _plan(_decode(data, name))


def _refuse_other_files(data: bytes, name: str) -> None:
    """Refuse what is recognised by its first bytes."""
    start = data[:200].lstrip()
    if not start:
        raise InputError("the plan is empty", where=name, hint=MAKE_A_PLAN)
    if start.startswith(b"PK\x03\x04"):
        _refuse(name, "the file is a saved plan, not its JSON", "terraform show -json FILE > plan.json")
    if start.startswith(b'{"@level"'):
        _refuse(name, "the file is the log of terraform plan -json, not a plan", MAKE_A_PLAN)


def _head(data: bytes, name: str) -> Head:
    import msgspec

    from samakia_policy.sources.plan_schema import Head

    try:
        return msgspec.json.decode(data, type=Head)
    except msgspec.ValidationError as error:
        raise InputError("the file is not a Terraform plan", where=name, hint=MAKE_A_PLAN) from error
    except (msgspec.DecodeError, RecursionError) as error:
        refuse_text(data, name, str(error))


def _check_kind(head: Head, name: str) -> None:
    if bytes(head.level):
        _refuse(name, "the file is the log of terraform plan -json, not a plan", MAKE_A_PLAN)
    version = bytes(head.format_version).decode().strip('"')
    planned = bytes(head.resource_changes) or bytes(head.planned_values)
    if bytes(head.lineage) or (not planned and (version and bytes(head.values))):
        _refuse(name, "the file is a Terraform state, not a plan", MAKE_A_PLAN)
    if not version:
        _refuse(name, "the file is not a Terraform plan: it has no format_version", MAKE_A_PLAN)
    _check_version(version, name)
    if not planned:
        message = "the file is not a Terraform plan: it has neither resource_changes nor planned_values"
        _refuse(name, message, MAKE_A_PLAN)


def _check_version(version: str, name: str) -> None:
    major, dot, minor = version.partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal() and len(version) < len("123.12345678")):
        _refuse(name, "the file is not a Terraform plan: its format_version is no version", MAKE_A_PLAN)
    if int(major) > _LAST_MAJOR:
        message = f"the plan has format version {version}, known are those up to {_LAST_MAJOR}.x"
        _refuse(name, message, "use a newer policy, or the Terraform that this one knows")


def _refuse(name: str, message: str, hint: str) -> NoReturn:
    raise InputError(message, where=name, hint=hint)


def _decode(data: bytes, name: str) -> PlanFile:
    import msgspec

    from samakia_policy.sources.plan_schema import PlanFile

    try:
        file = msgspec.json.decode(data, type=PlanFile)
    except msgspec.ValidationError as error:
        message = f"the plan is not as Terraform writes it: {error}"
        raise InputError(message, where=name, hint=MAKE_A_PLAN) from error
    if len(msgspec.json.encode(file)) != len(data.rstrip()):
        check_exactly(data, name)
    return file


def _plan(file: PlanFile) -> Plan:
    from samakia_policy.sources.plan_schema import ConfigModule, Configuration

    configuration = file.configuration or Configuration()
    return Plan(
        format_version=file.format_version,
        terraform_version=file.terraform_version,
        timestamp=file.timestamp,
        complete=file.complete is not False,
        errored=file.errored is True,
        changes=file.resource_changes,
        root=configuration.root_module or ConfigModule(),
        decode=value_decoder(),
        unchanged=list(_unchanged(file)),
        variables=file.variables,
        checks=file.checks,
        providers=configuration.provider_config,
    )


def _unchanged(file: PlanFile) -> Iterator[StateEntry]:
    """Yield planned resources without an entry in `resource_changes`, and data that was read."""
    seen = {change.address for change in file.resource_changes}
    for entry in _entries(file.planned_values, "/planned_values"):
        if entry.resource.address not in seen:
            seen.add(entry.resource.address)
            yield entry
    prior = file.prior_state.values if file.prior_state else None
    for entry in _entries(prior, "/prior_state/values"):
        if entry.resource.mode == "data" and entry.resource.address not in seen:
            yield entry


def _entries(values: StateValues | None, pointer: str) -> Iterator[StateEntry]:
    pending: list[tuple[str, StateModule]] = []
    if values and values.root_module:
        pending.append((f"{pointer}/root_module", values.root_module))
    while pending:
        here, module = pending.pop()
        for n, resource in enumerate(module.resources):
            yield StateEntry(f"{here}/resources/{n}", module.address, resource)
        children = enumerate(module.child_modules)
        pending += reversed([(f"{here}/child_modules/{n}", child) for n, child in children])
