"""What every rule runtime does: judge a batch of rules, one answer each, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Language = Literal["rego", "python"]


@dataclass(slots=True)
class Job:
    """One rule to run: its source, the view it reads for each kind, its relations, parameters."""

    rule: str
    language: Language
    source: str
    views: dict[str, str]
    relations: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """Jobs and what they share, as JSON text.

    `views`: view name -> '{"<id>": {attributes}}'; `edges` and `reverse`: relation ->
    '{"<kind:id>": ["<kind:id>"]}'; `libraries`: name -> Rego source; `context`: an object.
    """

    jobs: list[Job]
    libraries: dict[str, str] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    edges: dict[str, str] = field(default_factory=dict)
    reverse: dict[str, str] = field(default_factory=dict)
    context: str = "{}"


@dataclass(slots=True)
class Answer:
    """What one rule found; with an `error` (one stable line) it found nothing that counts."""

    rule: str
    hits: list[dict[str, Any]] = field(default_factory=list)
    unknowns: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


@dataclass(slots=True)
class Limits:
    """What one rule may use: seconds of time, bytes of memory and bytes of answer."""

    seconds_per_rule: float = 10.0
    memory_bytes: int = 2 << 30
    answer_bytes: int = 64 << 20


class Runtime(Protocol):
    """One way to run rules."""

    @property
    def name(self) -> str:
        """The runtime's name, as the command line spells it."""

    def version(self) -> str:
        """Return the runtime's version; raises errors.EvaluationError when it is not there."""

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield exactly one answer per job, in the batch's order.

        Raises errors.EvaluationError when the runtime itself cannot be started.
        """
