"""Run tests one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.engine import Policy, Query
from samakia_policy.rego.errors import EvaluationFault, RegoError
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.tools.limits import time_limit
from samakia_policy.rego.tools.problems import problems_of
from samakia_policy.rego.tools.test_results import TestResult, read_cases
from samakia_policy.rego.tools.test_rules import Test, cases_begun

if TYPE_CHECKING:
    from samakia_policy.rego.tools.explain import Texts
    from samakia_policy.rego.tools.recorder import Recorder


@slotted()
class Settings:
    """What every test runs under."""

    now_ns: int
    timeout: float
    allowed: frozenset[str]
    recorder: Recorder | None = None
    texts: Texts | None = None
    explain: str = "both"


def run_tests(policy: Policy, tests: list[Test], settings: Settings) -> Iterator[TestResult]:
    """Yield the result of each test, in order."""
    for test in tests:
        result = TestResult(test.rule.location, test.package, test.name)
        if test.skipped:
            result.skip = True
        else:
            _run(policy, test, settings, result)
        yield result


def _run(policy: Policy, test: Test, settings: Settings, result: TestResult) -> None:
    context = Context(now_ns=settings.now_ns, allowed=settings.allowed)
    started = perf_counter_ns()
    try:
        query = policy.query(test.query)
        with time_limit(settings.timeout), _recording(settings, query):
            found = query.run(context=context)
    except (EvaluationFault, RegoError) as error:
        result.errors, result.compiled = problems_of(error), isinstance(error, EvaluationFault)
        found = []
    result.duration = perf_counter_ns() - started
    result.printed = "".join(f"{text}\n" for _, text in context.printed)
    if settings.recorder is not None and settings.recorder.steps is not None:
        from samakia_policy.rego.tools.explain import explain, explanation_text

        result.trace = explanation_text(explain(settings.recorder.steps.steps, settings.explain), "  ")
    if not result.errors:
        _judge(test, found, context, result)


def _recording(settings: Settings, query: Query) -> AbstractContextManager[None]:
    """Record a test where its coverage or its trace is wanted."""
    if settings.recorder is None:
        return nullcontext()
    if settings.texts is not None:
        from samakia_policy.rego.tools.explain import Steps

        settings.recorder.steps = Steps(settings.texts, query.body)
    return settings.recorder.recording(query)


def _judge(test: Test, found: list[Any], context: Context, result: TestResult) -> None:
    if not found:
        result.fail = True
        return
    value = found[0].expressions[0].value
    if test.cases:
        result.fail, result.cases = read_cases(value, cases_begun(context))
    else:
        result.fail = value is not True
