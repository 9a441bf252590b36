"""Whether the cases of a rule notice when the rule is changed: each mutant is run against them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from samakia_policy.cases.mutants import Mutant, mutants
from samakia_policy.cases.read import read_cases
from samakia_policy.cases.run import run_case
from samakia_policy.errors import PackError
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits, Runtime
from samakia_policy.model.rule import Rule
from samakia_policy.packs.data import read_text
from samakia_policy.packs.load import Catalogue
from samakia_policy.sources.text import parse_contract

_REVIEWED = "survivors.yaml"
# A mutant may loop for ever; a rule answers a case in milliseconds.
_LIMITS = Limits(load_seconds=30.0, rule_seconds=3.0)


@dataclass(slots=True)
class Score:
    """How the mutants of one rule ended; one that breaks in every case is no rule, and not counted.

    `reviewed` are survivors that somebody looked at, by the reason that was given.
    """

    rule: str
    killed: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    reviewed: dict[str, str] = field(default_factory=dict)
    not_counted: int = 0

    @property
    def total(self) -> int:
        """How many mutants count."""
        return self.killed + len(self.survivors)

    def unreviewed(self) -> Iterator[Mutant]:
        """Yield the survivors that nobody has given a reason for."""
        return (mutant for mutant in self.survivors if str(mutant) not in self.reviewed)


def mutation_score(catalogue: Catalogue, rule: Rule, engine: str = "native") -> Score:
    """Run every mutant of a rule against the rule's cases, Rego on an engine by name."""
    with tempfile.TemporaryDirectory(prefix="policy-mutants-") as folder:
        # What is compiled is kept from case to case, and never among what the user keeps.
        return _score(catalogue, rule, runtime(engine if rule.language == "rego" else rule.language, folder))


def _score(catalogue: Catalogue, rule: Rule, on: Runtime) -> Score:
    left = list(mutants(catalogue.source(rule), rule.language))
    worked: set[Mutant] = set()
    noticed: set[Mutant] = set()
    for name, case in read_cases(rule).items():
        # All of them each time, so that they are compiled once.
        chorus = _Chorus(on, left)
        run_case(catalogue, rule, name, case, chorus)
        for mutant, answer in chorus.said():
            if not answer.error:
                worked.add(mutant)
            if mutant not in noticed and run_case(catalogue, rule, name, case, _Said(on, answer)).problem:
                noticed.add(mutant)
    score = Score(rule.id, reviewed=reviewed(rule))
    score.killed = len(noticed & worked)
    score.not_counted = len(noticed - worked)
    score.survivors = [mutant for mutant in left if mutant not in noticed]
    return score


def reviewed(rule: Rule) -> dict[str, str]:
    """Return the mutants of a rule that may survive, with the reason; raises PackError."""
    parsed = parse_contract(read_text("policies", _REVIEWED).encode())
    if parsed.faults:
        fault = parsed.faults[0]
        raise PackError(fault.message, where=f"policies/{_REVIEWED}:{fault.line}")
    return {str(entry["mutant"]): str(entry["reason"]) for entry in parsed.data.get(rule.id, [])}


class _Chorus:
    """A runtime that runs all mutants at once, and answers for the rule as it is."""

    def __init__(self, runtime: Runtime, left: list[Mutant]) -> None:
        self.name = runtime.name
        self.version = runtime.version
        self._runtime = runtime
        self._left = left
        self._answers: list[Answer] = []

    def evaluate(self, batch: Batch, _limits: Any) -> Iterator[Answer]:
        """Answer the one rule of the batch."""
        (job,) = batch.jobs
        jobs = [job, *(_renamed(job, mutant, n) for n, mutant in enumerate(self._left))]
        own, *answers = self._runtime.evaluate(replace(batch, jobs=jobs), _LIMITS)
        self._answers = [replace(answer, rule=job.rule) for answer in answers]
        yield own

    def said(self) -> Iterator[tuple[Mutant, Answer]]:
        """Yield each mutant with its answer; none where the case does not run the rule at all."""
        yield from zip(self._left if self._answers else [], self._answers, strict=True)


def _renamed(job: Job, mutant: Mutant, number: int) -> Job:
    """Return a mutant as a rule of its own: no two rules of a batch share a package."""
    made = replace(job, rule=f"{job.rule}-mutant-{number}", source=mutant.source)
    package = rf"(?m)^package[ \t]+{re.escape(job.package)}[ \t]*$"
    made.source = re.sub(package, f"package {made.package}", mutant.source)
    return made


class _Said:
    """A runtime that says what one mutant said."""

    def __init__(self, runtime: Runtime, answer: Answer) -> None:
        self.name = runtime.name
        self.version = runtime.version
        self._answer = answer

    def evaluate(self, _batch: Any, _limits: Any) -> Iterator[Answer]:
        """Answer."""
        yield self._answer
