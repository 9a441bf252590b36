"""`policy rego test`: run the tests of modules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.tools import common_flags as common
from samakia_policy.rego.tools.flags import Chosen, Flag, UsageError

if TYPE_CHECKING:
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.test_results import TestResult

_FULL = 100

USAGE = "test <path> [path [...]] [flags]"
FLAGS = (
    Flag("run", "r", "text", "", help="only tests whose full name matches this regular expression"),
    Flag("verbose", "v", help="print tests that pass, and what failed in those that do not"),
    Flag("format", "f", "text", "pretty", ("pretty", "json", "gobench"), help="the format of results"),
    Flag("sort", kind="text", default="none", choices=("none", "duration"), help="the order of JSON results"),
    Flag("coverage", "c", help="report which lines the tests evaluated"),
    Flag("coverage-runs", kind="comma", hidden=True),
    Flag("threshold", kind="number", default=0.0, help="exit with 2 when less than this % is covered"),
    Flag("bundle", "b", help="the paths are bundles"),
    Flag("timeout", kind="duration", default=5.0, help="stop a test after this time"),
    Flag("exit-zero-on-skipped", "z", help="tests that were skipped do not change the exit code"),
    Flag("fail-on-empty", help="exit with 1 when no test was run"),
    Flag("explain", kind="text", default="fails", choices=("fails", "full", "notes", "debug"), hidden=True),
    Flag("var-values", help="print the values of variables where a test failed"),
    Flag("count", kind="int", default=1, help="how often to run the tests"),
    Flag("parallel", "p", "int", 0, hidden=True),
    Flag("bench", hidden=True),
    Flag("benchmem", hidden=True),
    Flag("watch", "w", hidden=True),
    common.AS_OF,
    common.ALLOW,
    common.CAPABILITIES,
    common.IGNORE,
    common.MAX_ERRORS,
    common.SCHEMA,
    common.TARGET,
    common.V0,
    common.V1,
)


def validate(chosen: Chosen) -> None:
    """Refuse flags that mean nothing here; raises UsageError."""
    for wrong, message in (
        (not chosen.arguments, "specify at least one file"),
        (chosen["bench"], "benchmarks are not supported"),
        (chosen["watch"], "watching files is not supported"),
        (chosen["target"] != "rego", "only the target rego is supported"),
    ):
        if wrong:
            raise UsageError(message)
    common.read_capabilities(chosen)
    if "explain" in chosen.given:
        chosen.values["verbose"] = True
    if "coverage-runs" in chosen.given:
        chosen.values["coverage"] = True


def run(chosen: Chosen) -> int:
    """Run the tests, report, and return the exit code: 2 when a test failed, 1 after an error."""
    from samakia_policy.rego.errors import EvaluationFault, RegoError
    from samakia_policy.rego.tools.problems import Refused, listed, problems_of

    if chosen["format"] == "gobench":
        sys.stderr.write("cannot use output format gobench without running benchmarks (--bench)\n")
        return 0
    if not 0 <= chosen["threshold"] <= _FULL:
        sys.stderr.write("Code coverage threshold must be between 0 and 100\n")
        return 1
    during = " during loading"
    try:
        loaded = _load(chosen)
        during = ""
        return _run(chosen, loaded)
    except (Refused, RegoError, EvaluationFault) as error:
        sys.stderr.write(listed(problems_of(error), during=during) + "\n")
        return 1


def _load(chosen: Chosen) -> Loaded:
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.loader import load_paths

    version = common.version_of(chosen)
    if not chosen["bundle"]:
        return load_paths(chosen.arguments, version=version, ignore=chosen["ignore"])
    from samakia_policy.rego.tools.bundle import add_bundles

    loaded = Loaded()
    add_bundles(loaded, chosen.arguments, version, chosen["ignore"])
    return loaded


def _run(chosen: Chosen, loaded: Loaded) -> int:
    from samakia_policy.rego.compiler.stages import compile_modules
    from samakia_policy.rego.depth import deep
    from samakia_policy.rego.engine import Policy
    from samakia_policy.rego.errors import BuiltinFault
    from samakia_policy.rego.tools.capabilities import require
    from samakia_policy.rego.tools.test_rules import find_tests, prepare
    from samakia_policy.rego.tools.test_runner import Settings, run_tests

    require(chosen["capabilities"], loaded.modules.values())
    modules = prepare(loaded.modules)
    schemas = common.schemas_of(chosen)
    allowed = frozenset(chosen["allow"])
    with deep():
        compiled = compile_modules(
            modules, schemas=schemas, data=loaded.documents, max_errors=chosen["max-errors"]
        )
        policy = Policy(compiled, loaded.documents, allowed)
    try:
        tests = find_tests(modules.values(), chosen["run"])
    except BuiltinFault as fault:
        sys.stderr.write(f"{fault.message}\n")
        return 1
    settings = Settings(common.time_of(chosen), chosen["timeout"], allowed)
    covered = chosen["coverage"] or chosen["threshold"]
    if not covered and not chosen["verbose"]:
        return _report(chosen, list(run_tests(policy, tests, settings)))
    from samakia_policy.rego.tools.index_exclusion import Exclusions
    from samakia_policy.rego.tools.recorder import Recorder

    if not covered:
        from samakia_policy.rego.tools.explain import Texts

        settings.recorder, settings.texts = Recorder(list(modules.values())), Texts(policy.compiled)
        settings.explain = chosen["explain"] if "explain" in chosen.given else "both"
        return _report(chosen, list(run_tests(policy, tests, settings)))
    settings.recorder = Recorder(list(modules.values()), Exclusions(list(compiled.modules.values())))
    results = list(run_tests(policy, tests, settings))
    parsed = list(loaded.modules.values())
    return _report_coverage(chosen, results, (parsed, compiled.modules, settings.recorder))


def _report(chosen: Chosen, results: list[TestResult]) -> int:
    from samakia_policy.rego.tools.test_reports import report_json, report_pretty

    if chosen["format"] == "json":
        report_json(results, by_duration=chosen["sort"] == "duration")
    else:
        report_pretty(results, verbose=chosen["verbose"])
    return _exit_code(chosen, results)


def _report_coverage(chosen: Chosen, results: list[TestResult], recorded: Any) -> int:
    """Print the coverage, or what failed; below the threshold it is said on standard error instead."""
    from samakia_policy.rego.tools.coverage import missed_lines, report
    from samakia_policy.rego.tools.go_json import indented
    from samakia_policy.rego.tools.test_reports import report_pretty

    wrong = [result.error_text for result in results if result.errors]
    failed = [result for result in results if result.fail]
    if wrong or failed:
        if not wrong:
            report_pretty(failed, verbose=chosen["verbose"])
        sys.stderr.write((wrong[0] if wrong else str(failed[0])) + "\n")
        return 1
    found = report(*recorded)
    if found["coverage"] < chosen["threshold"]:
        got, wanted = found["coverage"], chosen["threshold"]
        lines = [f"Code coverage threshold not met: got {got:.2f} instead of {wanted:.2f}"]
        if chosen["verbose"]:
            lines += ["Lines not covered:", *(f"\t{line}" for line in missed_lines(found))]
        sys.stderr.write("\n".join(lines) + "\n")
        return 2
    sys.stdout.write(indented(found))
    return _exit_code(chosen, results)


def _exit_code(chosen: Chosen, results: list[TestResult]) -> int:
    if not results and chosen["fail-on-empty"]:
        sys.stderr.write("no tests were run\n")
        return 1
    skips_count = not chosen["exit-zero-on-skipped"]
    failed = any(not result.passed and (skips_count or not result.skip) for result in results)
    return 2 if failed else 0
