"""How fast a ledger is: `python tests/bench/ledger.py [RECORDS] [FOLDER]`, by default a million, on the disk of /tmp.

Prints appends a second (one writer, batches), the time of one durable append, and the time and memory of
verifying everything. Each part runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from samakia_policy.evidence.ledger.events import Event, event
from samakia_policy.evidence.ledger.history import permit_use
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.policy import log_policy
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.ledger.verify import verify_log
from samakia_policy.evidence.signing.keys import private_key

BATCH, SINGLE = 2000, 300
KEY = private_key(Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
ORIGIN = "ledger.example/bench"


def decision(number: int) -> Event:
    digest = f"sha256:{number:064x}"
    scope = {"environment": "samakia-prod", "tenant": "acme", "action": "terraform.apply"}
    return event(
        "decision",
        at="2026-05-01T12:00:00Z",
        actor="a" * 64,
        packet=digest,
        decision=digest,
        outcome="allow",
        **scope,
    )


def measure(work: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Run in a process of its own; returns seconds and the peak of memory it added, in MB."""
    receive, send = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        work(*arguments)
        seconds = time.perf_counter() - started
        send.send((seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    result: tuple[float, float] = receive.recv()
    process.join()
    return result


def append(root: str, records: int) -> None:
    log = Log(root, ORIGIN, KEY)
    for start in range(0, records, BATCH):
        log.append([decision(number) for number in range(start, min(start + BATCH, records))])


def verify(root: str, state: str) -> None:
    verify_log(root, log_policy(Log(root, ORIGIN, KEY).key), Memory(state))


def search(root: str) -> None:
    permit_use(open_snapshot(root, Log(root, ORIGIN, KEY).key), "sha256:" + "f" * 64)


def prove(root: str, count: int) -> None:
    snapshot = open_snapshot(root, Log(root, ORIGIN, KEY).key)
    for number in range(count):
        snapshot.prove(number * 7919 % snapshot.size)


def single(root: str) -> list[float]:
    log, times = Log(root, ORIGIN, KEY), []
    for number in range(SINGLE):
        started = time.perf_counter()
        log.append([decision(number)])
        times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = Path(tempfile.mkdtemp(dir=sys.argv[2] if len(sys.argv) > 2 else "/tmp"))
    root, state = str(folder / "ledger"), str(folder / "state")
    try:
        create_log(root, ORIGIN, KEY)
        seconds, memory = measure(append, root, records)
        print(
            f"append   {records:>9} records in batches of {BATCH}: {seconds:6.2f} s, {records / seconds:9.0f} a second, +{memory:.0f} MB"
        )
        seconds, memory = measure(verify, root, state)
        print(
            f"verify   {records:>9} records: {seconds:6.2f} s, {seconds / records * 1e6:.2f} us each, +{memory:.0f} MB"
        )
        seconds, memory = measure(search, root)
        print(f"search   {records:>9} records for a permit: {seconds:6.2f} s, +{memory:.0f} MB")
        seconds, _ = measure(prove, root, 1000)
        print(f"prove         1000 records, verified: {seconds:6.2f} s, {seconds:.2f} ms each")
        times = single(root)
        print(
            f"one durable append: median {statistics.median(times):.2f} ms, worst {max(times):.2f} ms of {SINGLE}"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
