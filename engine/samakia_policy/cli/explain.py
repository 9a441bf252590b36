"""`policy explain`: what a rule demands, and how it ended for one subject."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from samakia_policy.cli.request import add_inputs, request
from samakia_policy.model.rule import Rule
from samakia_policy.packs.load import Catalogue, load
from samakia_policy.reporters.escape import visible

_EXAMPLES = """examples:
  policy explain tenants/quota-exceeded
  policy explain tenants/quota-exceeded tenant_quota:canary/database path/to/estate
  policy explain tenants/id-slug tenant:canary path/to/estate -o json
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="what a rule demands, and how it ended for a subject",
        description="Without SUBJECT, what a rule demands. With it, what the rule did about that subject: "
        "each literal that held or failed, with the values it saw and the lines of the facts it read.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rule", metavar="RULE")
    parser.add_argument("subject", nargs="?", default="", metavar="SUBJECT", help="<kind>:<id>")
    add_inputs(parser)
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", metavar="FMT")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the rule, or with a subject also what it did about that."""
    catalogue = load()
    rule = catalogue.rule(arguments.rule)
    about = _about(catalogue, rule)
    told = _told(catalogue, rule, arguments) if arguments.subject else None
    if arguments.output == "json":
        sys.stdout.write(json.dumps(told or about, indent=2) + "\n")
        return 0
    from samakia_policy.reporters.explanation import text

    sys.stdout.write("".join(f"{visible(line)}\n" for line in _lines(about)))
    sys.stdout.write(f"\n{text(told)}" if told is not None else "")
    return 0


def _about(catalogue: Catalogue, rule: Rule) -> dict[str, Any]:
    from samakia_policy.cases import case_names

    return {
        "rule": rule.id,
        "severity": rule.severity,
        "scope": rule.scope,
        "language": rule.language,
        "title": rule.title,
        "description": rule.description.strip(),
        "message": rule.message,
        "remediation": rule.remediation,
        "needs": rule.needs,
        "uses": rule.uses,
        "packs": [p.name for p in catalogue.packs if any(entry.id == rule.id for entry in p.rules)],
        "cases": case_names(rule),
    }


def _lines(about: dict[str, Any]) -> list[str]:
    return [
        f"{about['rule']} ({about['severity']}, {about['scope']}, {about['language']})",
        f"  {about['title']}",
        f"  {about['description']}",
        f"  says:  {about['message']}",
        f"  fix:   {about['remediation']}",
        f"  needs: {', '.join(about['needs'])}   uses: {', '.join(about['uses']) or 'nothing else'}",
        f"  packs: {', '.join(about['packs']) or 'none'}",
        f"  cases: {', '.join(about['cases'])}",
    ]


def _told(catalogue: Catalogue, rule: Rule, arguments: argparse.Namespace) -> dict[str, Any]:
    from samakia_policy.evaluation.explain import explain
    from samakia_policy.pipeline import make_run, read_world
    from samakia_policy.selection import only

    asked = request(arguments)
    asked.engine = "native"  # of all runtimes, ours can tell what it did
    world = read_world(asked)
    chosen = only(catalogue, rule, world.configuration.parameters)
    told = explain(make_run(catalogue, world, asked), chosen, arguments.subject)
    if rule.language == "python":
        source = catalogue.source(rule).splitlines()
        told["lines"] = [{"line": line, "text": source[line - 1]} for line in told.get("lines", ())]
    return told
