"""`policy test`: every case of every rule, on every runtime present."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from samakia_policy.errors import EvaluationError, InputError


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(name, help="run the cases of rules on every runtime present")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="all rules when none is named")
    parser.add_argument("--engine", action="append", default=[], help="native, opa; all present by default")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run cases; prints what went wrong and a summary, returns 1 when a case did."""
    from samakia_policy.cases import read_cases, run_case
    from samakia_policy.packs.load import load

    catalogue = load()
    names = arguments.rules or sorted(catalogue.rules)
    engines = _engines(arguments.engine)
    python = _engines(["python"])
    ran = failed = 0
    for rule in map(catalogue.rule, names):
        for name, case in read_cases(rule).items():
            for runtime in engines if rule.language == "rego" else python:
                result = run_case(catalogue, rule, name, case, runtime)
                ran += 1
                if result.problem:
                    failed += 1
                    sys.stdout.write(f"FAILED {rule.id} {name} ({runtime.name}): {result.problem}\n")
    on = ", ".join(runtime.name for runtime in engines)
    sys.stdout.write(f"{ran - failed} passed, {failed} failed: {len(names)} rules on {on}\n")
    if not ran:
        raise InputError("no case was run")
    return 1 if failed else 0


def _engines(named: list[str]) -> list[Any]:
    from samakia_policy.evaluation import runtime

    if named:
        return [runtime(name) for name in named]
    present = [runtime("native")]
    try:
        present.append(runtime("opa"))
    except EvaluationError:
        sys.stdout.write("opa is not installed: cases run on native alone\n")
    return present
