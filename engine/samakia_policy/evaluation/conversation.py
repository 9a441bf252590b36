"""A worker process that was told everything at its start, and answers line by line, or is killed."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from types import TracebackType

from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.compiled import Kept

_HERE = os.path.dirname(os.path.abspath(__file__))
_CHUNK = 1 << 16
_LONGEST_LINE = 256 << 20


@dataclass(slots=True)
class Worker:
    """How to start a worker: its script beside this file and what it is told on its command line."""

    script: str
    search_path: str
    kept: Kept | None = None


class Ended(Exception):
    """A worker is of no more use; the text says why, in one stable line."""


class Conversation:
    """One worker, from its start to its end; whatever happens, it is killed and reaped."""

    def __init__(self, worker: Worker, told: bytes, limits: Limits) -> None:
        self._worker, self._told, self._limits = worker, told, limits

    def __enter__(self) -> Conversation:
        self._pid, stdin, self._stdout = _spawn(self._worker, self._limits)
        self._lines = _Lines(self._stdout)
        self._listens = _send(stdin, self._told)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._pid, self._stdout)

    def ready(self) -> bytes:
        """Return the line a worker says when it has read everything; raises Ended."""
        if not self._listens:
            raise Ended("its worker ended while it read the facts")
        return self._line(self._limits.load_seconds, "loading")

    def answer(self) -> bytes:
        """Return the next answer; raises Ended."""
        return self._line(self._limits.rule_seconds, "running")

    def _line(self, seconds: float, doing: str) -> bytes:
        line = self._lines.next(seconds)
        if line is not None:
            return line
        if self._lines.ended:
            raise Ended(f"its worker died while {doing} (out of memory, or a crash of the engine)")
        raise Ended(overrun(seconds, doing))


def overrun(seconds: float, doing: str) -> str:
    """Return why a rule was ended that took too long."""
    return f"took longer than {seconds:g} s while {doing} (limit rule_seconds or load_seconds)"


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
