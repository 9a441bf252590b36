"""Choose packs and rules: every filter must match something, and nothing is chosen silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.configuration import rule_parameters
from samakia_policy.errors import InputError
from samakia_policy.evaluation.stamp import SelectedRule
from samakia_policy.model.decision import SelectedPack
from samakia_policy.model.fact import FactGraph
from samakia_policy.model.rule import SEVERITIES, Pack, PackRule, Rule
from samakia_policy.packs.load import Catalogue


@dataclass(slots=True)
class Selection:
    """The filters a person gave; `gates`: packs that a gate demands."""

    phases: list[str] = field(default_factory=list)
    packs: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    parameters: list[tuple[str, str, Any]] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)


def choose(
    catalogue: Catalogue, graph: FactGraph, selection: Selection, parameters: Mapping[str, Any]
) -> tuple[list[SelectedPack], list[SelectedRule]]:
    """Return the packs looked at and the rules to run; raises InputError when nothing is left."""
    named = _named(catalogue, selection)
    packs = [
        SelectedPack(
            pack.name,
            pack.version,
            pack.digest,
            named.get(pack.name, "default"),
            # What could not be read may hold an anchor, and must not make a pack step aside.
            applicable=any(graph.of(kind) or kind in graph.incomplete for kind in pack.anchors),
            missing=[kind for kind in pack.expects if not graph.of(kind)],
        )
        for pack in catalogue.packs
        if not named or pack.name in named
    ]
    # A gate judges what it was told: that nothing was looked at is unknown there, and never a pass.
    if not any(pack.applicable for pack in packs) and not selection.gates:
        names = ", ".join(pack.name for pack in packs)
        hint = f"looked for: {names}; is this the root of an infrastructure checkout?"
        raise InputError("no pack applies to this estate, so nothing was checked", hint=hint)
    applicable = {pack.name for pack in packs if pack.applicable}
    chosen = _rules(catalogue, [pack for pack in catalogue.packs if pack.name in applicable], selection)
    _parametrise(catalogue, chosen, selection, parameters)
    return packs, chosen


def _named(catalogue: Catalogue, selection: Selection) -> dict[str, str]:
    named: dict[str, str] = {}
    for phase in selection.phases:
        found = [pack.name for pack in catalogue.packs if pack.phase == phase]
        if not found:
            known = ", ".join(pack.phase for pack in catalogue.packs)
            raise InputError(f"no pack for phase {phase!r}", where="--phase", hint=f"known: {known}")
        named |= dict.fromkeys(found, "phase")
    for name in selection.packs:
        if name not in {pack.name for pack in catalogue.packs}:
            known = ", ".join(pack.name for pack in catalogue.packs)
            raise InputError(f"no pack {name!r}", where="--pack", hint=f"known: {known}")
        named[name] = "pack"
    return named | dict.fromkeys(selection.gates, "gate")


def _rules(catalogue: Catalogue, packs: Sequence[Pack], selection: Selection) -> list[SelectedRule]:
    domains = {entry.id.partition("/")[0] for pack in packs for entry in pack.rules}
    for domain in selection.domains:
        if domain not in domains:
            hint = f"known here: {', '.join(sorted(domains))}"
            raise InputError(f"no rule of domain {domain!r}", where="--domain", hint=hint)
    listed: dict[str, list[tuple[Pack, PackRule]]] = {}
    for pack in packs:
        for entry in pack.rules:
            if not selection.domains or entry.id.partition("/")[0] in selection.domains:
                listed.setdefault(entry.id, []).append((pack, entry))
    return [_select(catalogue, name, listed[name]) for name in sorted(listed, key=str.encode)]


def _select(catalogue: Catalogue, name: str, listed: Sequence[tuple[Pack, PackRule]]) -> SelectedRule:
    rule = catalogue.rule(name)
    severity = max((entry.severity or rule.severity for _, entry in listed), key=SEVERITIES.index)
    layers = [(pack.name, pack.parameters.get(name, {})) for pack, _ in listed]
    stated = [layer for layer in layers if layer[1]]
    if any(layer[1] != stated[0][1] for layer in stated):
        both = ", ".join(name for name, _ in stated)
        raise InputError(f"packs {both} set different parameters for {name}")
    return SelectedRule(
        rule,
        [pack.name for pack, _ in listed],
        severity,
        min(entry.effective_from for _, entry in listed),
        rule_parameters(rule, stated[:1]),
    )


def _parametrise(
    catalogue: Catalogue,
    chosen: Sequence[SelectedRule],
    selection: Selection,
    parameters: Mapping[str, Any],
) -> None:
    given: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for name, values in parameters.items():
        given.setdefault(_known(catalogue, name, "policy.yaml"), []).append(("policy.yaml", values))
    for name, key, value in selection.parameters:
        given.setdefault(_known(catalogue, name, "--param"), []).append(("--param", {key: value}))
    for rule in chosen:
        layers = given.pop(rule.rule.id, [])
        if layers:
            rule.params = rule_parameters(rule.rule, [("pack", rule.params), *layers])
    flags = {catalogue.aliases.get(name, name) for name, _, _ in selection.parameters}
    if flags & set(given):
        left = ", ".join(sorted(flags & set(given)))
        raise InputError(f"a parameter for a rule that does not run: {left}", where="--param")


def _known(catalogue: Catalogue, name: str, where: str) -> str:
    identity = catalogue.aliases.get(name, name)
    if identity not in catalogue.rules:
        hint = "write it as DOMAIN/RULE.KEY=VALUE"
        raise InputError(f"a parameter names no known rule: {name!r}", where=where, hint=hint)
    return identity


def only(catalogue: Catalogue, rule: Rule, parameters: Mapping[str, Any]) -> SelectedRule:
    """Return one rule as a run would have it, whether or not a pack lists it."""
    packs = [pack for pack in catalogue.packs if any(entry.id == rule.id for entry in pack.rules)]
    layers = [(pack.name, pack.parameters.get(rule.id, {})) for pack in packs[:1]]
    layers.append(("policy.yaml", parameters.get(rule.id, {})))
    names = [pack.name for pack in packs]
    return SelectedRule(rule, names, rule.severity, params=rule_parameters(rule, layers))
