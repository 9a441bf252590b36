"""`policy rego eval`: evaluate a query over modules, data and an input."""

from __future__ import annotations

import sys
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.tools import common_flags as common
from samakia_policy.rego.tools.flags import Chosen, Flag, UsageError

if TYPE_CHECKING:
    from samakia_policy.rego.engine import Policy
    from samakia_policy.rego.tools.given import Given
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.recorder import Recorder
    from samakia_policy.rego.tools.remembered import Memory
    from samakia_policy.rego.tools.results import Output

USAGE = "eval <query> [flags]"
_FORMATS = ("json", "values", "bindings", "pretty", "source", "raw", "discard")
_EXPLAIN = ("off", "full", "notes", "fails", "debug")
FLAGS = (
    Flag("data", "d", "list", help="modules or data: a file or directory, or PREFIX:PATH; repeatable"),
    Flag("bundle", "b", "list", help="a bundle: a directory or an archive; repeatable"),
    Flag("input", "i", "text", "", help="the file of the input"),
    Flag("stdin-input", "I", help="read the input from standard input"),
    Flag("stdin", help="read the query from standard input"),
    Flag("format", "f", "text", "json", _FORMATS, help="the format of what is printed"),
    Flag("package", kind="text", default="", help="the package of the query"),
    Flag("import", kind="list", help="an import of the query; repeatable"),
    Flag("fail", help="exit with 1 when the result is undefined"),
    Flag("fail-defined", help="exit with 1 when the result is defined"),
    Flag("strict-builtin-errors", help="an error of a built-in stops the evaluation"),
    Flag("show-builtin-errors", help="not supported"),
    Flag("coverage", help="report which lines were evaluated"),
    Flag("coverage-runs", kind="comma", hidden=True),
    Flag("explain", kind="text", default="off", choices=_EXPLAIN, help="print the steps of the evaluation"),
    Flag("var-values", help="print the values of variables in explanations"),
    Flag("profile", help="report how often expressions were evaluated"),
    Flag("profile-limit", kind="int", default=10, help="how many expressions the profile lists"),
    Flag("profile-sort", kind="list", help="what the profile is sorted by; repeatable"),
    Flag("plan", help="print what the planner makes of each rule and of the query; nothing is evaluated"),
    Flag("metrics", help="report how long the parts took"),
    Flag("instrument", hidden=True),
    Flag("timeout", kind="duration", default=0.0, help="stop after this time (e.g. 10s)"),
    Flag("pretty-limit", kind="int", default=80, hidden=True),
    Flag("count", kind="int", default=1, hidden=True),
    Flag("partial", "p", help="not supported"),
    Flag("unknowns", "u", "list", hidden=True),
    Flag("disable-indexing", hidden=True),
    Flag("disable-early-exit", hidden=True),
    Flag("disable-inlining", kind="list", hidden=True),
    Flag("shallow-inlining", hidden=True),
    Flag("nondeterminstic-builtins", hidden=True),
    Flag("optimize", "O", "int", 0, hidden=True),
    Flag("optimize-store-for-read-speed", hidden=True),
    Flag("entrypoint", "e", "list", hidden=True),
    common.AS_OF,
    common.ALLOW,
    common.CAPABILITIES,
    common.IGNORE,
    common.PROCESSES,
    common.SCHEMA,
    common.STRICT,
    common.TARGET,
    common.V0,
    common.V1,
)


def validate(chosen: Chosen) -> None:
    """Refuse flags that exclude one another; raises UsageError."""
    given = chosen.arguments
    for wrong, message in (
        (bool(given) and chosen["stdin"], "specify query argument or --stdin but not both"),
        (not given and not chosen["stdin"], "specify query argument or --stdin"),
        (len(given) > 1, "specify at most one query argument"),
        (chosen["stdin"] and chosen["stdin-input"], "specify --stdin or --stdin-input but not both"),
        (chosen["stdin-input"] and chosen["input"], "specify --stdin-input or --input but not both"),
        (chosen["fail"] and chosen["fail-defined"], "specify --fail or --fail-defined but not both"),
        (chosen["partial"], "partial evaluation is not supported"),
        (chosen["show-builtin-errors"], "--show-builtin-errors is not supported"),
        (chosen["format"] == "source", "invalid output format for evaluation"),
        (chosen["target"] != "rego", "only the target rego is supported"),
    ):
        if wrong:
            raise UsageError(message)
    common.read_capabilities(chosen)
    if chosen.given & {"profile-limit", "profile-sort"}:
        chosen.values["profile"] = True
    if "coverage-runs" in chosen.given:
        chosen.values["coverage"] = True
    if chosen["profile"] or chosen["instrument"]:
        chosen.values["metrics"] = True


def run(chosen: Chosen) -> int:
    """Evaluate, print, and return the exit code: 2 after an error, 1 when `--fail` says so."""
    from samakia_policy.rego.tools.given import Given
    from samakia_policy.rego.tools.problems import Refused, listed
    from samakia_policy.rego.tools.results import write

    try:
        query = sys.stdin.read() if chosen["stdin"] else chosen.arguments[0]
        given = Given.read(chosen)
        memory = _memory(chosen, query, given)
        output = _remembered(memory)
        value = given.value() if output is None else None
    except Refused as error:
        sys.stderr.write(error.problems[0].text + "\n")
        return 2
    try:
        schemas = common.schemas_of(chosen)
    except Refused as error:
        sys.stderr.write(listed(error.problems, during=" during loading") + "\n")
        return 2
    output = output or _evaluate(chosen, (query, value), schemas, memory)
    try:
        write(output, chosen["format"])
    except ValueError as error:  # a number that JSON cannot hold
        sys.stderr.write(f"{error}\n")
        return 2
    if output.errors or chosen["plan"]:
        return 2 if output.errors else 0
    defined = bool(output.rows)
    return int((chosen["fail"] and not defined) or (chosen["fail-defined"] and defined))


def _evaluate(chosen: Chosen, asked: Any, schemas: Any, memory: Memory | None) -> Output:
    """Load, compile and run; problems of these steps are part of the output."""
    from samakia_policy.rego.errors import EvaluationFault, RegoError
    from samakia_policy.rego.tools.problems import Refused, problems_of
    from samakia_policy.rego.tools.results import Output

    output = Output(metrics={} if chosen["metrics"] else None)
    clock = _Clock(output)
    try:
        loaded = memory.parse() if memory is not None else _load(chosen)
        clock.lap("timer_rego_load_files_ns")
        policy = _ask(chosen, (*asked, loaded), schemas, output, clock)
        if memory is not None:
            memory.keep(policy)
    except (Refused, RegoError, EvaluationFault) as error:
        output.errors = problems_of(error)
    return output


def _memory(chosen: Chosen, query: str, given: Given) -> Memory | None:
    """What is kept of earlier runs, for a plain query over modules alone."""
    if not chosen["data"]:
        return None
    from samakia_policy.rego.tools import remembered
    from samakia_policy.rego.tools.problems import Refused

    try:
        return remembered.Memory.of(chosen, query, given) if remembered.plain(chosen, query) else None
    except Refused:
        # Said again where it is due: what is wrong with the input comes first.
        return None


def _remembered(memory: Memory | None) -> Output | None:
    """The answer of a program that an earlier run compiled, or None; raises Refused."""
    if memory is None:
        return None
    from samakia_policy.rego.errors import EvaluationFault
    from samakia_policy.rego.tools.problems import problems_of
    from samakia_policy.rego.tools.results import Output

    try:
        rows = memory.rows()
    except EvaluationFault as error:
        return Output(errors=problems_of(error))
    return None if rows is None else Output(rows=rows)


def _ask(chosen: Chosen, asked: Any, schemas: Any, output: Output, clock: _Clock) -> Policy:
    from samakia_policy.rego.builtins.context import Context
    from samakia_policy.rego.tools.limits import recording, time_limit
    from samakia_policy.rego.tools.problems import Refused, plain_problem
    from samakia_policy.rego.tools.results import row_of

    text, value, loaded = asked
    policy = _compile(chosen, text, loaded, schemas)
    clock.lap("timer_rego_module_compile_ns")
    if chosen["plan"]:
        output.plan = str(policy.plan(text, package=chosen["package"], imports=chosen["import"]))
        return policy
    query = policy.query(text, package=chosen["package"], imports=chosen["import"])
    clock.lap("timer_rego_query_compile_ns")
    context = Context(now_ns=common.time_of(chosen), allowed=policy.allowed)
    try:
        with time_limit(chosen["timeout"]), recording(chosen, policy, loaded, query) as recorder:
            found = query.solve(value, context, strict_errors=chosen["strict-builtin-errors"])
    finally:
        for _, printed in context.printed:
            sys.stderr.write(printed + "\n")
    clock.lap("timer_rego_query_eval_ns")
    try:
        output.rows = [row_of(result) for result in found]
    except ValueError as error:  # a key that JSON cannot hold
        raise Refused([plain_problem(str(error))]) from None
    if recorder is not None:
        _add_recorded(chosen, output, recorder, (list(loaded.modules.values()), policy.compiled.modules))
    return policy


def _compile(chosen: Chosen, query: str, loaded: Loaded, schemas: Any) -> Policy:
    from samakia_policy.rego.engine import compile as compile_modules

    capabilities = chosen["capabilities"]
    if capabilities is not None:
        from samakia_policy.rego.tools.capabilities import require, require_in_query

        require(capabilities, loaded.modules.values())
        require_in_query(capabilities, query)
    return compile_modules(
        loaded.modules,
        data=loaded.documents,
        version=common.version_of(chosen),
        strict=chosen["strict"],
        prints=True,
        allowed=frozenset(chosen["allow"]),
        schemas=schemas,
    )


def _add_recorded(chosen: Chosen, output: Output, recorder: Recorder, modules: Any) -> None:
    """Add coverage, profile and explanation to an output."""
    if chosen["coverage"]:
        from samakia_policy.rego.tools.coverage import report

        output.coverage = report(modules[0], modules[1], recorder)
    if chosen["profile"]:
        from samakia_policy.rego.tools.profile import profile

        order = [name for text in chosen["profile-sort"] for name in text.split(",")]
        output.profile = profile(recorder, chosen["profile-limit"], order)
    if recorder.steps is not None:
        from samakia_policy.rego.tools import explain

        steps = explain.explain(recorder.steps.steps, chosen["explain"])
        output.explanation = explain.explanation_records(steps)
        output.explained = explain.explanation_text(steps)


def _load(chosen: Chosen) -> Loaded:
    """Read what `--data` and `--bundle` name; raises Refused."""
    from samakia_policy.rego.tools.loaded import Loaded

    version = common.version_of(chosen)
    loaded = Loaded()
    if chosen["data"]:
        from samakia_policy.rego.tools.loader import load_paths

        loaded = load_paths(chosen["data"], version=version, ignore=chosen["ignore"])
    if chosen["bundle"]:
        from samakia_policy.rego.tools.bundle import add_bundles

        add_bundles(loaded, chosen["bundle"], version, chosen["ignore"])
    return loaded


class _Clock:
    """Writes down how long each part took, when that is wanted."""

    def __init__(self, output: Output) -> None:
        self._metrics = output.metrics
        self._last = perf_counter_ns()

    def lap(self, name: str) -> None:
        """Give the time since the last lap a name."""
        now = perf_counter_ns()
        if self._metrics is not None:
            self._metrics[name] = now - self._last
        self._last = now
