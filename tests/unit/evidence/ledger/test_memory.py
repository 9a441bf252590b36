"""What somebody else remembers: rollbacks and forks of a log that all its own files agree with."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import encode_hash, make_checkpoint
from samakia_policy.evidence.ledger.events import Event
from samakia_policy.evidence.ledger.fork import Fork, parse_fork
from samakia_policy.evidence.ledger.log import Log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]


def snapshot(log: Log) -> Snapshot:
    return open_snapshot(log.root, log.key)


@pytest.fixture
def memory(memory_path: Path) -> Memory:
    return Memory(str(memory_path / "state" / "ledgers"))


def test_the_newest_checkpoint_is_remembered(
    make_log: MakeLog, memory: Memory, decision: Callable[..., Event], log_key: NoteKey
) -> None:
    log = make_log(3)
    assert memory.recall(log_key) is None
    assert memory.check(snapshot(log), log_key) is None
    assert memory.update(snapshot(log), log_key) is None
    old = snapshot(log)
    log.append([decision(number) for number in range(3, 300)])
    assert memory.update(snapshot(log), log_key) == old.checkpoint
    assert memory.recall(log_key) == snapshot(log).checkpoint
    assert memory.update(snapshot(log), log_key) == snapshot(log).checkpoint
    assert os.stat(memory.folder).st_mode & 0o777 == 0o700


def test_an_empty_log_may_grow_into_anything(make_log: MakeLog, memory: Memory, log_key: NoteKey) -> None:
    memory.update(snapshot(make_log()), log_key)
    assert memory.update(snapshot(make_log(3, "grown")), log_key) is not None
    assert memory.recall(log_key) == snapshot(make_log(3, "again")).checkpoint


@pytest.mark.parametrize("size", [1, 255, 256, 299])
def test_a_log_put_back_with_its_state_is_caught(
    make_log: MakeLog, memory: Memory, log_key: NoteKey, size: int
) -> None:
    memory.update(snapshot(make_log(300)), log_key)
    old = make_log(size, "put back")
    assert snapshot(old).size == size, "its own files agree"
    for look in (memory.check, memory.update):
        with pytest.raises(Refusal, match=f"has {size} records, and it had 300") as refused:
            look(snapshot(old), log_key)
        assert refused.value.code == "ledger-rolled-back"
    recalled = memory.recall(log_key)
    assert recalled is not None
    assert recalled.size == 300


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1), (3, 3), (3, 5), (255, 256), (256, 300), (300, 300), (1, 300)]
)
def test_a_fork_is_caught_and_its_evidence_convinces_a_stranger(
    make_log: MakeLog, memory: Memory, log_key: NoteKey, old: int, new: int
) -> None:
    memory.update(snapshot(make_log(old)), log_key)
    other = make_log(new, "other history", first=10_000)
    with pytest.raises(Refusal, match="signed two histories") as refused:
        memory.update(snapshot(other), log_key)
    assert refused.value.code == "ledger-forked"
    (file,) = Path(memory.folder).glob("fork-*.json")
    assert str(file) in refused.value.hint
    shutil.rmtree(other.root)
    fork = parse_fork(file.read_bytes(), log_key)
    assert (fork.older.size, fork.newer.size) == (old, new)


def test_a_fork_is_refused_where_its_evidence_cannot_be_kept(
    make_log: MakeLog, memory: Memory, log_key: NoteKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.update(snapshot(make_log(3)), log_key)
    other = make_log(5, "other", first=10_000)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Refusal, match="signed two histories") as refused:
        memory.check(snapshot(other), log_key)
    assert "No space left on device" in refused.value.hint


def test_tiles_that_are_no_fork_are_no_evidence(make_log: MakeLog, memory: Memory, log_key: NoteKey) -> None:
    memory.update(snapshot(make_log(3)), log_key)
    log = make_log(5, "edited", first=10_000)
    path = Path(log.root, "tile/0/000.p/5")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(Refusal) as refused:
        memory.check(Snapshot(log.root, snapshot(log).checkpoint), log_key)
    assert refused.value.code == "ledger-root-mismatch"
    assert not list(Path(memory.folder).glob("fork-*"))


def test_a_memory_that_was_damaged_is_refused(make_log: MakeLog, memory: Memory, log_key: NoteKey) -> None:
    log = make_log(3)
    memory.update(snapshot(log), log_key)
    (file,) = Path(memory.folder).glob("*.checkpoint")
    for data in (b"", b"nonsense", file.read_bytes().replace(b"\n3\n", b"\n2\n")):
        file.write_bytes(data)
        with pytest.raises(Refusal) as refused:
            memory.update(snapshot(log), log_key)
        assert refused.value.code in ("note-malformed", "checkpoint-signature")


def test_a_memory_that_cannot_be_kept_is_an_error(
    make_log: MakeLog, memory_path: Path, log_key: NoteKey
) -> None:
    (memory_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be made"):
        Memory(str(memory_path / "file" / "below")).update(snapshot(make_log(3)), log_key)


def test_a_writer_may_look_at_a_memory_before_it_appends(
    make_log: MakeLog, memory: Memory, log_key: NoteKey, secret: Callable[[int], PrivateKey],
    decision: Callable[..., Event],
) -> None:  # fmt: skip
    memory.update(snapshot(make_log(5)), log_key)
    old = make_log(3, "put back")
    writer = Log(old.root, log_key.name, secret(1), memory)
    with pytest.raises(Refusal) as refused:
        writer.append([decision(3)])
    assert refused.value.code == "ledger-rolled-back"
    assert Log(old.root, log_key.name, secret(1)).append([decision(3)]).first == 3


@pytest.fixture
def fork(make_log: MakeLog, log_key: NoteKey) -> Fork:
    one, other = snapshot(make_log(3)), snapshot(make_log(5, "other", first=10_000))
    return Fork(one.checkpoint, other.checkpoint, other.root_at(3), tuple(other.consistency(3)))


def test_evidence_of_a_fork_is_checked_in_every_part(
    fork: Fork, log_key: NoteKey, make_log: MakeLog, secret: Callable[[int], PrivateKey]
) -> None:
    assert parse_fork(fork.data, log_key).data == fork.data
    grown = snapshot(make_log(5, "grown"))
    honest = Fork(fork.older, grown.checkpoint, grown.root_at(3), tuple(grown.consistency(3)))
    forged = make_checkpoint(3, b"r" * 32, log_key, secret(2))
    for bad in [
        honest,
        honest._replace(prefix_root=b"r" * 32),
        fork._replace(proof=()),
        fork._replace(proof=(*fork.proof, b"r" * 32)),
        fork._replace(prefix_root=fork.older.root),
        fork._replace(older=fork.newer),
        fork._replace(older=fork.newer, newer=fork.older),
        fork._replace(older=forged),
    ]:
        with pytest.raises(Refusal) as refused:
            parse_fork(bad.data, log_key, "fork.json")
        assert (refused.value.code, refused.value.where) == ("ledger-fork-unproven", "fork.json")


def test_a_file_that_is_no_evidence_of_a_fork_is_refused(fork: Fork, log_key: NoteKey) -> None:
    good = json.loads(fork.data)
    for change in [
        {"kind": "Decision"},
        {"older": 1},
        {"proof": [1]},
        {"proof": "x"},
        {"proof": 7},
        {"prefix_root": encode_hash(b"short")},
        {"more": 1},
    ]:
        with pytest.raises(Refusal) as refused:
            parse_fork(json.dumps(good | change).encode(), log_key)
        assert refused.value.code == "ledger-fork-unproven"
    for data in (b"", b"[]", b"{}", b"{"):
        with pytest.raises(Refusal):
            parse_fork(data, log_key)
