"""Worker processes: a batch goes in over a pipe, an answer per rule comes back, or they are killed."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.compiled import Kept

_HERE = os.path.dirname(os.path.abspath(__file__))
_CHUNK = 1 << 16
_LONGEST_LINE = 256 << 20
SHAPELESS = "its findings are no set of objects with a subject"


@dataclass(slots=True)
class Worker:
    """How to start a worker: its script beside this file and what it is told on its command line."""

    script: str
    search_path: str
    kept: Kept | None = None


def answers(worker: Worker, batch: Batch, limits: Limits) -> Iterator[Answer]:
    """Yield one answer per job; a rule that ends its worker is an error, a new worker goes on."""
    jobs = list(batch.jobs)
    text = batch.input_text().encode()
    while jobs:
        done = 0
        for answer in _serve(worker, _header(worker, batch, jobs, limits), jobs, text, limits):
            done += 1
            yield answer
        del jobs[:done]


def own_packages(batch: Batch) -> Batch:
    """Return the batch; raises PackError for a source of another package than its id names."""
    for job in batch.jobs:
        package = re.search(r"^package[ \t]+(\S+)[ \t]*$", job.source, re.MULTILINE)
        if package is None or package[1] != job.package:
            raise PackError(f"declares no package {job.package}", where=job.rule)
    return batch


def _header(worker: Worker, batch: Batch, jobs: list[Job], limits: Limits) -> bytes:
    told = {"libraries": batch.libraries, "trace": batch.trace, "jobs": [_told(job) for job in jobs]}
    told |= {"fuel": limits.fuel, **(worker.kept.header() if worker.kept else {})}
    return json.dumps(told).encode() + b"\n"


def _serve(worker: Worker, header: bytes, jobs: list[Job], text: bytes, limits: Limits) -> Iterator[Answer]:
    """Yield answers of one worker; the last one is an error when the worker had to end early."""
    pid, stdin, stdout = _spawn(worker, limits)
    try:
        lines = _Lines(stdout)
        if not _send(stdin, header + text):
            yield Answer(jobs[0].rule, error="its worker ended while it read the facts")
            return
        ready = lines.next(limits.load_seconds)
        if ready is None:
            yield Answer(jobs[0].rule, error=_why(lines, limits.load_seconds, "loading"))
            return
        if worker.kept is not None:
            worker.kept.keep(ready)
        for job in jobs:
            line = lines.next(limits.rule_seconds)
            if line is None:
                yield Answer(job.rule, error=_why(lines, limits.rule_seconds, "running"))
                return
            yield _answer(job, line)
    finally:
        _end(pid, stdout)


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


def _spawn(worker: Worker, limits: Limits) -> tuple[int, int, int]:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    script = os.path.join(_HERE, worker.script)
    arguments = ["-I", "-S", "-X", "utf8", script, worker.search_path, str(limits.memory_bytes)]
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs_in, 0),
        (os.POSIX_SPAWN_DUP2, theirs_out, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    environment = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    pid = os.posix_spawn(sys.executable, [sys.executable, *arguments], environment, file_actions=actions)
    os.close(theirs_in)
    os.close(theirs_out)
    return pid, ours_out, ours_in


def _send(stdin: int, data: bytes) -> bool:
    try:
        with os.fdopen(stdin, "wb") as pipe:
            pipe.write(data)
    except BrokenPipeError:
        return False
    return True


def _why(lines: _Lines, seconds: float, doing: str) -> str:
    if lines.ended:
        return f"its worker died while {doing} (out of memory, or a crash of the engine)"
    return overrun(seconds, doing)


def overrun(seconds: float, doing: str) -> str:
    """Return why a rule was ended that took too long."""
    return f"took longer than {seconds:g} s while {doing} (limit rule_seconds or load_seconds)"


def _answer(job: Job, line: bytes) -> Answer:
    try:
        said = json.loads(line)
        hits, unknowns, error = said["hits"], said["unknowns"], said["error"]
    except (ValueError, KeyError, TypeError):
        return Answer(job.rule, error="its worker answered something that is no answer")
    if error:
        return Answer(job.rule, error=str(error))
    answer = checked(job, hits, unknowns)
    answer.lines = said.get("lines")
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


def _end(pid: int, stdout: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        os.close(stdout)
        os.waitpid(pid, 0)


class _Lines:
    """Reads lines from a pipe, each before a deadline."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self.ended = False

    def next(self, seconds: float) -> bytes | None:
        """Return the next line, or None when the pipe ended or the time ran out."""
        deadline = time.monotonic() + seconds
        parts, size = [self._rest], 0
        while b"\n" not in parts[-1]:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
                return None
            chunk = os.read(self._descriptor, _CHUNK)
            if not chunk:
                self.ended = True
                return None
            parts.append(chunk)
            size += len(chunk)
            if size > _LONGEST_LINE:
                return None
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line
