"""What the run of a test gave, and its cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.tools.durations import duration
from samakia_policy.rego.tools.go_json import compact, plain
from samakia_policy.rego.tools.problems import Problem, listed, place


@slotted()
class Case:
    """One case of a test, and the cases below it."""

    name: str
    fail: bool = False
    cases: dict[str, Case] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return the case as JSON has it."""
        found: dict[str, Any] = {"name": self.name} if self.name else {}
        if self.fail:
            found["fail"] = True
        return found | cases_record(self.cases)

    def __str__(self) -> str:
        return f"{self.name}: {'FAIL' if self.fail else 'PASS'}"


@slotted()
class TestResult:
    """One test: where it is, how it ended, how long it took, and what it printed.

    `errors`: of its evaluation, or, where its query was not `compiled`, of that.
    """

    location: Location | None
    package: str
    name: str
    fail: bool = False
    skip: bool = False
    errors: list[Problem] = field(default_factory=list)
    compiled: bool = True
    duration: int = 0
    printed: str = ""
    trace: str = ""
    cases: dict[str, Case] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.fail and not self.skip and not self.errors

    @property
    def outcome(self) -> str:
        """PASS, FAIL, SKIPPED or ERROR."""
        if self.passed:
            return "PASS"
        return "FAIL" if self.fail else "SKIPPED" if self.skip else "ERROR"

    @property
    def error_text(self) -> str:
        """The errors as text."""
        return self.errors[0].text if self.compiled else listed(self.errors)

    def __str__(self) -> str:
        took = "" if self.skip else f" ({duration(self.duration)})"
        return f"{self.package}.{self.name}: {self.outcome}{took}"

    def record(self) -> dict[str, Any]:
        """Return the result as JSON has it."""
        import base64

        found: dict[str, Any] = {"location": place(self.location) if self.location else None}
        found |= {"package": self.package, "name": self.name}
        if self.fail:
            found["fail"] = True
        if self.errors:
            records = [_error_record(error) for error in self.errors]
            found["error"] = records[0] if self.compiled else records
        if self.skip:
            found["skip"] = True
        found["duration"] = self.duration
        if self.printed:
            found["output"] = base64.b64encode(self.printed.encode()).decode()
        return found | cases_record(self.cases)


def _error_record(problem: Problem) -> dict[str, Any]:
    found = problem.record()
    order = [name for name in ("code", "message", "location", "details") if name in found]
    return {name: found[name] for name in order}


def cases_record(cases: dict[str, Case]) -> dict[str, Any]:
    """Return cases as JSON has them; nothing where there are none."""
    return {"sub_results": {name: cases[name].record() for name in sorted(cases)}} if cases else {}


def walk_cases(cases: dict[str, Case], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Case]]:
    """Yield every case with the names that lead to it."""
    for name in sorted(cases):
        path = (*above, name)
        yield path, cases[name]
        yield from walk_cases(cases[name].cases, path)


def read_cases(value: Any, begun: list[list[Any]]) -> tuple[bool, dict[str, Case]]:
    """Return whether a case failed, and the cases: those with a value, and those that began and gave none."""
    fail, cases = _of_value(plain(value))
    for path in begun:
        names = [step if isinstance(step, str) else compact(plain(step)) for step in path]
        fail = _begin(cases, names) or fail
    return fail, cases


def _of_value(value: Any) -> tuple[bool, dict[str, Case]]:
    if value is None:
        return True, {}
    if not isinstance(value, dict):
        return False, {}
    cases = {name: _case(name, item) for name, item in value.items()}
    return any(case.fail for case in cases.values()), cases


def _case(name: str, value: Any) -> Case:
    if value is None:
        return Case("")
    if isinstance(value, dict):
        fail, below = _of_value(value)
        return Case(name, fail, below)
    return Case(name, value is not True)


def _begin(cases: dict[str, Case], names: list[str]) -> bool:
    if not names:
        return True
    case = cases.setdefault(names[0], Case(names[0], fail=True))
    if len(names) == 1:
        return case.fail
    fail = _begin(case.cases, names[1:])
    case.fail = case.fail or fail
    return fail
