"""Literals as they were written: several in core form belong to one, and variables have their names back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.generate.free import variables
from samakia_policy.rego.generate.terms import NOT_GROUND, ground
from samakia_policy.rego.syntax import nodes as n

if TYPE_CHECKING:
    from samakia_policy.rego.trace.code import Body, Literal

_WIDEST = 100
ELEMENT = -1
"""Stands for what a body gives: the literals that the compiler took out of a head, or of a term."""


class Wording:
    """What is said about literals, by their numbers; `rewritten`: what generated locals were written as."""

    def __init__(self, literals: Sequence[Literal], rewritten: dict[str, str]) -> None:
        self._literals = literals
        self._rewritten = rewritten
        self._leaders: dict[int, int] = {}
        self._texts: dict[str, str] = {}
        for number, literal in enumerate(literals):
            if number not in self._leaders:
                self._lead(literal.body)
            name = _defined(literal.expr)
            if name and literal.expr.location is not None:
                # Where it is mentioned again, it has its value already.
                self._texts.setdefault(name, short(literal.expr.location.text))

    def _lead(self, body: Body) -> None:
        """Find for each literal of a body the widest one that it was written in."""
        written = [
            self._span(number) for number in body.literals if not self._literals[number].expr.generated
        ]
        begins = min((span[0] for span in written if span), default=0)
        for number in body.literals:
            begin, end = self._span(number) or (0, 0)
            wider = [(other, self._span(other) or (0, 0)) for other in body.literals]
            around = [
                (b - e, self._literals[m].expr.generated, -m)
                for m, (b, e) in wider
                if b <= begin and end <= e
            ]
            leader = -min(around)[2]
            outside = self._literals[leader].expr.generated and begin < begins
            self._leaders[number] = ELEMENT if outside else leader

    def _span(self, number: int) -> tuple[int, int] | None:
        place = self._literals[number].expr.location
        return (place.begin, place.end) if place else None

    def leader(self, number: int) -> int:
        """Return the literal that one is a part of, or ELEMENT."""
        return self._leaders[number]

    def text(self, number: int) -> str:
        """Return a literal as it was written, on one line."""
        literal, place = self._literals[number], self._literals[number].expr.location
        text = short(place.text) if place else ""
        # What is negated holds or fails for itself.
        return text.removeprefix("not ") if literal.body.kind == "not" else text

    def place(self, number: int) -> tuple[str, int, int]:
        """Return the file, line and column of a literal."""
        place = self._literals[number].expr.location
        return (place.file, place.row, place.col) if place else ("", 0, 0)

    def label(self, name: str) -> str:
        """Return a variable's own name, or the text that one of the compiler's stands for; "" for none."""
        written = self._rewritten.get(name, name)
        if not written.startswith(("__local", "$")):
            return written
        return self._texts.get(name, "")

    def own(self, name: str) -> bool:
        """Whether somebody wrote the variable."""
        return not self._rewritten.get(name, name).startswith(("__local", "$"))

    def mentioned(self, number: int) -> list[str]:
        """Return the variables of a literal, those of bodies inside left out."""
        return list(variables(_plain(self._literals[number].expr)))

    def constant(self, number: int) -> bool:
        """Whether a literal only gives a constant a name."""
        literal = self._literals[number]
        term: Any = literal.expr.terms
        if term.__class__ is not n.Call or term.name != "eq" or ground(term.args[1]) is NOT_GROUND:
            return False
        return getattr(term.args[0], "name", "") not in literal.before


def short(text: str) -> str:
    """Return source text on one line, its end left out if it is long."""
    line = ""
    for part in filter(None, (part.strip() for part in text.splitlines())):
        if part.startswith("#"):
            continue
        joined = not line or line[-1] in "|{[(,;" or part[0] in ")}]|"
        line = f"{line}{' ' if line else ''}{part}" if joined else f"{line}; {part}"
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"


def plain_terms(expr: n.Expr) -> list[Any]:
    """Return the terms of a literal that are evaluated with it: not those of bodies inside."""
    return _plain(expr)


def _plain(expr: n.Expr) -> list[Any]:
    terms: Any = expr.terms
    found: list[Any] = list(terms.args) if terms.__class__ is n.Call else [terms]
    if terms.__class__ is n.Every:
        found = [terms.domain]
    elif terms.__class__ in (n.Not, n.Logical):
        found = []
    return [term for term in found if term.__class__ not in (n.ArrayComp, n.SetComp, n.ObjectComp)]


def _defined(expr: n.Expr) -> str:
    """Return the variable of the compiler's that a literal gives a value."""
    term: Any = expr.terms
    if term.__class__ is not n.Call or not term.args:
        return ""
    last = term.args[0] if term.name == "eq" else term.args[-1]
    return last.name if last.__class__ is n.Var else ""
