"""The protocol of every rule runtime: a batch in, exactly one answer per rule out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from samakia_policy.evaluation.plain import Asked, Said


@dataclass(slots=True)
class Job:
    """One rule to run: its source, the view of each kind it may see, relations, parameters."""

    rule: str
    language: str
    source: str
    views: dict[str, str]
    relations: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The Rego package that the rule's id names."""
        return "policies." + self.rule.replace("/", ".").replace("-", "_")

    @property
    def reports_unknowns(self) -> bool:
        """Whether a Rego rule says itself what it cannot know."""
        return "\nunknowns contains " in self.source

    def given(self) -> str:
        """Return the Rego term that this rule gets as its input: only what it declares."""
        facts = ",".join(f"{json.dumps(k)}: input.views.{v}" for k, v in sorted(self.views.items()))
        edges = ",".join(f"{json.dumps(r)}: input.edges[{json.dumps(r)}]" for r in self.relations)
        reverse = ",".join(f"{json.dumps(r)}: input.reverse[{json.dumps(r)}]" for r in self.relations)
        params = f"input.params[{json.dumps(self.rule)}]"
        return (
            f'{{"facts": {{{facts}}}, "edges": {{{edges}}}, "reverse": {{{reverse}}}, '
            f'"params": {params}, "context": input.context}}'
        )


@dataclass(slots=True, frozen=True)
class Subject:
    """A subject that somebody asks about: its kind and id, and the texts by which a hit may name it."""

    kind: str
    id: str
    names: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a worker is told."""
        return {"fact": [self.kind, self.id], "names": list(self.names)}


@dataclass(slots=True)
class Batch:
    """Rules with everything they read; facts, edges and context are JSON text.

    `trace` asks a runtime that can tell which lines of a rule ran, `about` what the rule did about a subject;
    both cost, and no check asks.
    """

    jobs: list[Job]
    libraries: dict[str, str]
    views: dict[str, str]
    edges: dict[str, str]
    reverse: dict[str, str]
    context: str
    trace: bool = False
    about: Subject | None = None

    def input_text(self) -> str:
        """Return the JSON text that all rules share."""
        parts = (
            f'"{name}":{_object(texts)}'
            for name, texts in (("views", self.views), ("edges", self.edges), ("reverse", self.reverse))
        )
        params = json.dumps({job.rule: job.params for job in self.jobs})
        return f'{{{",".join(parts)},"params":{params},"context":{self.context}}}'


@dataclass(slots=True)
class Answer:
    """What one rule said; `error` says in one stable line why it said nothing.

    `lines` are those that ran, `told` is what the rule did about a subject: None where nobody asked or the
    runtime cannot tell.
    """

    rule: str
    hits: list[dict[str, Any]] = field(default_factory=list)
    unknowns: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    lines: list[int] | None = None
    told: dict[str, Any] | None = None


@dataclass(slots=True, frozen=True)
class Limits:
    """What a worker may use: seconds to load, seconds for each rule, bytes of memory.

    `fuel`: steps of a Rego rule: the same on every machine.
    """

    load_seconds: float = 120.0
    rule_seconds: float = 30.0
    memory_bytes: int = 4 << 30
    fuel: int = 200_000_000


class Runtime(Protocol):
    """Runs rules of one language."""

    name: str

    def version(self) -> str:
        """Return the runtime's version."""

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        """Yield one answer per job, in order; raises EvaluationError when it cannot start."""


class RegoRuntime(Runtime, Protocol):
    """Runs rules of packs, and asks plain packages."""

    def ask(self, asked: Asked, limits: Limits) -> Iterator[Said]:
        """Yield every answer of plain packages, in any order; raises EvaluationError when it cannot start."""


def _object(texts: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in sorted(texts.items())) + "}"
