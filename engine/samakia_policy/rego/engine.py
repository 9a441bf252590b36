"""Compile modules, ask queries: what the command line, the rule worker and library users share."""

from __future__ import annotations

from builtins import compile as compile_code
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.compiler.compiled import Compiled
from samakia_policy.rego.compiler.queries import CompiledQuery, QueryContext, compile_query
from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.generate.link import bind
from samakia_policy.rego.generate.query import emit_query
from samakia_policy.rego.generate.replaced import Replaced, targets
from samakia_policy.rego.program import Program, build
from samakia_policy.rego.run.state import Function, new_state
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.nodes import Body, Module
from samakia_policy.rego.values.collections import UNDEFINED, Value
from samakia_policy.rego.values.plain import to_value

if TYPE_CHECKING:
    from samakia_policy.rego.plan.description import Description

# How many queries a policy remembers.
_KEPT = 64


class Expression(NamedTuple):
    """One expression of a query with its value: its text and place in the query."""

    value: Value
    text: str
    row: int
    col: int


class Result(NamedTuple):
    """One solution of a query: the values of its expressions, and of its variables by name."""

    expressions: list[Expression]
    bindings: dict[str, Value]


class Policy:
    """Compiled modules with their base documents."""

    def __init__(self, compiled: Compiled, data: Value, allowed: frozenset[str]) -> None:
        self.compiled = compiled
        self.data = data
        self.allowed = allowed
        self._numbers = count()
        self._replaced = Replaced()
        self._program = Program.link(build(compiled, self._replaced))
        self._kept: dict[str, Query] = {}

    @property
    def program(self) -> Program:
        """The linked code of the modules."""
        return self._program

    def query(self, text: str, *, package: str = "", imports: Sequence[str] = ()) -> Query:
        """Return a query that can be asked many times; raises RegoError."""
        with deep():
            made = compile_query(self.compiled, text, QueryContext(package, tuple(imports)))
            replaced = targets([made.body], self._program.tree)
            code = self._program.code
            if not Replaced(frozenset(code.mocks), frozenset(code.masks)).covers(replaced):
                self._replaced = self._replaced | replaced
                self._program = Program.link(build(self.compiled, self._replaced))
            return Query(self, self._program, made, f"q{next(self._numbers)}_")

    def kept_query(self, text: str) -> Query:
        """Return the query that was made for this text before, or a new one; raises RegoError."""
        found = self._kept.get(text)
        if found is None:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            found = self._kept[text] = self.query(text)
        return found

    def plan(self, text: str = "", *, package: str = "", imports: Sequence[str] = ()) -> Description:
        """Return what the planner makes of every rule, and of a query if one is given; `str` gives text."""
        from samakia_policy.rego.plan.description import Description

        found = Description(self.compiled)
        query = self.query(text, package=package, imports=imports) if text else None
        with deep():
            build(self.compiled, self._replaced, found)
            if query is not None:
                unit = self._program.unit("plan")
                unit.notes, unit.unread = found, query.unread
                found.show(query.rewritten)
                emit_query(query.body, [], unit)
        return found


class Query:
    """A compiled query."""

    def __init__(self, policy: Policy, program: Program, made: CompiledQuery, tag: str) -> None:
        unit = program.unit(tag)
        self._names = list(made.variables)
        unit.unread = made.unread
        name = emit_query(made.body, self._names, unit)
        file, namespace = f"<rego {tag}>", dict(program.namespace)
        bind(compile_code(unit.module(), file, "exec", dont_inherit=True), unit.built_ins, namespace)
        program.places.add(file, unit.places)
        self._function: Function = namespace[name]
        self._slots = next(unit.slots)
        self._policy, self._program, self._made = policy, program, made
        slots = {variable: slot for slot, variable in enumerate(self._names)}
        self._expressions = [
            (slots.get(part.variable), (part.text, part.row, part.col)) for part in made.expressions
        ]
        self._bindings = [(shown, slots[variable]) for variable, shown in made.variables.items() if shown]

    def run(
        self,
        input: Any = UNDEFINED,
        *,
        strict_errors: bool = False,
        now_ns: int = 0,
        fuel: int | None = None,
        context: Context | None = None,
    ) -> list[Result]:
        """Return every solution for an input of plain data, in OPA's order; raises EvaluationFault.

        `strict_errors`: an error of a built-in stops the evaluation. `now_ns`: what time.now_ns gives.
        `fuel`: how many steps are allowed. `context`: the caller's own instead, which keeps what is printed.
        """
        context = context or Context(now_ns=now_ns, fuel=fuel, allowed=self._policy.allowed)
        return self.solve(to_value(input), context, strict_errors=strict_errors)

    def solve(self, value: Value, context: Context, *, strict_errors: bool = False) -> list[Result]:
        """Like `run`, for an input that is a Rego value already."""
        state = new_state(self._slots, self._policy.data, value, context, strict=strict_errors)
        with deep():
            try:
                solutions = self._function(state)
            except EvaluationFault as fault:
                fault.location = fault.location or self._program.places.find(fault.__traceback__)
                raise
        return [self._result(found) for found in solutions]

    @property
    def rewritten(self) -> dict[str, str]:
        """The variable that a generated local was written as, by the local's name."""
        return self._made.rewritten

    @property
    def unread(self) -> set[str]:
        """Generated keys of loops, which nothing reads."""
        return self._made.unread

    @property
    def body(self) -> Body:
        """The body of the query in core form."""
        return self._made.body

    def place(self, file: str, line: int) -> Location | None:
        """Return what a line of the generated code stands for: tools that trace it need to know."""
        return self._program.places.at(file, line)

    def _result(self, found: tuple[Value, ...]) -> Result:
        expressions = [
            Expression(True if slot is None else found[slot], *part) for slot, part in self._expressions
        ]
        return Result(expressions, {shown: found[slot] for shown, slot in self._bindings})


def compile(  # noqa: PLR0913 - the language's own word, and each argument a choice of the caller
    modules: Mapping[str, str | Module],
    *,
    data: Value | None = None,
    version: int = 1,
    strict: bool = False,
    prints: bool = False,
    allowed: frozenset[str] = frozenset(),
    schemas: Mapping[str, Any] | None = None,
) -> Policy:
    """Return a policy of these modules, by file name; raises RegoError with every fault found."""
    with deep():
        parsed = {
            name: parse_module(name, source, version=version) if isinstance(source, str) else source
            for name, source in modules.items()
        }
        compiled = compile_modules(parsed, strict=strict, keep_prints=prints, schemas=schemas, data=data)
        return Policy(compiled, {} if data is None else data, allowed)
