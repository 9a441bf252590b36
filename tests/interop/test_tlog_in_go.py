"""A second reader: the Go checksum database's code and transparency-dev's read what we write, and agree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from samakia_policy.evidence.ledger.checkpoint import encode_hash
from samakia_policy.evidence.ledger.events import Event, event
from samakia_policy.evidence.ledger.log import create_log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.note import LOG, WITNESS, note_key
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.ledger.witness import Witness, collect
from samakia_policy.evidence.signing.keys import PrivateKey, private_key

SOURCE = Path(__file__).parent / "tlog"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the Go reader; skips where it cannot be built, but never in CI."""
    program = tmp_path_factory.mktemp("go") / "tlog"
    why = "go is not installed"
    if shutil.which("go"):
        build = ["go", "build", "-o", str(program), "."]
        why = subprocess.run(build, cwd=SOURCE, capture_output=True, text=True, check=False).stderr
    if not program.exists():
        assert os.environ.get("CI") != "true", f"CI must have the Go reader: {why}"
        pytest.skip(f"the Go reader cannot be built: {why}")

    def run(snapshot: Snapshot, *keys: str) -> subprocess.CompletedProcess[str]:
        command = [str(program), snapshot.root, *keys]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def _secret(number: int) -> PrivateKey:
    return private_key(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def _use(number: int) -> Event:
    return event("consume", at="2026-05-01T12:00:00Z", actor="a" * 64, permit=f"sha256:{number:064x}")


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 300])
def test_go_reads_the_log_and_makes_the_same_proofs(
    tmp_path: Path, reader: Callable[..., subprocess.CompletedProcess[str]], size: int
) -> None:
    log = create_log(str(tmp_path / "ledger"), "ledger.example/fabric", _secret(1))
    log.append([_use(number) for number in range(size)])
    snapshot = open_snapshot(log.root, log.key)
    keys = []
    for number in (1, 2):
        witness = note_key(f"witness.example/w{number}", WITNESS, _secret(10 + number).public)
        memory = Memory(str(tmp_path / witness.name))
        line = Witness(log.key, witness, _secret(10 + number), memory).look(snapshot, 1_800_000_000)
        collect(log.root, log.key, snapshot.checkpoint.note.add(line))
        # This reader wants the key as if it signed plain notes, and finds the ID of cosignatures itself.
        keys.append(witness._replace(kind=LOG).vkey)
    said = reader(snapshot, log.key.vkey, *keys)
    assert said.returncode == 0, said.stderr
    answer: dict[str, Any] = json.loads(said.stdout)
    assert (answer["size"], answer["records"]) == (size, size)
    assert answer["root"] == encode_hash(snapshot.checkpoint.root)
    assert answer["cosigned"] == ["witness.example/w1", "witness.example/w2"]
    ours = [[encode_hash(part) for part in snapshot.prove(at)[1]] for at in range(size)]
    assert answer["inclusion"] == ours
    proofs = [[encode_hash(part) for part in snapshot.consistency(old)] for old in range(1, size + 1)]
    assert answer["consistency"] == proofs


def test_go_refuses_what_we_refuse(
    tmp_path: Path, reader: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    log = create_log(str(tmp_path / "ledger"), "ledger.example/fabric", _secret(1))
    log.append([_use(number) for number in range(7)])
    snapshot = open_snapshot(log.root, log.key)
    assert reader(snapshot, log.key.vkey).returncode == 0
    stranger = create_log(str(tmp_path / "other"), "ledger.example/fabric", _secret(2))
    assert reader(snapshot, stranger.key.vkey).returncode == 1
    for name in ("checkpoint", "tile/0/000.p/7", "tile/entries/000.p/7"):
        path = Path(log.root, name)
        data = path.read_bytes()
        path.write_bytes(data[:20] + bytes([data[20] ^ 1]) + data[21:])
        assert reader(snapshot, log.key.vkey).returncode == 1, name
        path.write_bytes(data)
