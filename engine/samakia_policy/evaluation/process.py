"""Worker processes: a batch goes in over a pipe, an answer per rule comes back, or they are killed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.conversation import Conversation, Ended, Worker

SHAPELESS = "its findings are no set of objects with a subject"


def answers(worker: Worker, batch: Batch, limits: Limits) -> Iterator[Answer]:
    """Yield one answer per job; a rule that ends its worker is an error, a new worker goes on."""
    text = batch.input_text().encode()

    def told(done: int) -> bytes:
        return _header(worker, batch, batch.jobs[done:], limits) + text

    for job, line in zip(batch.jobs, lines(worker, told, len(batch.jobs), limits), strict=True):
        yield Answer(job.rule, error=str(line)) if isinstance(line, Ended) else _answer(job, line)


def lines(
    worker: Worker, told: Callable[[int], bytes], questions: int, limits: Limits
) -> Iterator[bytes | Ended]:
    """Yield what is answered to each question, or why nothing is; then a new worker goes on with the rest.

    `told`: what a worker is told that begins with this question.
    """
    done = 0
    while done < questions:
        with Conversation(worker, told(done), limits) as conversation:
            try:
                ready = conversation.ready()
                if worker.kept is not None:
                    worker.kept.keep(ready)
                while done < questions:
                    line = conversation.answer()
                    done += 1
                    yield line
            except Ended as why:
                done += 1
                yield why


def own_packages(batch: Batch) -> Batch:
    """Return the batch; raises PackError for a source of another package than its id names."""
    for job in batch.jobs:
        package = re.search(r"^package[ \t]+(\S+)[ \t]*$", job.source, re.MULTILINE)
        if package is None or package[1] != job.package:
            raise PackError(f"declares no package {job.package}", where=job.rule)
    return batch


def _header(worker: Worker, batch: Batch, jobs: list[Job], limits: Limits) -> bytes:
    told = {"libraries": batch.libraries, "trace": batch.trace, "jobs": [_told(job) for job in jobs]}
    told["about"] = batch.about.to_json() if batch.about is not None else None
    told |= {"fuel": limits.fuel, **(worker.kept.header() if worker.kept else {})}
    return json.dumps(told).encode() + b"\n"


def _told(job: Job) -> dict[str, Any]:
    return {
        "rule": job.rule,
        "package": job.package,
        "source": job.source,
        "given": job.given(),
        "reports_unknowns": job.reports_unknowns,
        "views": job.views,
        "relations": job.relations,
        "params": job.params,
    }


def _answer(job: Job, line: bytes) -> Answer:
    try:
        said = json.loads(line)
        hits, unknowns, error = said["hits"], said["unknowns"], said["error"]
    except (ValueError, KeyError, TypeError):
        return Answer(job.rule, error="its worker answered something that is no answer")
    answer = Answer(job.rule, error=str(error)) if error else checked(job, hits, unknowns)
    answer.lines, answer.told = said.get("lines"), said.get("told")
    return answer


def checked(job: Job, hits: Any, unknowns: Any) -> Answer:
    """Return an answer if what a rule said are sets of objects with a subject, else an error."""
    if not isinstance(hits, list) or not isinstance(unknowns, list):
        return Answer(job.rule, error=SHAPELESS)
    for entry in (*hits, *unknowns):
        if not isinstance(entry, dict) or not isinstance(entry.get("subject"), str):
            return Answer(job.rule, error=SHAPELESS)
    return Answer(job.rule, ordered(hits), ordered(unknowns))


def ordered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return hits without repeats, in canonical order."""
    texts = sorted({json.dumps(entry, sort_keys=True) for entry in entries})
    return [json.loads(text) for text in texts]
