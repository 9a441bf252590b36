"""Where the next statement goes, what fails there, and what is bound there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable

from samakia_policy.rego.generate import code
from samakia_policy.rego.generate.unit import Unit
from samakia_policy.rego.slotted import field, replace, slotted
from samakia_policy.rego.syntax.location import Location

# Python refuses more than 20 nested loops and guarded blocks; beyond this many a function begins.
DEEPEST = 14


@slotted()
class Scope:
    """A place in a function in the making.

    `bound`: Rego variable -> Python expression. `known`: a ref's beginning -> the variable that holds it.
    `turn`: variables that hold the element of the innermost loop, or what lies below it.
    `state`: the variable that holds the state. `probes`: loops (by the identity of their variable) that look
    into an index: paths below an element, and what each must equal.
    """

    unit: Unit
    out: list[ast.stmt]
    fail: Callable[[], ast.stmt]
    state: str = "c"
    bound: dict[str, ast.expr] = field(default_factory=dict)
    known: dict[Hashable, str] = field(default_factory=dict)
    depth: int = 0
    line: int = 1
    turn: frozenset[str] = frozenset()
    probes: dict[int, tuple[tuple[tuple[str, ...], ...], list[ast.expr]]] = field(default_factory=dict)

    def emit(self, statement: ast.stmt) -> None:
        """Append a statement, at the line of the literal it belongs to."""
        statement.lineno = self.line
        self.out.append(statement)

    def emit_if(self, tests: list[ast.expr], statements: list[ast.stmt]) -> None:
        """Append statements that run only if all the tests hold."""
        if tests:
            statements = [code.when(code.all_of(*tests), statements)]
        for statement in statements:
            self.emit(statement)

    def at(self, location: Location | None) -> None:
        """Let the following statements belong to a place in the source."""
        if location is not None:
            self.line = self.unit.line(location)

    def stop(self) -> list[ast.stmt]:
        """Return what a failing literal does here."""
        statement = self.fail()
        statement.lineno = self.line
        return [statement]

    def require(self, test: ast.expr) -> None:
        """Go on only if a test holds."""
        self.emit(code.when(code.negated(test), self.stop()))

    def refuse(self, test: ast.expr) -> None:
        """Go on only if a test does not hold."""
        self.emit(code.when(test, self.stop()))

    def name(self, value: ast.expr, prefix: str = "t") -> str:
        """Return a variable that holds a value."""
        if isinstance(value, ast.Name):
            return value.id
        name = self.unit.fresh(prefix)
        self.emit(code.assign(name, value))
        return name

    def defined(self, value: ast.expr) -> str:
        """Hold a value that may be undefined; go on only if it is not."""
        name = self.name(value)
        self.refuse(code.is_(code.load(name), code.load("U")))
        return name

    def enter(self, names: list[str], iterated: ast.expr) -> Scope:
        """Open a loop and return the scope of its body."""
        body: list[ast.stmt] = []
        self.emit(code.loop(names, iterated, body))
        return replace(
            self,
            out=body,
            fail=ast.Continue,
            bound=dict(self.bound),
            known=dict(self.known),
            depth=self.depth + 1,
            turn=frozenset(names),
        )

    def enter_or(self, names: list[str], iterated: ast.expr) -> tuple[Scope, Scope]:
        """Open a loop that a failing literal ends; return the scopes of its body and of its `else`."""
        body = self.enter(names, iterated)
        body.fail = ast.Break
        otherwise: list[ast.stmt] = []
        self.out[-1].orelse = otherwise  # type: ignore[attr-defined]
        return body, replace(self, out=otherwise, bound=dict(self.bound), known=dict(self.known))

    def under(self, state: str) -> Scope:
        """Return the same place under another state."""
        return replace(self, state=state)
