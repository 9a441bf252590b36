"""Generated local variables, and the equalities that bind them."""

from __future__ import annotations

from collections.abc import Iterable

from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Body, Call, Expr, Ref, Scalar, Term, Var

PREFIX = "__local"
EQ = Ref(Var("eq"), [])


class Locals:
    """Makes names that no variable has: `__local0__`, or `__localq0__` in a query.

    `subjects` holds, for messages, the term that a generated local stands for. `unread`: keys of loops that
    were written without one.
    """

    def __init__(self, taken: Iterable[str] = (), suffix: str = "") -> None:
        self.taken = {name for name in taken if name.startswith(PREFIX)}
        self.subjects: dict[str, Term] = {}
        self.unread: set[str] = set()
        self._prefix = PREFIX + suffix
        self._next = 0

    def name(self) -> str:
        """Return a new name."""
        while True:
            made = f"{self._prefix}{self._next}__"
            self._next += 1
            if made not in self.taken:
                return made

    def var(self, location: Location | None) -> Var:
        """Return a new variable."""
        return Var(self.name(), location=location)

    def key(self, location: Location | None) -> Var:
        """Return a new variable for the key of a loop, which nothing reads."""
        made = self.var(location)
        self.unread.add(made.name)
        return made

    def bind(self, term: Term, subject: bool = False) -> tuple[Var, Expr]:
        """Return a new variable, and the generated equality that gives it the value of a term."""
        made = self.var(term.location)
        if subject:
            self.subjects[made.name] = term
        return made, equality(made, term, term.location, generated=True)


def equality(left: Term, right: Term, location: Location | None, *, generated: bool = False) -> Expr:
    """Return `left = right`."""
    call = Call(EQ, [left, right], location=location)
    return Expr(call, location=location, generated=generated)


def copy_var(var: Var) -> Var:
    """Return another occurrence of a variable."""
    return Var(var.name, location=var.location)


def is_true(body: Body) -> bool:
    """Return whether a body is the single literal `true`, as of a rule written without one."""
    if len(body) != 1:
        return False
    terms = body[0].terms
    return isinstance(terms, Scalar) and terms.value is True


def extend(body: Body, exprs: list[Expr]) -> Body:
    """Return a body with more expressions at its end; a body that was only `true` is replaced."""
    if not exprs:
        return body
    return list(exprs) if is_true(body) else [*body, *exprs]
