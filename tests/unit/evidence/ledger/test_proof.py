"""Proofs as files: verified with the keys alone, and refused after any change."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samakia_policy.evidence.ledger.log import Log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.ledger.policy import log_policy
from samakia_policy.evidence.ledger.proof import MAX_PATH, make_proof, parse_proof, verify_proof
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.ledger.witness import Witness
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]


@pytest.mark.parametrize("size", [1, 2, 5, 256, 300])
def test_every_record_has_a_proof_that_holds(make_log: MakeLog, log_key: NoteKey, size: int) -> None:
    log = make_log(size)
    snapshot = open_snapshot(log.root, log_key)
    for index in {*range(min(size, 5)), size - 1}:
        data = make_proof(snapshot, index).data
        assert parse_proof(data).data == data
        entry, checkpoint = verify_proof(data, log_policy(log_key))
        assert (entry, checkpoint) == (snapshot.entry(index), snapshot.checkpoint)


def test_a_proof_reads_as_the_specification_says(make_log: MakeLog, log_key: NoteKey) -> None:
    log = make_log(3)
    lines = make_proof(open_snapshot(log.root, log_key), 1).data.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert base64.b64decode(lines[1].removeprefix("extra ")).startswith(b'{"actor"')
    assert lines[2] == "index 1"
    assert [len(base64.b64decode(line)) for line in lines[3:5]] == [32, 32]
    assert "\n".join(lines[6:]).encode() == Path(log.root, "checkpoint").read_bytes()
    assert lines[5] == ""


def test_a_proof_may_need_a_quorum(
    make_log: MakeLog, log_key: NoteKey, memory_path: Path, secret: Callable[[int], PrivateKey],
    witness_key: Callable[[int], NoteKey],
) -> None:  # fmt: skip
    log = make_log(3)
    snapshot = open_snapshot(log.root, log_key)
    policy = log_policy(log_key, [witness_key(1), witness_key(2)], 1)
    proof = make_proof(snapshot, 1)
    with pytest.raises(Refusal) as refused:
        verify_proof(proof.data, policy, "x.tlog-proof")
    assert (refused.value.code, refused.value.where) == ("ledger-quorum", "x.tlog-proof")
    line = Witness(log_key, witness_key(2), secret(102), Memory(str(memory_path / "w"))).look(snapshot, 7)
    cosigned = proof._replace(note=snapshot.checkpoint.note.add(line).data)
    assert verify_proof(cosigned.data, policy)[0].at == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2", "ledger-proof-malformed"),
        (b"c2sp.org/tlog-proof@v1\n", b"", "ledger-proof-malformed"),
        (b"\nextra ", b"\nother ", "ledger-proof-malformed"),
        (b"\nextra ", b"\nextra =", "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\n", "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\nindex 01\n", "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\nindex -1\n", "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\nindex 1\nAAAA\n", "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\nindex 1\n" + b"A" * 43 + b"=\n", "ledger-proof-invalid"),
        (b"\nindex 1\n", b"\nindex 1\n" + (b"A" * 43 + b"=\n") * (MAX_PATH + 1), "ledger-proof-malformed"),
        (b"\nindex 1\n", b"\nindex 2\n", "ledger-proof-invalid"),
        (b"\nindex 1\n", b"\nindex 9\n", "ledger-proof-invalid"),
        (b"\nindex 1\n", "\nindex ١\n".encode(), "ledger-proof-malformed"),
        (b"\n\n", b"\n", "ledger-proof-malformed"),
        (b"\n5\n", b"\n6\n", "checkpoint-signature"),
        (b"\nledger.example", b"\nother.example", "checkpoint-origin"),
    ],
)
def test_a_proof_that_was_changed_is_refused(
    make_log: MakeLog, log_key: NoteKey, old: bytes, new: bytes, code: str
) -> None:
    data = make_proof(open_snapshot(make_log(5).root, log_key), 1).data
    assert old in data
    with pytest.raises(Refusal) as refused:
        verify_proof(data.replace(old, new, 1), log_policy(log_key), "x")
    assert (refused.value.code, refused.value.where) == (code, "x")


def test_a_proof_of_what_is_no_record_is_refused(make_log: MakeLog, log_key: NoteKey) -> None:
    log = make_log(1)
    proof = make_proof(open_snapshot(log.root, log_key), 0)
    for record in (proof.record + b" ", b"{}", b""):
        with pytest.raises(Refusal) as refused:
            verify_proof(proof._replace(record=record).data, log_policy(log_key))
        assert refused.value.code == "ledger-proof-invalid"


def test_a_record_that_the_log_should_not_have_taken_is_refused(
    make_log: MakeLog, log_key: NoteKey, monkeypatch: pytest.MonkeyPatch, decision: Callable[..., object]
) -> None:
    log = make_log(3)
    monkeypatch.setattr("samakia_policy.evidence.ledger.log.encode", lambda *_: b'{"free":"text"}')
    log.append([decision(3)])  # type: ignore[list-item]
    snapshot = open_snapshot(log.root, log_key)
    with pytest.raises(Refusal) as refused:
        verify_proof(make_proof(snapshot, 3).data, log_policy(log_key), "x")
    assert (refused.value.code, refused.value.where) == ("ledger-record-malformed", "x")
    with pytest.raises(Refusal, match="record 3") as refused:
        list(snapshot.records())
    assert refused.value.code == "ledger-record-malformed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_of_a_proof_is_refused(
    proof_data: bytes, log_key: NoteKey, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(proof_data) - 1))
    changed = bytearray(proof_data)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refusal):
        verify_proof(bytes(changed), log_policy(log_key))


@pytest.fixture
def proof_data(make_log: MakeLog, log_key: NoteKey) -> bytes:
    return make_proof(open_snapshot(make_log(5).root, log_key), 1).data
