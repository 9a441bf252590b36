"""Documents: what sources read, before anything becomes a fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LIVE, TEMPLATE, EXAMPLE = "live", "template", "example"


@dataclass(slots=True)
class Fault:
    """One thing wrong with a document; line and column are 1-based, 0 when unknown."""

    message: str
    line: int = 0
    column: int = 0
    pointer: str = ""


@dataclass(slots=True)
class SecretHit:
    """A secret that was taken out of a document: where it was and which detector saw it."""

    pointer: str
    detector: str
    hash8: str


@dataclass(slots=True)
class Parsed:
    """A parsed text: its data (None when it could not be parsed) and what is wrong with it."""

    data: Any
    faults: list[Fault] = field(default_factory=list)
    syntax: str = "yaml"


@dataclass(slots=True)
class Document:
    """One file of the estate that rules read, or a named input outside it."""

    path: str
    kind: str
    digest: str
    role: str = LIVE
    owner: str = "load/unreadable"
    mapped: bool = True
    data: Any = None
    syntax: str = "yaml"
    faults: list[Fault] = field(default_factory=list)
    secrets: list[SecretHit] = field(default_factory=list)

    @property
    def parsed(self) -> bool:
        """Whether the document's data could be read at all."""
        return self.data is not None
