"""Witnesses: they cosign what extends the last they saw, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import encode_hash, open_checkpoint
from samakia_policy.evidence.ledger.events import Event
from samakia_policy.evidence.ledger.fork import parse_fork
from samakia_policy.evidence.ledger.log import Log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.ledger.policy import log_policy
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.ledger.verify import verify_log
from samakia_policy.evidence.ledger.witness import COSIGNED, Witness, collect, make_request, read_checkpoint
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]
MakeWitness = Callable[[int], Witness]
NOW = 1_800_000_000


def snapshot(log: Log) -> Snapshot:
    return open_snapshot(log.root, log.key)


@pytest.fixture
def make_witness(
    memory_path: Path,
    log_key: NoteKey,
    secret: Callable[[int], PrivateKey],
    witness_key: Callable[[int], NoteKey],
) -> MakeWitness:
    def make(number: int) -> Witness:
        memory = Memory(str(memory_path / f"witness-{number}"))
        return Witness(log_key, witness_key(number), secret(100 + number), memory)

    return make


def test_a_witness_cosigns_a_log_that_grows(
    make_log: MakeLog, make_witness: MakeWitness, decision: Callable[..., Event]
) -> None:
    log, witness = make_log(3), make_witness(1)
    for number in range(3):
        found = snapshot(log)
        note = found.checkpoint.note.add(witness.look(found, NOW + number))
        assert note.cosigned_by(witness.key) == NOW + number
        log.append([decision(3 + number)])
    assert witness.look(snapshot(log), NOW) == witness.look(snapshot(log), NOW)


def test_a_witness_does_not_cosign_a_fork_or_an_older_log(
    make_log: MakeLog, make_witness: MakeWitness
) -> None:
    witness = make_witness(1)
    witness.look(snapshot(make_log(5)), NOW)
    for other, code in [
        (make_log(3, "older"), "ledger-rolled-back"),
        (make_log(5, "same size", first=99), "ledger-forked"),
        (make_log(9, "larger", first=99), "ledger-forked"),
    ]:
        with pytest.raises(Refusal) as refused:
            witness.look(snapshot(other), NOW)
        assert refused.value.code == code
    assert len(list(Path(witness.memory.folder).glob("fork-*"))) == 2


def test_a_checkpoint_is_remembered_before_it_is_cosigned(
    make_log: MakeLog, make_witness: MakeWitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        public = None

        def sign(self, _message: bytes) -> bytes:
            raise RuntimeError("the key is gone")

    witness = make_witness(1)._replace(signer=Broken())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        witness.look(snapshot(make_log(5)), NOW)
    recalled = witness.memory.recall(witness.log)
    assert recalled is not None
    assert recalled.size == 5


def test_cosignatures_are_collected_in_the_ledger(
    make_log: MakeLog, make_witness: MakeWitness, decision: Callable[..., Event], log_key: NoteKey
) -> None:
    log = make_log(3)
    old = snapshot(log)
    notes = [old.checkpoint.note.add(make_witness(number).look(old, NOW)) for number in (1, 2)]
    for note in (*notes, notes[0]):
        collect(log.root, log_key, note)
    for name in ("checkpoint", COSIGNED):
        found = read_checkpoint(log.root, name, log_key)
        assert found is not None
        names = [line.name for line in found.note.signatures]
        assert names == [log_key.name, "witness.example/w1", "witness.example/w2"]
    log.append([decision(3)])
    new = snapshot(log)
    assert len(new.checkpoint.note.signatures) == 1
    collect(log.root, log_key, notes[0])
    assert snapshot(log).checkpoint == new.checkpoint, "a late cosignature does not move the log back"
    collect(log.root, log_key, new.checkpoint.note.add(make_witness(3).look(new, NOW)))
    collect(log.root, log_key, notes[0])
    newest = read_checkpoint(log.root, COSIGNED, log_key)
    assert newest is not None
    assert newest.size == 4


def test_a_quorum_of_witnesses_is_asked_for_by_verify(
    make_log: MakeLog,
    make_witness: MakeWitness,
    decision: Callable[..., Event],
    memory_path: Path,
    log_key: NoteKey,
) -> None:
    log, one, two = make_log(3), make_witness(1), make_witness(2)
    memory = Memory(str(memory_path / "auditor"))
    policy = log_policy(log_key, [one.key, two.key], 2)
    with pytest.raises(Refusal, match="no checkpoint was cosigned") as refused:
        verify_log(log.root, policy, memory)
    assert refused.value.code == "ledger-quorum"
    found = snapshot(log)
    collect(log.root, log_key, found.checkpoint.note.add(one.look(found, NOW)))
    with pytest.raises(Refusal, match="1 of 2 witnesses") as refused:
        verify_log(log.root, policy, memory)
    assert refused.value.code == "ledger-quorum"
    assert verify_log(log.root, policy._replace(quorum=1), memory).witnesses == ["witness.example/w1"]
    collect(log.root, log_key, found.checkpoint.note.add(two.look(found, NOW)))
    log.append([decision(3)])
    verified = verify_log(log.root, policy, memory)
    assert verified.witnesses == ["witness.example/w1", "witness.example/w2"]
    assert verified.cosigned is not None
    assert (verified.cosigned.size, verified.checkpoint.size) == (3, 4)


def test_what_witnesses_cosigned_convicts_a_log_that_was_replaced(
    make_log: MakeLog, make_witness: MakeWitness, memory_path: Path, log_key: NoteKey
) -> None:
    log, witness = make_log(5), make_witness(1)
    found = snapshot(log)
    cosigned = found.checkpoint.note.add(witness.look(found, NOW)).data
    policy = log_policy(log_key, [witness.key], 1)
    for other, code in [
        (make_log(3, "older"), "ledger-rolled-back"),
        (make_log(9, "replaced", first=99), "ledger-forked"),
    ]:
        Path(other.root, COSIGNED).write_bytes(cosigned)
        with pytest.raises(Refusal) as refused:
            verify_log(other.root, policy, Memory(str(memory_path / f"auditor-{code}")))
        assert refused.value.code == code


def test_a_request_carries_all_a_witness_needs(
    make_log: MakeLog, make_witness: MakeWitness, decision: Callable[..., Event]
) -> None:
    log, witness = make_log(), make_witness(1)
    known = 0
    for grown in (0, 3, 0, 252, 1, 44):
        log.append([decision(known + number) for number in range(grown)])
        found = snapshot(log)
        request = make_request(found, known)
        assert request.startswith(f"old {known}\n".encode())
        line = witness.answer(request, NOW)
        assert found.checkpoint.note.add(line).cosigned_by(witness.key) == NOW
        known = found.size


def test_a_request_from_another_size_is_told_the_right_one(
    make_log: MakeLog, make_witness: MakeWitness
) -> None:
    log, witness = make_log(5), make_witness(1)
    with pytest.raises(Refusal, match="knows size 0") as refused:
        witness.answer(make_request(snapshot(log), 3), NOW)
    assert refused.value.code == "witness-conflict"
    assert witness.memory.recall(witness.log) is None
    witness.answer(make_request(snapshot(log), 0), NOW)
    for request in (
        make_request(snapshot(make_log(9, "grown")), 3),
        make_request(snapshot(make_log(9, "same")), 0),
        make_request(snapshot(make_log(3, "older")), 3),
        make_request(snapshot(log), 5).replace(b"old 5", b"old 6"),
    ):
        with pytest.raises(Refusal, match="knows size 5") as refused:
            witness.answer(request, NOW)
        assert refused.value.code == "witness-conflict"
        assert "--request 5" in refused.value.hint


def test_a_request_of_a_fork_is_refused(
    make_log: MakeLog, make_witness: MakeWitness, log_key: NoteKey
) -> None:
    witness = make_witness(1)
    witness.answer(make_request(snapshot(make_log(5)), 0), NOW)
    with pytest.raises(Refusal) as refused:
        witness.answer(make_request(snapshot(make_log(9, "larger", first=99)), 5), NOW)
    assert refused.value.code == "witness-proof-invalid"
    with pytest.raises(Refusal) as refused:
        witness.answer(make_request(snapshot(make_log(5, "same size", first=99)), 5), NOW)
    assert refused.value.code == "ledger-forked"
    (file,) = Path(witness.memory.folder).glob("fork-*")
    assert parse_fork(file.read_bytes(), log_key).newer.size == 5


def test_there_is_no_request_from_a_size_the_log_never_had(make_log: MakeLog) -> None:
    for old in (-1, 6):
        with pytest.raises(InputError, match=f"no size {old}"):
            make_request(snapshot(make_log(5, f"log {old}")), old)


def test_a_request_that_is_none_is_refused(
    make_log: MakeLog, make_witness: MakeWitness, secret: Callable[[int], PrivateKey]
) -> None:
    good = make_request(snapshot(make_log(5)), 0)
    for data, code in [
        (b"", "witness-request-malformed"),
        (b"old 0\n", "witness-request-malformed"),
        (good.replace(b"old 0", b"old 00"), "witness-request-malformed"),
        (good.replace(b"old 0", b"new 0"), "witness-request-malformed"),
        (good.replace(b"old 0", b"old 0\nAAAA"), "witness-request-malformed"),
        (good.replace(b"old 0", "old 0\nä".encode()), "witness-request-malformed"),
        (
            good.replace(b"old 0", b"old 0" + f"\n{encode_hash(bytes(32))}".encode() * 64),
            "witness-request-malformed",
        ),
        (good.replace(b"old 0", f"old 0\n{encode_hash(bytes(32))}".encode()), "witness-conflict"),
        (good[:-3], "note-malformed"),
        (good.replace(b"\n5\n", b"\n6\n"), "checkpoint-signature"),
    ]:
        with pytest.raises(Refusal) as refused:
            make_witness(1).answer(data, NOW, "request")
        assert refused.value.code == code, data


def test_a_cosigned_file_of_another_key_is_refused(
    make_log: MakeLog, make_witness: MakeWitness, log_key: NoteKey
) -> None:
    log = make_log(5)
    found = snapshot(log).checkpoint
    stranger = found.note._replace(signatures=(found.note.signatures[0]._replace(value=bytes(64)),))
    with pytest.raises(Refusal) as refused:
        collect(log.root, log_key, stranger)
    assert refused.value.code == "checkpoint-signature"
    assert open_checkpoint(Path(log.root, "checkpoint").read_bytes(), log_key) == found
