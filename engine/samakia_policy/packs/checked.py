"""All rules are checked against the kinds of facts; what each reads, and where its hits lie, is derived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.errors import PackError
from samakia_policy.model.rule import Rule
from samakia_policy.packs import checks
from samakia_policy.packs.kinds import Kinds
from samakia_policy.packs.places import python_places, rego_places
from samakia_policy.packs.python_reads import python_complaints
from samakia_policy.packs.reads import compiled, merged, read_off
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.reads.clauses import Clauses

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled


def derived(
    rules: Sequence[Rule], sources: Mapping[str, str], libraries: Mapping[str, str], kinds: Kinds
) -> dict[str, dict[str, Any]]:
    """Return the `reads` and `places` of each rule, by id; raises PackError with everything that is wrong.

    `sources`: the text of each rule by its id.
    """
    rego = {package_of(rule): rule for rule in rules if rule.language == "rego"}
    program = _compiled(rego, sources, libraries)
    found = read_off(program, rego)
    typed: dict[str, list[checks.Complaint]] = {package: [] for package in rego}
    for package, complaint in checks.mistyped(program, rego, kinds):
        typed.setdefault(package, []).append(complaint)
    wrong: list[str] = []
    made: dict[str, dict[str, Any]] = {}
    clauses = Clauses(program)
    for rule in rules:
        source, package = sources[rule.id], package_of(rule)
        named = list(checks.declared_wrongly(rule, source, kinds))
        if rule.language == "rego":
            named += checks.read_wrongly(rule, source, found[package], kinds)
            places = rego_places(package, clauses, kinds)
            made[rule.id] = {"reads": merged(rule, found[package]), "places": places}
        else:
            named += python_complaints(rule, source, kinds)
            made[rule.id] = {"reads": rule.reads, "places": python_places(rule, kinds)}
        wrong += [complaint.at(rule.path) for complaint in checks.merge(named, typed.get(package, ()))]
    if wrong:
        raise PackError("\n".join(wrong), hint="contracts/facts.json lists the kinds with their attributes")
    return made


def _compiled(rego: Mapping[str, Rule], sources: Mapping[str, str], libraries: Mapping[str, str]) -> Compiled:
    try:
        return compiled({package: sources[rule.id] for package, rule in rego.items()}, libraries)
    except RegoError as error:
        wrong = []
        for fault in error.faults:
            name, where = fault.location.file if fault.location else "", fault.location
            path = rego[name].path if name in rego else f"policies/{name}.rego"
            row, column = (where.row, where.col) if where else (0, 0)
            wrong.append(checks.Complaint(row, column, f"{fault.code}: {fault.message}").at(path))
        raise PackError("\n".join(wrong), hint=error.hint) from error


def package_of(rule: Rule) -> str:
    """Return the Rego package that a rule's id names."""
    return "policies." + rule.id.replace("/", ".").replace("-", "_")
