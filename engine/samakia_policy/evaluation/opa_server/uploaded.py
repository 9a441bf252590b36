"""The rules of one run on one server, from their upload to their removal."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.conversation import overrun
from samakia_policy.evaluation.opa import FAILED, REFUSED
from samakia_policy.evaluation.opa_server.connection import Connection, Nonsense, Slow
from samakia_policy.evaluation.opa_server.modules import asking, below, calls, needed
from samakia_policy.evaluation.process import checked

WRONG = "the OPA server's answer is no answer to what it was asked"


class Uploaded:
    """Rules below a prefix that no other run has, so that runs do not meet on a server."""

    def __init__(self, connection: Connection, batch: Batch, jobs: list[Job], limits: Limits) -> None:
        self._connection, self._batch, self._limits = connection, batch, limits
        self._run = f"policy_run_{secrets.token_hex(8)}"
        self._numbers = {job.rule: number for number, job in enumerate(jobs)}
        self._jobs = jobs
        self._good: dict[int, Job] = {}
        self._names: list[str] = []
        self._shared = batch.input_text()[1:]
        self.complete = self.answered = False

    def upload(self) -> None:
        """Upload libraries, rules, and what asks them; a rule that does not compile is left out."""
        libraries = self._batch.libraries
        for name in needed((job.source for job in self._jobs), libraries):
            self._put(f"lib_{name}", below(self._run, libraries[name]))
        for number, job in enumerate(self._jobs):
            if not calls(job.source, REFUSED) and self._put(f"r{number}", below(self._run, job.source)):
                self._good[number] = job
        for name, module in asking(self._run, self._good).items():
            self._put(name, module)
        self.complete = True

    def remove(self) -> None:
        """Remove what was uploaded, what needs others first."""
        while self._names and self._connection.remove(self._names[-1]):
            self._names.pop()

    def answers(self, jobs: list[Job]) -> Iterator[Answer]:
        """Yield one answer per job; a group that fails is halved until the rule that breaks it is alone."""
        said = self._said(jobs)
        if isinstance(said, dict):
            self.answered = True
            for job in jobs:
                yield self._answer(job, said)
        elif len(jobs) == 1:
            yield Answer(jobs[0].rule, error=said)
        else:
            half = len(jobs) // 2
            yield from self.answers(jobs[:half])
            yield from self.answers(jobs[half:])

    def _put(self, name: str, module: str) -> bool:
        path = f"{self._run}/{name}"
        self._names.append(path)
        kept = self._connection.upload(path, module, self._limits.load_seconds)
        if not kept:
            self._names.pop()
        return kept

    def _said(self, jobs: list[Job]) -> dict[str, Any] | str:
        """Return what each rule that compiles said, or why nobody said anything."""
        names = [f"r{self._numbers[job.rule]}" for job in jobs if self._numbers[job.rule] in self._good]
        if not names:
            return {}
        decision = secrets.token_hex(16)
        body = f'{{"input":{{"wanted":{json.dumps(names)},"decision":"{decision}",{self._shared}}}'
        # A group that one rule holds up is halved, so it need not wait for all of its rules' limits.
        seconds = self._limits.rule_seconds * (2 if len(jobs) > 1 else 1)
        try:
            said = self._connection.ask(f"{self._run}/answer", body, seconds)
        except Slow:
            return overrun(self._limits.rule_seconds, "running")
        except Nonsense:
            return WRONG
        if said is None:
            return FAILED
        if not isinstance(said, dict) or said.get("decision") != decision:
            return WRONG
        rules = said.get("rules")
        if not isinstance(rules, dict) or not all(map(_is_answer, rules.values())):
            return WRONG
        return rules

    def _answer(self, job: Job, said: dict[str, Any]) -> Answer:
        found = said.get(f"r{self._numbers[job.rule]}")
        if found is None:
            return Answer(job.rule, error=FAILED)
        return checked(job, found["findings"], found["unknowns"])


def _is_answer(found: object) -> bool:
    return isinstance(found, dict) and found.keys() == {"findings", "unknowns"}
