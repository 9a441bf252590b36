"""Run OPA's conformance suite: `python tests/rego/conformance/run.py [FILTER] [options]`.

FILTER is part of a folder or of a case's note. Prints passed and failed per folder
(those that pass only with a FILTER), and the first differences.

    run.py withkeyword            one folder of v1
    run.py --v0 every             the same in v0
    run.py -n 50 sprintf          up to 50 differences
    run.py --causes               differences of all folders, grouped by cause
    run.py --show NOTE            one case in full: modules, data, what is wanted, what came
    run.py --refused              run what we refuse on purpose, too
    run.py --language --causes    what is wrong that no missing built-in explains
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parents[3] / "engine"))

from conformance.judge import judge
from conformance.refusals import refused
from conformance.suite import Case, SuiteMissingError, load_cases


def main() -> int:
    """Run the cases asked for; returns 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("filter", nargs="?", default="")
    parser.add_argument("--v0", action="store_true", help="the cases of version 0")
    parser.add_argument("--all", action="store_true", help="both versions")
    parser.add_argument("-n", type=int, default=10, help="how many differences to print (10)")
    parser.add_argument("--causes", action="store_true", help="group differences by cause")
    parser.add_argument("--show", action="store_true", help="print cases in full")
    parser.add_argument("--refused", action="store_true", help="run refused built-ins, too")
    parser.add_argument("--language", action="store_true", help="leave out cases that lack a built-in")
    chosen = parser.parse_args()
    try:
        cases = [case for version in _versions(chosen) for case in load_cases(version, chosen.filter)]
    except SuiteMissingError as error:
        sys.stdout.write(f"no suite: {error}\n")
        return 2
    skipped = [] if chosen.refused else [case for case in cases if refused(case)]
    started = time.monotonic()
    results = [(case, judge(case)) for case in cases if chosen.refused or not refused(case)]
    if chosen.language:
        results = [(case, problem) for case, problem in results if " is refused here" not in problem]
    _report(chosen, results, len(skipped), time.monotonic() - started)
    return 1 if any(problem for _, problem in results) else 0


def _versions(chosen: argparse.Namespace) -> list[int]:
    return [1, 0] if chosen.all else [0 if chosen.v0 else 1]


def _report(
    chosen: argparse.Namespace, results: list[tuple[Case, str]], skipped: int, seconds: float
) -> None:
    if chosen.show:
        for case, problem in results[: chosen.n]:
            _show(case, problem)
    folders: dict[str, list[str]] = defaultdict(list)
    for case, problem in results:
        folders[f"v{case.version}/{case.folder}"].append(problem)
    for folder, problems in sorted(folders.items()):
        failed = sum(map(bool, problems))
        mark = "FAIL" if failed else "ok  "
        if not failed and not chosen.filter:
            continue
        sys.stdout.write(f"{mark} {folder:50} {len(problems) - failed:4} passed {failed:4} failed\n")
    failures = [(case, problem) for case, problem in results if problem]
    _print_causes(failures, chosen.n) if chosen.causes else _print_failures(failures, chosen.n)
    sys.stdout.write(
        f"{len(results) - len(failures)} passed, {len(failures)} failed,"
        f" {skipped} refused on purpose; {seconds:.1f} s\n"
    )


def _print_failures(failures: list[tuple[Case, str]], limit: int) -> None:
    for case, problem in failures[:limit]:
        sys.stdout.write(f"\n{case.note}  [v{case.version}/{case.folder}/{case.file}]\n  {problem}\n")
    if len(failures) > limit:
        sys.stdout.write(f"\n... and {len(failures) - limit} more\n")


def _print_causes(failures: list[tuple[Case, str]], limit: int) -> None:
    counted: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for case, problem in failures:
        cause = re.sub(r"test-\d+\.rego:\d+|\d+|\"[^\"]*\"|'[^']*'", "~", problem)[:110]
        counted[cause] += 1
        examples.setdefault(cause, f"{case.note}: {problem[:300]}")
    for cause, count in counted.most_common(limit):
        sys.stdout.write(f"{count:5} {cause}\n        e.g. {examples[cause]}\n")


def _show(case: Case, problem: str) -> None:
    sys.stdout.write(f"=== {case.note} [v{case.version}/{case.folder}/{case.file}]\n")
    for number, text in enumerate(case.modules):
        sys.stdout.write(f"--- test-{number}.rego\n{text}\n")
    for name in ("query", "data", "input", "input_term", "want_result", "want_error_code", "want_error"):
        value = getattr(case, name)
        if value is not None:
            sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.write(f"==> {problem or 'passes'}\n\n")


if __name__ == "__main__":
    sys.exit(main())
