"""Reports of tests, as OPA writes them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from samakia_policy.rego.tools.go_json import indented
from samakia_policy.rego.tools.test_results import TestResult, walk_cases

_LINE = "-" * 80
_COUNTED = (("PASS", "PASS"), ("FAIL", "FAIL"), ("SKIPPED", "SKIPPED"), ("ERROR", "ERROR"))


def report_json(results: list[TestResult], *, by_duration: bool) -> None:
    """Print one record per test."""
    if by_duration:
        results = sorted(results, key=lambda result: -result.duration)
    sys.stdout.write(indented([result.record() for result in results]))


def report_pretty(results: Iterable[TestResult], *, verbose: bool) -> None:
    """Print a line for each test that has something to say, and the counts."""
    counts: Counter[str] = Counter()
    failures: list[TestResult] = []
    last_file = ""
    said = False
    for result in results:
        _count(result, counts)
        failures += [result] if result.fail else []
        if verbose or not result.passed:
            last_file = _print_result(result, verbose=verbose, last_file=last_file)
            said = True
        if result.errors:
            sys.stdout.write(f"  {result.error_text}\n")
    if counts["FAIL"] and verbose:
        _print_failures(failures)
    if said:
        sys.stdout.write(_LINE + "\n")
    total = sum(counts.values())
    for label, outcome in _COUNTED:
        if counts[outcome]:
            sys.stdout.write(f"{label}: {counts[outcome]}/{total}\n")


def _count(result: TestResult, counts: Counter[str]) -> None:
    if result.skip or result.errors or not result.cases:
        counts[result.outcome] += 1
        return
    for _, case in walk_cases(result.cases):
        if not case.cases:
            counts["FAIL" if case.fail else "PASS"] += 1


def _print_result(result: TestResult, *, verbose: bool, last_file: str) -> str:
    place = result.location
    if place is not None:
        if last_file and last_file != place.file:
            sys.stdout.write("\n")
        sys.stdout.write(f"{place.file}:{place.row}:\n")
        last_file = place.file
    sys.stdout.write(f"{result}\n")
    for path, case in walk_cases(result.cases):
        if case.fail or verbose:
            sys.stdout.write(f"  {'  ' * (len(path) - 1)}{case}\n")
    if result.printed:
        lines = result.printed.strip().split("\n")
        sys.stdout.write("\n" + "".join(f"  {line}\n" for line in lines) + "\n")
    return last_file


def _print_failures(failures: list[TestResult]) -> None:
    sys.stdout.write(f"{_LINE}\nFAILURES\n{_LINE}\n")
    for result in failures:
        sys.stdout.write(f"{result}\n\n{result.trace}\n")
        if not result.cases:
            continue
        for path, case in walk_cases(result.cases):
            if case.fail and not case.cases:
                for depth, name in enumerate(path):
                    sys.stdout.write(f"{'  ' * (depth + 1)}{name}: FAIL\n")
        sys.stdout.write("\n")
