"""What an evaluation runs through, read by Python's tracing of the generated code; off, it costs nothing."""

from __future__ import annotations

import re
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.tools.index_exclusion import Exclusions
from samakia_policy.rego.values.collections import UNDEFINED

if TYPE_CHECKING:
    from samakia_policy.rego.tools.explain import Steps

Place = tuple[str, int, int]
_GENERATED = "<rego"
_TRACING = "rego/builtins/tracing.py"
# Functions that join the rules of one name: rules, not literals, stand on their lines.
_JOINS = re.compile(r"n\d+")


@slotted()
class Seen:
    """Lines of code that ran, by the place they stand for; rules that were asked, and that gave a value."""

    lines: dict[Place, Counter[int]] = field(default_factory=dict)
    asked: set[Place] = field(default_factory=set)
    gave: set[Place] = field(default_factory=set)


class Recorder:
    """Records evaluations of one policy: what OPA evaluates, and what its rule index leaves out."""

    def __init__(self, modules: list[n.Module], exclusions: Exclusions | None = None) -> None:
        self.seen = Seen()
        self.excluded = Seen()
        self._rules = _Rules(modules)
        self._exclusions = exclusions
        self._find: Callable[[str, int], Location | None] = lambda _file, _line: None
        self._known: dict[tuple[str, int], Place | None] = {}
        self._last: tuple[types.FrameType | None, Any] = (None, None)
        self.steps: Steps | None = None
        self.time: Counter[Place] = Counter()

    @contextmanager
    def recording(self, query: Any) -> Iterator[None]:
        """Record what runs inside; `query` is the query that runs."""
        self._find, self._known = query.place, {}
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: types.FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if self.steps is not None and code.co_name == "trace" and code.co_filename.endswith(_TRACING):
            self.steps.noted(str(frame.f_locals.get("note")))
        if event != "call" or not code.co_filename.startswith(_GENERATED) or _JOINS.fullmatch(code.co_name):
            return None
        rule = self._rule(code) if code.co_name.startswith("r") else None
        seen = self.seen
        if rule is not None:
            if self._exclusions is not None and self._exclusions.excluded(rule, frame.f_locals):
                seen = self.excluded
            seen.asked.add(_place(rule.location))
        if self.steps is not None and seen is self.seen:
            self.steps.entered(frame, rule)
        return _Watch(self, seen, rule).step

    def returned(self, seen: Seen, rule: n.Rule, frame: types.FrameType, value: Any) -> None:
        """Note what the function of a rule returned: its own value, unless its `else` gave it."""
        above, given = self._last
        defined = value is not None and value is not UNDEFINED
        gave = defined and not _collects(rule) and (above is not frame or given is not value)
        if gave:
            seen.gave.add(_place(rule.location))
        if self.steps is not None and seen is self.seen:
            self.steps.returned(rule, gave=gave or (_collects(rule) and _place(rule.location) in seen.gave))
        self._last = (frame.f_back if rule.is_else else None, value)

    def _rule(self, code: types.CodeType) -> n.Rule | None:
        for _, _, line in code.co_lines():
            place = self.place(code, line) if line else None
            if place is not None:
                return self._rules.at(place)
        return None

    def place(self, code: types.CodeType, line: int) -> Place | None:
        """Return what a line stands for."""
        name = (code.co_filename, line)
        if name not in self._known:
            found = self._find(*name)
            self._known[name] = _place(found) if found else None
        return self._known[name]


class _Watch:
    """Follows one call of generated code."""

    __slots__ = ("caught", "recorder", "rule", "seen", "since")

    def __init__(self, recorder: Recorder, seen: Seen, rule: n.Rule | None) -> None:
        self.recorder, self.seen, self.rule = recorder, seen, rule
        self.caught = False
        self.since: tuple[Place, int] | None = None

    def step(self, frame: types.FrameType, event: str, value: Any) -> Any:
        """Note a line, or what was returned."""
        if event == "return" and self.since is not None:
            self._clock(self.since[0])
        if event == "exception":
            self.caught = True
        elif event == "return" and self.rule is not None:
            self.recorder.returned(self.seen, self.rule, frame, value)
        elif (
            event == "return" and self.recorder.steps is not None and frame.f_code.co_name.startswith("query")
        ):
            self.recorder.steps.finished(found=bool(value))
        elif event == "line":
            # What was absent is caught on a line that stands for nothing.
            if not self.caught:
                self._line(frame.f_code, frame.f_lineno)
            self.caught = False
        return self.step

    def _line(self, code: types.CodeType, line: int) -> None:
        place = self.recorder.place(code, line)
        if place is None:
            return
        lines = self.seen.lines.setdefault(place, Counter())
        lines[line] += 1
        self._clock(place)
        told = self.recorder.steps if self.seen is self.recorder.seen else None
        # In `not` and `every`, code goes on where a literal fails.
        if told is not None and not code.co_name.startswith(("not", "every")):
            told.line(place, line, sorted(lines).index(line))
        rule = self.rule
        if rule is not None and _collects(rule) and place == _place(rule.location):
            self.seen.gave.add(place)

    def _clock(self, place: Place) -> None:
        """Add the time since the last line to what that stood for."""
        now = perf_counter_ns()
        if self.since is not None:
            self.recorder.time[self.since[0]] += now - self.since[1]
        self.since = (place, now)


class _Rules:
    """The rules of modules, by the lines they lie on."""

    def __init__(self, modules: list[n.Module]) -> None:
        self._starts: dict[str, list[tuple[int, int, n.Rule]]] = {}
        for module in modules:
            found = [_start(rule) for top in module.rules for rule in chain(top)]
            self._starts.setdefault(module.file, []).extend(sorted(found, key=lambda start: start[:2]))

    def at(self, place: Place) -> n.Rule | None:
        """Return the rule that a place lies in: the last that starts at it or before."""
        from bisect import bisect_right

        starts = self._starts.get(place[0], [])
        index = bisect_right(starts, (place[1], place[2]), key=lambda start: start[:2])
        return starts[index - 1][2] if index else None


def chain(rule: n.Rule) -> Iterator[n.Rule]:
    """Yield a rule and each `else` below it."""
    found: n.Rule | None = rule
    while found is not None:
        yield found
        found = found.otherwise


def _start(rule: n.Rule) -> tuple[int, int, n.Rule]:
    place = rule.location
    return (place.row, place.col, rule) if place else (0, 0, rule)


def _place(location: Location | None) -> Place:
    return (location.file, location.row, location.col) if location else ("", 0, 0)


def _collects(rule: n.Rule) -> bool:
    head = rule.head
    return head.key is not None or any(not isinstance(term, n.Scalar) for term in head.ref.path)
