"""What a parsed text template is made of; `place` is where a node begins in the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Text:
    """Text that is written as it is."""

    text: str
    place: int


@dataclass(slots=True)
class Operand:
    """A term with fields after it: `kind` is dot, nil, constant, variable, function or pipeline."""

    kind: str
    value: Any
    fields: list[str]
    place: int
    source: str


@dataclass(slots=True)
class Pipeline:
    """Commands, each given the result of the one before; the variables that are declared or set."""

    commands: list[list[Operand]]
    names: list[str]
    assigns: bool
    place: int
    source: str = ""


@dataclass(slots=True)
class Action:
    """A pipeline whose result is written."""

    pipeline: Pipeline
    place: int


@dataclass(slots=True)
class Control:
    """`if`, `with` or `range`."""

    kind: str
    pipeline: Pipeline
    body: list[Any]
    otherwise: list[Any]
    place: int


@dataclass(slots=True)
class Jump:
    """`break` or `continue`."""

    kind: str
    place: int


@dataclass(slots=True)
class Include:
    """`template` or `block`: another template written here."""

    name: str
    pipeline: Pipeline | None
    place: int


@dataclass(slots=True)
class Template:
    """A template by name, with all that it defines."""

    text: str
    bodies: dict[str, list[Any]] = field(default_factory=dict)
