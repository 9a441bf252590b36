"""A plan as people read it: what became of each literal of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.plan.notes import Notes
from samakia_policy.rego.plan.texts import Texts
from samakia_policy.rego.syntax.location import Location

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_INDENT = "  "
_KINDS = {"complete": "rule", "function": "function", "set": "set", "object": "object"}


@dataclass(slots=True)
class Step:
    """What became of one literal. `level`: how many loops and bodies it lies in.

    `loops`: how many loops it opens, index look-ups among them. `keys`: for each look-up, the paths below an
    element with what they must equal. `bodies`: for each comprehension inside, whether it is evaluated once.
    """

    level: int
    row: int
    text: str
    loops: int = 0
    keys: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    bodies: list[bool] = field(default_factory=list)
    moved: bool = False
    key_set: bool = False
    split: bool = False
    hidden: bool = False

    @property
    def mark(self) -> str:
        """One word for it; nothing for a test or an assignment that is just made where it stands."""
        marks = (
            (self.split, "split"),
            (bool(self.keys), "index"),
            (self.loops > 0, "loop"),
            (self.moved, "moved"),
            (self.key_set, "key set"),
            (bool(self.bodies), "once" if all(self.bodies) else "each turn"),
        )
        return next((word for holds, word in marks if holds), "")

    def __str__(self) -> str:
        by = "; ".join(" and ".join(f"{path} = {wanted}" for path, wanted in keys) for keys in self.keys)
        row = f"{self.row:>5}" if self.row else " " * 5
        return f"{row}  {self.mark:<9} {_INDENT * self.level}{self.text}{f'  by {by}' if by else ''}"


@dataclass(slots=True)
class RulePlan:
    """The steps of one rule, or of the query."""

    title: str
    location: Location | None
    steps: list[Step] = field(default_factory=list)

    def __str__(self) -> str:
        where = f" at {self.location}" if self.location and self.location.file else ""
        return "\n".join([f"{self.title}{where}", *map(str, self.steps)]) + "\n"


class Description(Notes):
    """Keeps what the generator tells; as text, a paragraph for each rule."""

    __slots__ = ("_base", "_joins", "_moved", "_open", "_rule", "_texts", "rules")

    def __init__(self, compiled: Compiled) -> None:
        self.rules: list[RulePlan] = []
        self._texts = Texts(compiled)
        self._rule = RulePlan("", None)
        self._open: list[Step] = []
        self._base = 0
        self._moved = False
        self._joins: dict[int, Any] = {}

    def __str__(self) -> str:
        return "\n".join(map(str, self.rules))

    def show(self, variables: dict[str, str]) -> None:
        """Remember as what the generated locals of a query were written."""
        self._texts.show(variables)

    @contextmanager
    def rule(self, rule: Any, path: tuple[str, ...], kind: str) -> Iterator[None]:
        """Keep the steps of one rule."""
        name = self._texts.name_of(rule, path)
        title = f"else of {name}" if rule.is_else else f"{_KINDS[kind]} {name}"
        if rule.default:
            title = f"default {name}"
        self._texts.learn(rule.body)
        with self._plan(RulePlan(title, rule.location)):
            yield

    @contextmanager
    def query(self, body: Any) -> Iterator[None]:
        """Keep the steps of a query."""
        self._texts.learn(body)
        with self._plan(RulePlan("query", None)):
            yield

    @contextmanager
    def _plan(self, plan: RulePlan) -> Iterator[None]:
        before = (self._rule, self._open, self._base, self._moved)
        self._rule, self._open, self._base, self._moved = plan, [], 0, False
        self.rules.append(plan)
        try:
            yield
        finally:
            plan.steps = [step for step in plan.steps if not step.hidden]
            self._rule, self._open, self._base, self._moved = before

    @contextmanager
    def literal(self, expr: Any, depth: int) -> Iterator[None]:
        """Keep one literal; those of the compiler only if there is more to tell than a name."""
        row = expr.location.row if expr.location else 0
        step = Step(self._base + depth, row, self._texts.literal(expr), moved=self._moved)
        self._rule.steps.append(step)
        self._open.append(step)
        try:
            yield
        finally:
            self._open.pop()
            step.hidden = (expr.generated or step.text == "true") and step.mark in ("", "moved")

    @contextmanager
    def body(self, kind: str) -> Iterator[None]:
        """Keep the steps of a body one level deeper, unless they only repeat the literal that it lies in."""
        outer, before = self._open[-1] if self._open else None, (self._base, self._moved)
        first = len(self._rule.steps)
        self._base, self._moved = (outer.level + 1 if outer else self._base), False
        try:
            yield
        finally:
            self._base, self._moved = before
            inside = [step for step in self._rule.steps[first:] if not step.hidden]
            if kind == "comp" and outer is not None:
                outer.bodies.append(False)
            if len(inside) == 1 and not inside[0].mark:
                inside[0].hidden = True

    @contextmanager
    def moved(self) -> Iterator[None]:
        """Mark literals that go before a loop."""
        self._moved = True
        try:
            yield
        finally:
            self._moved = False

    @contextmanager
    def split(self, depth: int) -> Iterator[None]:
        """Keep the steps of the rest, one level deeper than the loops outside."""
        before = self._base
        self._base += depth
        self._rule.steps.append(Step(self._base, 0, "the rest in a function of its own", split=True))
        try:
            yield
        finally:
            self._base = before

    def joined(self, join: Any) -> None:
        """Remember the keys of a join."""
        self._joins[id(join.term)] = join

    def index(self, term: Any) -> None:
        """Keep a look-up with its keys."""
        keys = self._joins[id(term)].keys
        step = self._open[-1]
        step.loops += 1
        step.keys.append(tuple((".".join(path) or "itself", self._texts.of(outer)) for path, outer in keys))

    def loop(self) -> None:
        """Count a loop."""
        if self._open:
            self._open[-1].loops += 1

    def key_set(self) -> None:
        """Mark a test of membership."""
        if self._open:
            self._open[-1].key_set = True

    def once(self) -> None:
        """Mark a comprehension that is evaluated once."""
        if self._open:
            self._open[-1].bodies[-1] = True
