"""`policy test`: every case of every rule, on every runtime present, and what the cases cover."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.errors import EvaluationError, InputError

if TYPE_CHECKING:
    from samakia_policy.cases import CaseResult
    from samakia_policy.cases.coverage import Coverage
    from samakia_policy.model.rule import Rule
    from samakia_policy.packs.load import Catalogue


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(name, help="run the cases of rules on every runtime present")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="all rules when none is named")
    parser.add_argument("--engine", action="append", default=[], help="native, opa; all present by default")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run cases; prints what went wrong and what is not covered, returns 1 when a case went wrong."""
    from samakia_policy.cases.coverage import coverage
    from samakia_policy.packs.load import load

    catalogue = load()
    rules = [catalogue.rule(name) for name in arguments.rules or sorted(catalogue.rules)]
    engines = _engines(arguments.engine)
    python = _engines(["python"])
    failed, ran = 0, 0
    covered = []
    for rule in rules:
        results = _run_cases(catalogue, rule, engines if rule.language == "rego" else python)
        failed += sum(1 for result in results if result.problem)
        ran += len(results)
        covered.append(coverage(rule, catalogue.source(rule), results))
    on = ", ".join(runtime.name for runtime in engines)
    _print_coverage(covered)
    sys.stdout.write(f"{ran - failed} passed, {failed} failed: {len(rules)} rules on {on}\n")
    if not ran:
        raise InputError("no case was run")
    return 1 if failed else 0


def _run_cases(catalogue: Catalogue, rule: Rule, engines: Sequence[Any]) -> list[CaseResult]:
    from samakia_policy.cases import read_cases, run_case

    results = [
        run_case(catalogue, rule, name, case, runtime, trace=True)
        for name, case in read_cases(rule).items()
        for runtime in engines
    ]
    for result in results:
        if result.problem:
            sys.stdout.write(f"FAILED {rule.id} {result.case} ({result.runtime}): {result.problem}\n")
    return results


def _print_coverage(covered: Sequence[Coverage]) -> None:
    from samakia_policy.cases.coverage import totals

    for rule in covered:
        sys.stdout.write("".join(f"GAP {rule.rule}: {gap}\n" for gap in rule.gaps()))
    parts = (f"{name} {done} of {of}" for name, (done, of) in totals(covered).items() if of)
    sys.stdout.write(f"exercised: {', '.join(parts)}\n")


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
