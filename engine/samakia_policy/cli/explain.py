"""`policy explain`: what a rule demands, and how it ended for one subject."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from samakia_policy.cli.request import add_inputs, request
from samakia_policy.errors import InputError
from samakia_policy.model.canonical import canonical
from samakia_policy.model.rule import Rule
from samakia_policy.packs.load import Catalogue, load
from samakia_policy.reporters.escape import visible


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(name, help="what a rule demands, and how it ended for a subject")
    parser.add_argument("rule", metavar="RULE")
    parser.add_argument("subject", nargs="?", default="", metavar="SUBJECT")
    add_inputs(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the rule; with a subject also its facts, their lines and the outcome."""
    catalogue = load()
    rule = catalogue.rule(arguments.rule)
    sys.stdout.write("\n".join(_about(catalogue, rule)) + "\n")
    if arguments.subject:
        sys.stdout.write("\n".join(_outcome(catalogue, rule, arguments)) + "\n")
    return 0


def _about(catalogue: Catalogue, rule: Rule) -> list[str]:
    from samakia_policy.cases import case_names

    packs = [p.name for p in catalogue.packs if any(entry.id == rule.id for entry in p.rules)]
    return [
        f"{rule.id} ({rule.severity}, {rule.scope}, {rule.language})",
        f"  {rule.title}",
        f"  {rule.description.strip()}",
        f"  says:  {rule.message}",
        f"  fix:   {rule.remediation}",
        f"  needs: {', '.join(rule.needs)}   uses: {', '.join(rule.uses) or 'nothing else'}",
        f"  packs: {', '.join(packs) or 'none'}",
        f"  cases: {', '.join(case_names(rule))}",
    ]


def _outcome(catalogue: Catalogue, rule: Rule, arguments: argparse.Namespace) -> list[str]:
    from samakia_policy.evaluation.run import evaluate
    from samakia_policy.pipeline import make_run, read_world
    from samakia_policy.selection import only

    asked = request(arguments)
    world = read_world(asked)
    if world.graph.find(arguments.subject) is None:
        raise InputError(f"no fact {arguments.subject!r}", hint="`policy facts show KIND` lists them")
    chosen = only(catalogue, rule, world.configuration.parameters)
    result = evaluate(make_run(catalogue, world, asked), [chosen])[0]
    lines = ["", f"outcome of the rule: {result.outcome} {result.reason}".rstrip()]
    lines += [
        f"  finding: {f.subject}: {f.message}" for f in result.findings if f.subject == arguments.subject
    ]
    lines += [f"  unknown: {u.pointer}: {u.why}" for u in result.unknowns if u.subject == arguments.subject]
    if not any(f.subject == arguments.subject for f in result.findings):
        lines.append(f"  no finding about {arguments.subject}")
    lines.append("facts it looked at:")
    for subject in _related(world.graph, rule, arguments.subject):
        fact = world.graph.find(subject)
        if fact is None:
            continue
        where = world.locate(fact.origin)
        lines.append(f"  {subject}  {where.path}:{where.line or ''}")
        lines.append(f"    {canonical(fact.attrs).decode()}")
    return [visible(line) for line in lines]


def _related(graph: Any, rule: Rule, subject: str) -> list[str]:
    """The subject, and the facts of the rule's kinds in the same directory or of the same tenant."""
    fact = graph.find(subject)
    place = fact.attrs.get("directory")
    found = [subject]
    for kind in rule.kinds:
        facts = graph.of(kind).values()
        near = [f.subject for f in facts if place and f.attrs.get("directory") == place]
        found += near or [f.subject for f in facts if not f.attrs.get("directory")][:20]
    return sorted(set(found))
