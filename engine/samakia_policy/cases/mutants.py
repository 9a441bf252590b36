"""Mutants: a rule's source with one small thing changed, that its cases should notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Mutant:
    """One changed source: the line, what was done to it, the text that was changed, and to what."""

    line: int
    what: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        change = f" to {_line(self.after)}" if self.after else ""
        return f"{self.what}: {_line(self.before)}{change}"


def mutants(source: str, language: str) -> Iterator[Mutant]:
    """Yield every mutant of a rule, in the order of the text."""
    if language == "rego":
        from samakia_policy.cases.mutants_rego import mutants as make
    else:
        from samakia_policy.cases.mutants_python import mutants as make
    yield from sorted(make(source), key=lambda mutant: mutant.line)


def _line(text: str) -> str:
    return " ".join(text.split())
