"""Code that tells what it does: a program whose literals report, with a record of what they reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.replaced import Replaced
from samakia_policy.rego.plan.notes import Notes
from samakia_policy.rego.program import Program, build
from samakia_policy.rego.run import results
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.trace.record import Record

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.generate.scope import Scope

# The rest of a body that went into a function of its own is no body.
_REST = "rest"


@dataclass(slots=True, eq=False)
class Body:
    """One body: of a rule, or of what has one inside a literal: `comp`, `not`, `has` or `every`.

    `path` and `group`: where the rule lies under `data` and of which kind it is. `within`: the literal that a
    nested body is part of. `literals`: their numbers, in the order in which they are tried.
    """

    kind: str
    rule: n.Rule | None = None
    path: tuple[str, ...] = ()
    group: str = ""
    within: int = -1
    literals: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Literal:
    """One literal in core form, the body it is part of, and the variables whose values it reports."""

    expr: n.Expr
    body: Body
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Following(Notes):
    """Lets the generator emit the reports, and knows which literal each number stands for."""

    __slots__ = ("_bodies", "_name", "_open", "bodies", "literals", "plans")
    follows = True

    def __init__(self, *, plans: bool) -> None:
        self.literals: list[Literal] = []
        self.bodies: dict[str, Body] = {}
        self.plans = plans
        self._open: list[int] = []
        self._bodies: list[Body] = []
        self._name = ""

    def function(self, name: str) -> None:
        """Remember the name of the function that comes next."""
        self._name = name

    @contextmanager
    def rule(self, rule: Any, path: tuple[str, ...], kind: str) -> Iterator[None]:
        """Surround the body of a rule."""
        with self._within(Body("rule", rule, path, kind)):
            yield

    @contextmanager
    def body(self, kind: str) -> Iterator[None]:
        """Surround the body of a part of the literal at hand."""
        outer = self._bodies[-1]
        with self._within(
            Body(kind, outer.rule, outer.path, outer.group, self._open[-1] if self._open else -1)
        ):
            yield

    @contextmanager
    def _within(self, body: Body) -> Iterator[None]:
        self.bodies[self._name] = body
        self._bodies.append(body)
        before, self._open = self._open, list(self._open)
        try:
            yield
        finally:
            self._bodies.pop()
            self._open = before

    @contextmanager
    def literal(self, expr: Any, depth: int) -> Iterator[None]:
        """Surround a literal."""
        number = len(self.literals)
        self.literals.append(Literal(expr, self._bodies[-1]))
        self._bodies[-1].literals.append(number)
        self._open.append(number)
        try:
            yield
        finally:
            self._open.pop()

    def tried(self, expr: Any, scope: Scope) -> None:
        """Emit the report that a literal is tried."""
        self.literals[self._open[-1]].before = self._report("tried", scope)

    def held(self, scope: Scope) -> None:
        """Emit the report that a literal held."""
        self.literals[self._open[-1]].after = self._report("held", scope)

    def _report(self, what: str, scope: Scope) -> tuple[str, ...]:
        names = tuple([name for name in scope.bound if not name.startswith("$")])
        values = code.tuple_of([scope.bound[name] for name in names])
        scope.emit(code.do(code.call(what, code.const(self._open[-1]), values)))
        return names


@dataclass(slots=True)
class Followed:
    """A program that reports: ask it for a document, then look into the record."""

    program: Program
    literals: list[Literal]
    bodies: dict[str, Body]
    record: Record


def follow(compiled: Compiled, *, plans: bool = False) -> Followed:
    """Return a program of compiled modules that reports; without `plans` every loop takes every turn."""
    notes = Following(plans=plans)
    program = Program.link(build(compiled, Replaced(), notes))
    record = Record()
    namespace = program.namespace
    namespace |= {"tried": record.tried, "held": record.held}
    for name in ("add", "put", "insert", "insert_member"):
        namespace[name] = _gives(record, getattr(results, name))
    namespace["append"] = _gives(record, list.append)
    for name, body in notes.bodies.items():
        if name in namespace and not name.startswith(_REST):
            namespace[name] = record.followed(body, namespace[name])
    for path, name, is_function, *_ in program.code.branches:
        branch = program.find(path)
        if name and not is_function and branch is not None:
            branch.value = namespace[name] = record.document(path, namespace[name])
    return Followed(program, notes.literals, notes.bodies, record)


def _gives(record: Record, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(made: Any, *values: Any) -> None:
        record.gave(values)
        function(made, *values)

    return call
