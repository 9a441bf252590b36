"""Gate files of the product's packs, one an action, and what an estate adds to them."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from typing import Any

from samakia_policy.errors import InputError, PackError, Refused
from samakia_policy.gate.demand import Demand
from samakia_policy.gate.file import Gate, read_demand, read_gate
from samakia_policy.model.canonical import digest
from samakia_policy.packs.data import data_root, read_text


def actions() -> dict[str, str]:
    """Return the pack that states each action's gate; raises PackError where two do."""
    found: dict[str, str] = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(data_root()), "packs", "*", "gates", "*.yaml"))):
        pack = os.path.basename(os.path.dirname(os.path.dirname(path)))
        action = os.path.basename(path).removesuffix(".yaml")
        if action in found:
            where = f"packs/{pack}/gates/{action}.yaml"
            raise PackError(f"{found[action]} states a gate for {action} too", where=where)
        found[action] = pack
    return found


def load_gate(action: str) -> Gate:
    """Return an action's gate; raises Refused when no pack states one, PackError for a faulty file."""
    import yaml

    known = actions()
    if action not in known:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(action, sorted(known))) or "`policy gate --list` names all"
        raise Refused(f"no gate names the action {action!r}, so it is refused", hint=f"did you mean: {near}")
    parts = ("packs", known[action], "gates", f"{action}.yaml")
    text, where = read_text(*parts), "/".join(parts)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PackError("is not YAML", where=where) from error
    gate = read_gate(data, where, pack=known[action], digest=digest(text.encode()))
    if gate.action != action:
        raise PackError(f"states the gate of {gate.action}", where=where)
    return gate


def demand_for(gate: Gate, environment: str, env_class: str, stated: Mapping[str, Any]) -> Demand:
    """Return what an action needs in an environment: the gate's demand, and the estate's on top.

    `stated`: policy.yaml's `gates`, demands by action, then environment or class. They can only make the
    demand stricter, whatever they say. Raises InputError for a demand that cannot be read.
    """
    demand = gate.demand(environment, env_class)
    by_environment = stated.get(gate.action, {})
    for name in (environment, env_class, "any"):
        if name in by_environment:
            try:
                demand = demand.joined(read_demand(by_environment[name], f"gates.{gate.action}.{name}"))
            except ValueError as error:
                raise InputError(str(error), where="policy.yaml") from error
    return demand


def check_stated(stated: Mapping[str, Any]) -> None:
    """Refuse demands on actions that no gate names: they would protect nothing; raises InputError."""
    known = actions() if stated else {}
    for action, by_environment in stated.items():
        if action not in known:
            raise InputError(f"no gate names the action {action!r}", where="policy.yaml: gates")
        if not isinstance(by_environment, dict):
            raise InputError(f"gates.{action} must be a mapping of environments", where="policy.yaml")
