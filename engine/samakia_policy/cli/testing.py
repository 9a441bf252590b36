"""`policy test`: every case of every rule, on every runtime present, and what the cases cover."""

from __future__ import annotations

import argparse
import os
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
    parser.add_argument(
        "--engine", action="append", default=[], help="native, opa, opa-server; all present by default"
    )
    parser.add_argument(
        "--mutate", action="store_true", help="also change each rule in small ways that its cases must notice"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run cases; prints what went wrong and what is not covered.

    Returns 1 when a case went wrong, or did not notice a mutant that nobody has reviewed.
    """
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
    survived = _mutate(catalogue, rules, engines[0].name) if arguments.mutate and not failed else 0
    return 1 if failed or survived else 0


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


def _mutate(catalogue: Catalogue, rules: Sequence[Rule], engine: str) -> int:
    """Print how the mutants of rules ended; returns how many survived that nobody has reviewed."""
    from samakia_policy.cases.mutation import mutation_score

    killed = total = unreviewed = 0
    for rule in rules:
        score = mutation_score(catalogue, rule, engine)
        killed, total = killed + score.killed, total + score.total
        sys.stdout.write(f"{rule.id}: {score.killed} of {score.total} mutants noticed\n")
        for mutant in score.survivors:
            reason = score.reviewed.get(str(mutant))
            unreviewed += reason is None
            note = f"  ({reason})" if reason else ""
            word = "may survive" if reason else "SURVIVED"
            sys.stdout.write(f"  {word} {rule.path}:{mutant.line}  {mutant}{note}\n")
    share = 100 * killed // total if total else 100
    sys.stdout.write(f"{killed} of {total} mutants noticed ({share} %), {unreviewed} to be reviewed\n")
    return unreviewed


def _engines(named: list[str]) -> list[Any]:
    from samakia_policy.evaluation import runtime

    if named:
        return [runtime(name) for name in named]
    present = [runtime("native")]
    try:
        present.append(runtime("opa"))
    except EvaluationError:
        sys.stdout.write("opa is not installed: cases do not run on it\n")
    if os.environ.get("POLICY_OPA_SERVER"):
        present.append(runtime("opa-server"))
    return present
