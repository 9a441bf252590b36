"""What cases exercise of a rule, and what the report says of the rest."""

from __future__ import annotations

from typing import Any

from samakia_policy.cases import CaseResult
from samakia_policy.cases.coverage import coverage, executable_lines, totals
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.base import Batch, Job, Limits
from samakia_policy.model.rule import Rule

_SOURCE = '''"""A rule."""

from samakia_policy.rules import hit, rule


@rule(
    title="x",
)
def check(facts):
    """Say something."""
    for identity, thing in facts.of("thing"):
        if thing["open"]:
            yield hit(identity)
        else:
            yield hit(
                identity,
                at="/closed",
            )
'''


def _rule(**more: Any) -> Rule:
    given = {"id": "t/check", "language": "python", "path": "", "digest": "", "title": "", "description": ""}
    rest = {"severity": "high", "scope": "static", "subject": "thing", "needs": ["thing"], "remediation": ""}
    return Rule(**given, **rest, **{"message": "{subject} {problem}", **more})


def _result(outcome: str, *, unknown: bool = False, lines: list[int] | None = None, **hit: Any) -> CaseResult:
    hits = [{"subject": "thing:a", **hit}] if outcome == "fail" else []
    return CaseResult("t/check", "case", "python", outcome, hits, unknown, "", lines)


def _lines_that_ran(view: str, *, trace: bool = True) -> list[int] | None:
    job = Job("t/check", "python", _SOURCE, {"thing": "v0"})
    batch = Batch([job], {}, {"v0": view}, {}, {}, '{"as_of":"2026-01-01T00:00:00Z"}', trace=trace)
    (answer,) = runtime("python").evaluate(batch, Limits(rule_seconds=20))
    assert answer.error == ""
    return answer.lines


def test_a_worker_tells_which_lines_ran() -> None:
    """One branch alone is not all of the rule."""
    one = _lines_that_ran('{"a":{"open":true}}')
    both = _lines_that_ran('{"a":{"open":true},"b":{"open":false}}')
    assert one is not None
    assert both is not None
    lines = _SOURCE.splitlines()
    left = [lines[n - 1].strip() for n in sorted(executable_lines(_SOURCE) - set(one))]
    assert left == ["yield hit(", "identity,", 'at="/closed",']
    assert executable_lines(_SOURCE) <= set(both)


def test_no_check_pays_for_it() -> None:
    """Lines are told only when they are asked for."""
    assert _lines_that_ran("{}", trace=False) is None


def test_what_is_never_exercised_is_named() -> None:
    """Outcome, variant, message field and line."""
    results = [_result("fail", variant="soft", lines=[1, 3]), _result("pass")]
    found = coverage(_rule(variants={"soft": "low", "hard": "high"}), "a = 1\n\nb = 2\nc = 3\n", results)
    assert list(found.gaps()) == [
        "no case exercises outcome unknown",
        "no case exercises variant hard",
        "no case exercises message field problem",
        "no case exercises line of Python 4",
    ]
    assert totals([found, found])["outcome"] == (4, 6)


def test_an_unknown_beside_a_finding_counts() -> None:
    """The outcome is fail, but the case has shown what is not known."""
    results = [_result("fail", unknown=True, problem="x"), _result("pass")]
    assert list(coverage(_rule(), "", results).gaps()) == []
