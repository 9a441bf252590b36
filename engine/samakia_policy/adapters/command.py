"""Run a foreign command: no shell, a bounded output, secrets taken out, stopped gently when we are."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from samakia_policy.errors import AdapterError

MAX_OUTPUT = 64 << 20
"""Bytes of one command's output that are kept."""
_SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "ACCESS_KEY", "CREDENTIAL", "PRIVATE_KEY")
_SHORTEST_SECRET = 6
_GRACE = 30.0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended: its exit code (negative: the signal), and what it wrote.

    `interrupted`: the person at the keyboard stopped it, and it was let to end what it had begun.
    """

    code: int
    output: bytes
    errors: str
    interrupted: bool = False

    @property
    def text(self) -> str:
        """Its standard output as text."""
        return self.output.decode("utf-8", "replace")


def run(
    words: Sequence[str], directory: str, environment: Mapping[str, str], *, seconds: float = 3600.0
) -> Finished:
    """Return how a command ended; raises AdapterError when it cannot start, or not end within the time.

    An interrupt is passed on, so that the command can end what it began.
    """
    hide = secrets(environment)
    taken: list[bytearray] = [bytearray(), bytearray()]
    with _start(words, directory, environment) as process:
        readers = [
            threading.Thread(target=_drain, args=(stream, kept), daemon=True)
            for stream, kept in zip((process.stdout, process.stderr), taken, strict=True)
        ]
        for reader in readers:
            reader.start()
        interrupted = _wait(process, words[0], seconds)
        for reader in readers:
            reader.join()
    errors = redact(taken[1].decode("utf-8", "replace"), hide)
    return Finished(process.returncode, bytes(taken[0]), errors, interrupted)


def _start(words: Sequence[str], directory: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell; the words are ours
            words,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise AdapterError(f"{words[0]} cannot be started: {error.strerror}") from error


def _wait(process: subprocess.Popen[bytes], name: str, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except KeyboardInterrupt:
        _stop(process, signal.SIGINT)
        return True
    except subprocess.TimeoutExpired:
        _stop(process, signal.SIGINT)
        raise AdapterError(f"{name} did not end within {seconds:.0f} seconds") from None
    return False


def _stop(process: subprocess.Popen[bytes], gently: int) -> None:
    for number, patience in ((gently, _GRACE), (signal.SIGTERM, _GRACE / 3), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def _drain(stream: IO[bytes], kept: bytearray) -> None:
    while chunk := stream.read(1 << 16):
        kept += chunk[: max(0, MAX_OUTPUT - len(kept))]


def secrets(environment: Mapping[str, str]) -> list[str]:
    """Return the values of secret-class variables, the longest first."""
    found = {
        value
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET and any(word in name.upper() for word in _SECRET_WORDS)
    }
    return sorted(found, key=lambda value: (-len(value), value))


def redact(text: str, hide: Iterable[str]) -> str:
    """Return a text without the given secrets."""
    for value in hide:
        text = text.replace(value, "<redacted>")
    return text
