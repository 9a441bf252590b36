"""Processes that die: what they acknowledged stays, what they did not is there whole or not at all."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from samakia_policy.evidence.ledger.events import Event, parse
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]
WRITERS, KILLS = 8, 40
# What an append does to the disk, one call after another.
CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir", "close")


def numbers(records: list[bytes]) -> list[int]:
    return [int(parse(record, at).fields["packet"][7:], 16) for at, record in enumerate(records)]


def fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(7)
    return child


def die_at(count: int) -> None:
    """Let this process be killed before its next but `count` calls that touch the disk."""
    left = count

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return run

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))


@pytest.mark.parametrize(("size", "added"), [(0, 1), (3, 1), (255, 1), (250, 20), (300, 3)])
def test_a_writer_may_die_before_any_call_to_the_system(
    make_log: MakeLog,
    decision: Callable[..., Event],
    read_all: Callable[..., list[bytes]],
    size: int,
    added: int,
) -> None:
    log = make_log(size)
    expected = list(range(size))
    new = 1000

    def append(count: int) -> Callable[[], None]:
        def work() -> None:
            die_at(count)
            log.append([decision(new + number) for number in range(added)])
            os._exit(0)

        return work

    for count in range(1000):
        status = os.waitpid(fork(append(count)), 0)[1]
        found = numbers(read_all(log))
        batch = list(range(new, new + added))
        assert found in (expected, [*expected, *batch]), f"killed before call {count}"
        if status == 0:
            assert found == [*expected, *batch], "what was acknowledged is there"
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        expected = found
        new += added
    assert count > 20, "the writer was killed at many points"
    assert log.append([decision(0)]).first == len(read_all(log)) - 1


def _write(log: Log, decision: Callable[..., Event], start: int, out: int) -> None:
    number = start
    while True:
        count = 1 + number % 3
        log.append([decision(number + offset) for offset in range(count)])
        os.write(out, b"".join((number + offset).to_bytes(8, "big") for offset in range(count)))
        number += count


def test_eight_writers_killed_at_random_lose_nothing(
    tmp_path: Path, secret: Callable[[int], PrivateKey], decision: Callable[..., Event],
    read_all: Callable[..., list[bytes]],
) -> None:  # fmt: skip
    log = create_log(str(tmp_path / "ledger"), "ledger.example/fabric", secret(1))
    chance = random.Random(5)  # noqa: S311 - which writer dies is no secret
    receive, send = os.pipe()
    started = 0

    def start() -> int:
        nonlocal started
        started += 1
        return fork(lambda: _write(log, decision, started * 1_000_000, send))

    writers = [start() for _ in range(WRITERS)]
    acknowledged: list[int] = []
    try:
        for _ in range(KILLS):
            for _ in range(chance.randrange(1, 6)):
                data = os.read(receive, 24)
                acknowledged += [int.from_bytes(data[at : at + 8], "big") for at in range(0, len(data), 8)]
            victim = chance.randrange(WRITERS)
            os.kill(writers[victim], signal.SIGKILL)
            os.waitpid(writers[victim], 0)
            writers[victim] = start()
    finally:
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    os.close(send)
    while data := os.read(receive, 8):
        acknowledged.append(int.from_bytes(data, "big"))
    os.close(receive)
    snapshot = open_snapshot(log.root, log.key)
    found = Counter(numbers(read_all(snapshot)))
    assert set(found.values()) == {1}, "no record twice"
    assert found.keys() >= set(acknowledged), "no acknowledged record lost"
    assert len(acknowledged) > KILLS
    whole = {number for number in found if number - 1 in found or number % 1_000_000 == 0}
    assert whole == set(found), "every writer's records are there without a gap"
    assert log.append([decision(1)]).first == snapshot.size
