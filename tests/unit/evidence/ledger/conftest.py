"""Ledgers for tests: keys from fixed seeds, events with digests that tell them apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from samakia_policy.evidence.ledger.events import Event, event
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.note import LOG, WITNESS, NoteKey, note_key
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.signing.keys import PrivateKey, private_key

ORIGIN = "ledger.example/fabric"


def _secret(number: int) -> PrivateKey:
    return private_key(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


@pytest.fixture(scope="session")
def secret() -> Callable[[int], PrivateKey]:
    """Return a function that gives the private key of a number, the same each time."""
    return _secret


@pytest.fixture(scope="session")
def log_key() -> NoteKey:
    """Return the key that the ledgers of these tests are verified with."""
    return note_key(ORIGIN, LOG, _secret(1).public)


@pytest.fixture(scope="session")
def witness_key() -> Callable[[int], NoteKey]:
    """Return a function that gives the verifier key of a witness."""
    return lambda number: note_key(f"witness.example/w{number}", WITNESS, _secret(100 + number).public)


@pytest.fixture(scope="session")
def decision() -> Callable[..., Event]:
    """Return a function that makes the decision event of a number."""
    return _decision


def _decision(number: int, **fields: Any) -> Event:
    given = {"packet": f"sha256:{number:064x}", "decision": "sha256:" + "d" * 64, "outcome": "allow"}
    return event("decision", at="2026-05-01T12:00:00Z", actor="a" * 64, **(given | fields))


@pytest.fixture
def memory_path() -> Iterator[Path]:
    """Return a folder in memory where the system has one: most tests are not about the disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def make_log(memory_path: Path) -> Callable[..., Log]:
    """Return a function that makes a ledger with some records, by appends of at most `batch`."""

    def make(size: int = 0, name: str = "ledger", batch: int = 1000, first: int = 0) -> Log:
        log = create_log(str(memory_path / name), ORIGIN, _secret(1))
        for start in range(0, size, batch):
            log.append([_decision(first + n) for n in range(start, min(size, start + batch))])
        return log

    return make


@pytest.fixture(scope="session")
def read_all() -> Callable[..., list[bytes]]:
    """Return a function that gives all records of a snapshot, or of a log's newest, verified."""

    def read(found: Log | Snapshot) -> list[bytes]:
        snapshot = open_snapshot(found.root, found.key) if isinstance(found, Log) else found
        return [record for _, records in snapshot.records() for record in records]

    return read
