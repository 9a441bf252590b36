"""Explanations: the steps of an evaluation as text, all of them or only those that lead to notes or failures.

The steps are those that our code takes: rules entered and left, literals evaluated or failed, notes. OPA
prints its own; where ours are of the same kind, they read the same.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.slotted import field_names, replace, slotted
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.printer import body_text
from samakia_policy.rego.tools.recorder import Place, chain

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_PADDING = 4
_CALLS = ("Enter", "Redo")
_LOCAL = re.compile(r"__local\d+__")


@slotted()
class Step:
    """One step: what happened, how deep, in which call, what it is about, and where."""

    op: str
    depth: int
    call: int
    parent: int
    text: str
    file: str
    row: int

    @property
    def where(self) -> str:
        """The file and line, or the line of the query."""
        return f"{self.file or 'query'}:{self.row}"

    def __str__(self) -> str:
        inner = self.depth - 1 if self.op in _CALLS else self.depth
        return f"{'| ' * inner}{self.op} {self.text}"


class Texts:
    """The texts of the literals of a policy, by their places; several literals may start at one."""

    def __init__(self, compiled: Compiled) -> None:
        self.known: dict[Place, list[str]] = {}
        self._written = compiled.rewritten
        for module in compiled.modules.values():
            for top in module.rules:
                for rule in chain(top):
                    self.add([rule.body, rule.head])

    def add(self, node: Any) -> None:
        """Remember the literals below a node."""
        waiting = [node]
        while waiting:
            found = waiting.pop()
            if isinstance(found, list | tuple):
                waiting += reversed(found)
            elif isinstance(found, n.Node):
                if isinstance(found, n.Expr) and found.location is not None:
                    place = found.location
                    texts = self.known.setdefault((place.file, place.row, place.col), [])
                    text = self.of([found])
                    if text not in texts:
                        texts.append(text)
                waiting += [getattr(found, name) for name in field_names(found) if name != "location"]

    def of(self, body: n.Body) -> str:
        """Return a body's text, with variables as they were written."""
        return _LOCAL.sub(lambda found: self._written.get(found.group(), found.group()), body_text(body))


class Steps:
    """Collects steps while code runs; called by the recorder."""

    def __init__(self, texts: Texts, query: n.Body) -> None:
        self.steps: list[Step] = []
        self._calls: list[tuple[types.FrameType, int]] = []
        self._count = 0
        self._last: dict[int, tuple[int, Step | None]] = {}
        self._passed: dict[int, set[int]] = {}
        self._entered: dict[int, Step] = {}
        for place in [place for place in texts.known if not place[0]]:
            del texts.known[place]
        texts.add(query)
        self._texts = texts.known
        self._query = texts.of(query)

    def entered(self, frame: types.FrameType, rule: n.Rule | None) -> None:
        """A function of a rule, of the query, or of a body inside was entered."""
        while (
            self._calls and self._calls[-1][0] is not frame.f_back and not _above(self._calls[-1][0], frame)
        ):
            self._calls.pop()
        parent = self._calls[-1][1] if self._calls else 0
        if rule is None and self._calls:
            return
        self._count += 1
        self._calls.append((frame, self._count))
        place = rule.location if rule is not None else None
        text = _path(rule) if rule is not None else self._query
        file, row = (place.file, place.row) if place else ("", 1)
        self._entered[self._count] = Step("Enter", len(self._calls), self._count, parent, text, file, row)
        self.steps.append(self._entered[self._count])

    def line(self, place: Place, line: int, rank: int) -> None:
        """A line that stands for a literal runs."""
        texts = self._texts.get(place)
        if not self._calls:
            return
        depth, call = len(self._calls), self._calls[-1][1]
        before = self._last.get(call)
        if before is not None and line == before[0]:
            return
        if before is not None:
            self._settle(call, before, line)
        if not texts or rank >= len(texts):
            # The head, which is reached after the last literal; or the rest of a literal.
            if before is not None and not texts:
                self._again(call)
            self._last[call] = (line, before[1] if before is not None and texts else None)
            return
        step = Step("Eval", depth, call, 0, texts[rank], place[0], place[1])
        self.steps.append(step)
        self._last[call] = (line, step)

    def returned(self, rule: n.Rule, *, gave: bool) -> None:
        """The function of a rule returned."""
        if not self._calls:
            return
        call = self._calls[-1][1]
        before = self._last.pop(call, None)
        if gave and rule.location is not None:
            place = rule.location
            self.steps.append(Step("Exit", len(self._calls), call, 0, _path(rule), place.file, place.row))
        elif before is not None:
            self._settle(call, before, 0)
        self._calls.pop()

    def finished(self, *, found: bool) -> None:
        """The query returned."""
        call = self._calls[0][1] if self._calls else 0
        before = self._last.pop(call, None)
        if before is not None and not found:
            self._settle(call, before, 0)
        self._calls.clear()

    def noted(self, text: str) -> None:
        """A built-in left a note."""
        step = next((step for step in reversed(self.steps) if step.op == "Eval"), None)
        if step is not None and self._calls:
            depth, call = len(self._calls), self._calls[-1][1]
            self.steps.append(Step("Note", depth, call, 0, f'"{text}"', step.file, step.row))

    def _again(self, call: int) -> None:
        """A rule gave a value, and goes on to look for others."""
        entered = self._entered[call]
        self.steps += [replace(entered, op="Exit"), replace(entered, op="Redo")]

    def _settle(self, call: int, before: tuple[int, Step | None], line: int) -> None:
        """Say that a literal failed: code went back, and had not gone on from it, as a loop that ends had."""
        passed = self._passed.setdefault(call, set())
        if line > before[0]:
            passed.add(before[0])
            return
        step = before[1]
        if step is not None and before[0] not in passed:
            self.steps.append(Step("Fail", step.depth, step.call, 0, step.text, step.file, step.row))
        passed -= {later for later in passed if later > line}


def explain(steps: list[Step], mode: str) -> list[Step]:
    """Return the steps that a mode shows: `full`, `notes`, `fails`, or `both` of these."""
    if mode in {"full", "debug"}:
        return steps
    wanted = {"notes": ("Note",), "fails": ("Fail",), "both": ("Note", "Fail")}[mode]
    return _leading_to(steps, lambda step: step.op in wanted)


def _leading_to(steps: list[Step], wanted: Callable[[Step], bool]) -> list[Step]:
    """The wanted steps, each with the calls that lead to it and were not shown before."""
    shown: list[Step] = []
    entered: dict[int, Step] = {}
    for step in steps:
        if wanted(step):
            path, at = [step], entered.get(step.call)
            while at is not None:
                path.append(at)
                at = entered.get(at.parent) if at.parent != at.call else None
            shown += reversed(path)
            entered = {}
        if step.op in _CALLS:
            entered[step.call] = step
    return shown


def explanation_text(steps: list[Step], margin: str = "") -> str:
    """Return steps as lines: the place, then the step below what called it; a margin stands around both."""
    width = max((len(step.where) for step in steps), default=0) + _PADDING
    return "".join(f"{margin}{step.where:{width}} {margin}{step}{margin}\n" for step in steps)


def explanation_records(steps: list[Step]) -> list[dict[str, Any]]:
    """Return steps as JSON has them."""
    return [
        {
            "Op": step.op,
            "Text": step.text,
            "Location": {"file": step.file, "row": step.row},
            "QueryID": step.call,
            "ParentID": step.parent,
        }
        for step in steps
    ]


def _above(outer: types.FrameType, frame: types.FrameType) -> bool:
    found: types.FrameType | None = frame
    while found is not None:
        if found is outer:
            return True
        found = found.f_back
    return False


def _path(rule: n.Rule) -> str:
    from samakia_policy.rego.tools.loader import ref_text
    from samakia_policy.rego.tools.test_rules import parts

    package = [term.value for term in rule.module.package.path] if rule.module else []  # type: ignore[union-attr]
    return ref_text([str(name) for name in [*package, *parts(rule)]])
