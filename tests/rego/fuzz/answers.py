"""What an engine says about a program, in a form that can be compared and kept."""

from __future__ import annotations

from typing import Any, NamedTuple

Row = list[Any]
"""One error: code, file, row, column, message."""


class Verdict(NamedTuple):
    """The errors of a program; `ended`: one of them ended the compilation, so that there may be more."""

    rows: list[Row]
    ended: bool = False


class Asked(NamedTuple):
    """One question: a path under `data`, or the text of a query, for the input of that number."""

    text: str
    input: int
    strict: bool = False
    query: bool = False


Said = dict[str, Any]
"""`{"value": JSON text}`, `{"undefined": True}` or `{"errors": rows}`."""

UNDEFINED: Said = {"undefined": True}


def questions(program: Any) -> list[Asked]:
    """Return what is asked about a program that compiles: for every input the whole package, then queries."""
    numbers = range(len(program.inputs))
    whole = [Asked(program.name, number, strict) for number in numbers for strict in (False, True)]
    return whole + [Asked(text, number, query=True) for text in program.queries for number in numbers[::2]]


def parts(asked: Asked, program: Any) -> list[Asked]:
    """Return the questions about each rule alone: an error of one hides all others."""
    return [asked._replace(text=path) for path in program.asked] if not asked.query else []
