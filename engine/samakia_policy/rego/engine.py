"""Compile modules, ask queries: what the command line, the rule worker and library users share."""

from __future__ import annotations

from builtins import compile as compile_code
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

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


@dataclass(slots=True, frozen=True)
class Expression:
    """One expression of a query with its value: its text and place in the query."""

    value: Value
    text: str
    row: int
    col: int


@dataclass(slots=True, frozen=True)
class Result:
    """One solution of a query."""

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


class Query:
    """A compiled query."""

    def __init__(self, policy: Policy, program: Program, made: CompiledQuery, tag: str) -> None:
        unit = program.unit(tag)
        self._names = list(made.variables)
        name = emit_query(made.body, self._names, unit)
        file, namespace = f"<rego {tag}>", dict(program.namespace)
        bind(compile_code(unit.module(), file, "exec", dont_inherit=True), unit.built_ins, namespace)
        program.places.add(file, unit.places)
        self._function: Function = namespace[name]
        self._slots = next(unit.slots)
        self._policy, self._program, self._made = policy, program, made

    def run(
        self,
        value: Value = UNDEFINED,
        *,
        strict_errors: bool = False,
        now_ns: int = 0,
        fuel: int | None = None,
        context: Context | None = None,
    ) -> list[Result]:
        """Return every solution, in OPA's order; raises EvaluationFault."""
        context = context or Context(now_ns=now_ns, fuel=fuel, allowed=self._policy.allowed)
        state = new_state(self._slots, self._policy.data, value, context, strict=strict_errors)
        with deep():
            try:
                solutions = self._function(state)
            except EvaluationFault as fault:
                fault.location = fault.location or self._program.places.find(fault.__traceback__)
                raise
        return [self._result(dict(zip(self._names, found, strict=True))) for found in solutions]

    @property
    def body(self) -> Body:
        """The body of the query in core form."""
        return self._made.body

    def place(self, file: str, line: int) -> Location | None:
        """Return what a line of the generated code stands for: tools that trace it need to know."""
        return self._program.places.at(file, line)

    def _result(self, found: dict[str, Value]) -> Result:
        expressions = [
            Expression(
                found.get(part.variable, True) if part.variable else True, part.text, part.row, part.col
            )
            for part in self._made.expressions
        ]
        bindings = {shown: found[name] for name, shown in self._made.variables.items() if shown}
        return Result(expressions, bindings)


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
