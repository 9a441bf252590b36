"""The estate's policy.yaml and the parameters of rules."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.model.rule import Rule
from samakia_policy.model.waiver import Waiver, read_waiver

ENVIRONMENTS = {
    "samakia-dev": "dev",
    "samakia-staging": "staging",
    "samakia-shared": "shared",
    "samakia-prod": "prod",
    "samakia-dns": "infra",
    "samakia-minio": "infra",
}
_CLASSES = ("dev", "staging", "shared", "prod", "infra")
_NAME = "policy.yaml"
_KEYS = {"parameters", "environments", "gates", "waivers", "inline_waivers"}


@dataclass(slots=True)
class Configuration:
    """What an estate may say about its own check."""

    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    environments: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENTS))
    gates: dict[str, Any] = field(default_factory=dict)
    waivers: list[Waiver] = field(default_factory=list)
    inline_waivers: bool = True


def read_configuration(root: str) -> Configuration:
    """Return the estate's configuration; raises InputError for anything but what is understood."""
    path = os.path.join(root, _NAME)
    if not os.path.lexists(path):
        return Configuration()
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise InputError("is a link, directory or device, not a file", where=_NAME)
    from samakia_policy.sources.text import locate, parse_contract

    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=_NAME) from error
    parsed = parse_contract(data)
    if parsed.faults:
        fault = parsed.faults[0]
        place = (fault.line, fault.column) if fault.line else locate(data, parsed.syntax, fault.pointer)
        raise InputError(fault.message, where=f"{_NAME}:{place[0]}:{place[1]}")
    configuration = _configuration(parsed.data)
    for number, stated in enumerate(parsed.data.get("waivers", [])):
        line, column = locate(data, parsed.syntax, f"/waivers/{number}")
        configuration.waivers.append(_waiver(stated, f"{_NAME}:{line}", column))
    return configuration


def _waiver(stated: Any, where: str, column: int) -> Waiver:
    try:
        return read_waiver(stated, source=where)
    except ValueError as error:
        raise InputError(f"the waiver is faulty: {error}", where=f"{where}:{column}") from None


def _configuration(data: dict[str, Any]) -> Configuration:
    if extra := sorted(set(data) - _KEYS):
        hint = f"only {', '.join(sorted(_KEYS))} are read"
        raise InputError(f"unknown key {', '.join(map(repr, extra))}", where=_NAME, hint=hint)
    parameters, environments = data.get("parameters", {}), data.get("environments", {})
    gates = data.get("gates", {})
    for name, value in (("parameters", parameters), ("environments", environments), ("gates", gates)):
        if not isinstance(value, dict):
            raise InputError(f"{name} must be a mapping", where=_NAME)
    for name, values in parameters.items():
        if not isinstance(values, dict):
            raise InputError(f"the parameters of {name!r} must be a mapping", where=_NAME)
    _check_environments(environments)
    if not isinstance(data.get("waivers", []), list):
        raise InputError("waivers must be a list", where=_NAME)
    inline = data.get("inline_waivers", "allowed")
    if inline not in {"allowed", "forbidden"}:
        raise InputError("inline_waivers must be `allowed` or `forbidden`", where=_NAME)
    return Configuration(parameters, {**ENVIRONMENTS, **environments}, gates, [], inline == "allowed")


def _check_environments(environments: Mapping[str, Any]) -> None:
    for name, kind in environments.items():
        if kind not in _CLASSES:
            hint = f"one of {', '.join(_CLASSES)}"
            raise InputError(f"environment {name!r} has no such class", where=_NAME, hint=hint)
        fixed = environment_class(name, ENVIRONMENTS)
        if fixed not in {kind, "unknown"}:
            raise InputError(f"environment {name!r} is of class {fixed} and stays so", where=_NAME)


def environment_class(name: str, environments: Mapping[str, str]) -> str:
    """Return the class of an environment; anything ending in -prod is prod, the rest is unknown."""
    return "prod" if name.endswith("-prod") else environments.get(name, "unknown")


def rule_parameters(rule: Rule, layers: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a rule's parameters, later layers over earlier ones: maps merge, lists replace.

    Each layer is (where it came from, parameters of this rule); raises InputError.
    """
    values = {name: declared["default"] for name, declared in rule.params.items()}
    for where, layer in layers:
        for name, value in layer.items():
            if name not in rule.params:
                known = ", ".join(sorted(rule.params)) or "none"
                message = f"rule {rule.id} has no parameter {name!r}"
                raise InputError(message, where=where, hint=f"its parameters: {known}")
            _check(rule, name, value, where)
            both = isinstance(value, dict) and isinstance(values[name], dict)
            values[name] = {**values[name], **value} if both else value
    return values


def _check(rule: Rule, name: str, value: Any, where: str) -> None:
    import json

    from samakia_policy.facts.schema import schema_faults

    faults = schema_faults(value, json.dumps(rule.params[name]["schema"]))
    if faults:
        raise InputError(f"parameter {rule.id}.{name} {faults[0].message}", where=where)
