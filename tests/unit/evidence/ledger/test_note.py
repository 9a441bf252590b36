"""Signed notes and checkpoints, with the published notes of the specification and of Go."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence.ledger.checkpoint import (
    MAX_SIZE,
    make_checkpoint,
    number,
    open_checkpoint,
    parse_checkpoint,
    parse_hash,
)
from samakia_policy.evidence.ledger.merkle import EMPTY_ROOT
from samakia_policy.evidence.ledger.note import (
    LOG,
    MAX_NOTE_BYTES,
    WITNESS,
    Note,
    NoteKey,
    Signature,
    cosign,
    note_key,
    parse_note,
    parse_vkey,
    sign,
)
from samakia_policy.evidence.ledger.policy import log_policy
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey, generate, private_key

# The example of c2sp.org/signed-note.
C2SP = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""  # noqa: E501
# The example of c2sp.org/tlog-cosignature.
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
# The test vector of golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    f"{TEXT}\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_the_example_of_the_specification_reads_and_writes_back() -> None:
    note = parse_note(C2SP.encode())
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [(found.name, found.id.hex(), len(found.value)) for found in note.signatures] == [
        ("quasimodo.example/salvatore", "367ba04b", 64)
    ]
    assert note.data == C2SP.encode()


def test_the_cosigned_example_is_a_checkpoint() -> None:
    found = parse_checkpoint(COSIGNED.encode())
    assert found.same[:2] == ("example.com/behind-the-sofa", 20852163)
    assert [len(line.value) for line in found.note.signatures] == [64, 72]
    assert int.from_bytes(found.note.signatures[1].value[:8], "big") == 1679315147


def test_a_note_of_go_verifies_and_is_made_byte_for_byte() -> None:
    key = parse_vkey(VKEY)
    assert (key.name, key.kind, key.vkey) == ("PeterNeumann", LOG, VKEY)
    assert parse_note(SIGNED.encode()).signed_by(key)
    signer = private_key(Ed25519PrivateKey.from_private_bytes(SEED))
    assert Note(TEXT, (sign(TEXT, key, signer),)).data == SIGNED.encode()


def test_a_text_that_was_changed_or_another_key_does_not_verify() -> None:
    key = parse_vkey(VKEY)
    assert not parse_note(SIGNED.replace("answer", "Answer").encode()).signed_by(key)
    assert not parse_note(SIGNED.encode()).signed_by(note_key(key.name, LOG, generate("ed25519").public))
    assert not parse_note(SIGNED.encode()).signed_by(key._replace(name="PeterN"))
    assert not parse_note(SIGNED.encode()).signed_by(key._replace(kind=WITNESS))
    assert parse_note(SIGNED.encode()).cosigned_by(key) is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"text\n",
        b"text\n\n",
        SIGNED.encode()[:-1],
        SIGNED.encode() + b"\n",
        SIGNED.encode().replace("—".encode(), b"-"),
        SIGNED.encode().replace("— ".encode(), "—".encode()),
        SIGNED.encode().replace(b"PeterNeumann ", b"PeterNeumann"),
        SIGNED.encode().replace(b"PeterNeumann ", b"Peter+Neumann "),
        SIGNED.encode().replace(b"PeterNeumann ", "Peter\u00a0Neumann ".encode()),
        SIGNED.encode().replace(b"PeterNeumann ", "Peter\u202eNeumann ".encode()),
        SIGNED.encode().replace(b"PeterNeumann ", b" "),
        SIGNED.encode().replace(b"nAM=", b"nAN="),
        SIGNED.encode().replace(b"nAM=", b"nAM"),
        SIGNED.encode().replace(b"nAM=", b"n_M="),
        SIGNED.encode().replace(b"nAM=", "nÄM=".encode()),
        SIGNED.encode().replace(b"If", b"\xff"),
        SIGNED.encode().replace(b"If", b"\x1b"),
        SIGNED.encode().replace(b"If", b"\t"),
        SIGNED.encode().replace(b"If", b"\0"),
        TEXT.encode() + "\n— PeterNeumann x08gow==\n".encode(),
    ],
)
def test_a_note_that_is_not_well_formed_is_refused(broken: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse_note(broken, "a note")
    assert code(refused) == "note-malformed"
    assert refused.value.where == "a note"


def test_notes_have_limits() -> None:
    for large in (b"x" * (MAX_NOTE_BYTES + 1), SIGNED.encode() + SIGNED.encode().split(b"\n\n")[1] * 64):
        with pytest.raises(Refusal) as refused:
            parse_note(large)
        assert code(refused) == "note-too-large"
        assert "limit MAX_" in refused.value.message


def test_every_part_of_a_verifier_key_and_every_change_of_it_is_refused() -> None:
    broken = {VKEY[first:stop] for first in range(len(VKEY)) for stop in range(first, len(VKEY) + 1)} - {VKEY}
    broken |= {VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))}
    for text in broken:
        with pytest.raises(Refusal) as refused:
            parse_vkey(text)
        assert code(refused).startswith(("note-key-", "key-"))


def test_keys_of_small_order_and_of_other_kinds_are_refused() -> None:
    small = base64.b64encode(b"\1" + b"\1" + b"\0" * 31).decode()
    with pytest.raises(Refusal) as refused:
        parse_vkey(f"log.example+00000000+{small}")
    assert code(refused) == "key-low-order"
    other = base64.b64encode(b"\2" + b"\1" + b"\0" * 31).decode()
    with pytest.raises(Refusal) as refused:
        parse_vkey(f"log.example+00000000+{other}")
    assert code(refused) == "note-key-algorithm"
    with pytest.raises(Refusal) as refused:
        note_key("log.example", LOG, generate("ecdsa-p256").public)
    assert code(refused) == "note-key-algorithm"
    with pytest.raises(Refusal) as refused:
        note_key("two words", LOG, generate("ed25519").public)
    assert code(refused) == "note-key-malformed"


def test_a_cosignature_verifies_for_its_time_and_text(
    secret: Callable[[int], PrivateKey], witness_key: Callable[[int], NoteKey]
) -> None:
    key = witness_key(1)
    line = cosign(TEXT, 1_800_000_000, key, secret(101))
    assert Note(TEXT, (line,)).cosigned_by(key) == 1_800_000_000
    assert Note(TEXT, (line,)).cosigned_by(witness_key(2)) is None
    assert Note(TEXT + "more\n", (line,)).cosigned_by(key) is None
    assert not Note(TEXT, (line,)).signed_by(key)
    later = line._replace(value=(1_800_000_001).to_bytes(8, "big") + line.value[8:])
    assert Note(TEXT, (later,)).cosigned_by(key) is None
    assert Note(TEXT, (later, line)).cosigned_by(key) == 1_800_000_000
    newer = cosign(TEXT, 1_900_000_000, key, secret(101))
    assert Note(TEXT, (line,)).add(newer) == Note(TEXT, (newer,))


def test_a_signature_that_is_wrong_is_passed_over(
    log_key: NoteKey, secret: Callable[[int], PrivateKey]
) -> None:
    good = sign(TEXT, log_key, secret(1))
    wrong = Signature(good.name, good.id, bytes(64))
    assert Note(TEXT, (wrong, good)).signed_by(log_key)
    assert not Note(TEXT, (wrong,)).signed_by(log_key)


def test_a_checkpoint_is_read_back(log_key: NoteKey, secret: Callable[[int], PrivateKey]) -> None:
    made = make_checkpoint(5, b"r" * 32, log_key, secret(1))
    assert open_checkpoint(made.note.data, log_key) == made
    assert made.note.text == f"{log_key.name}\n5\n{base64.b64encode(b'r' * 32).decode()}\n"


@pytest.mark.parametrize(
    "text",
    [
        "log.example\n5\n",
        f"log.example\n5\n\n{'A' * 43}=\n",
        f"\n5\n{'A' * 43}=\n",
        f"log.example\n05\n{'A' * 43}=\n",
        f"log.example\n-5\n{'A' * 43}=\n",
        f"log.example\n{MAX_SIZE + 1}\n{'A' * 43}=\n",
        f"log.example\n٥\n{'A' * 43}=\n",
        f"log.example\n{'9' * 5000}\n{'A' * 43}=\n",
        f"log.example\n0\n{'A' * 43}=\n",
        "log.example\n5\nAAAA\n",
        f"log.example\n5\n{'A' * 42}B=\n",
        f"log.example\n5\n{'A' * 43}=\nmore\n\nstill more\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_checkpoint(Note(text, (Signature("log.example", b"abcd", b"e"),)).data)
    assert code(refused) == "checkpoint-malformed"


def test_lines_after_the_root_are_signed_but_mean_nothing(
    log_key: NoteKey, secret: Callable[[int], PrivateKey]
) -> None:
    text = make_checkpoint(5, b"r" * 32, log_key, secret(1)).note.text + "extension\n"
    note = Note(text, (sign(text, log_key, secret(1)),))
    assert open_checkpoint(note.data, log_key).size == 5


def test_a_checkpoint_of_another_log_or_key_is_refused(
    log_key: NoteKey, secret: Callable[[int], PrivateKey]
) -> None:
    made = make_checkpoint(5, b"r" * 32, log_key, secret(1)).note
    other = note_key("ledger.example/other", LOG, secret(1).public)
    with pytest.raises(Refusal) as refused:
        open_checkpoint(made.data, other)
    assert code(refused) == "checkpoint-origin"
    with pytest.raises(Refusal) as refused:
        open_checkpoint(made.data, note_key(log_key.name, LOG, secret(2).public))
    assert code(refused) == "checkpoint-signature"


def test_hashes_and_numbers_have_one_form() -> None:
    assert parse_hash("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "c") == EMPTY_ROOT
    assert [number(text) for text in ("0", "7", str(MAX_SIZE))] == [0, 7, MAX_SIZE]
    assert [number(text) for text in ("", "00", "+7", " 7", "7 ", "7\n", "²", str(MAX_SIZE + 1))] == [
        None
    ] * 8
    for text in ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "YQ==", "", "\ud800"):
        with pytest.raises(Refusal) as refused:
            parse_hash(text, "some-code")
        assert code(refused) == "some-code"


def test_a_quorum_counts_keys_and_not_lines(
    log_key: NoteKey, secret: Callable[[int], PrivateKey], witness_key: Callable[[int], NoteKey]
) -> None:
    keys = [witness_key(1), witness_key(2), witness_key(3)]
    made = make_checkpoint(5, b"r" * 32, log_key, secret(1))
    text = made.note.text
    one = made.note.add(cosign(text, 1, keys[0], secret(101)))
    twice = one._replace(signatures=(*one.signatures, cosign(text, 2, keys[0], secret(101))))
    two = one.add(cosign(text, 3, keys[1], secret(102)))
    policy = log_policy(log_key, keys, 2)
    for note in (made.note, one, twice):
        with pytest.raises(Refusal) as refused:
            policy.open(note.data)
        assert code(refused) == "ledger-quorum"
    assert policy.seen_by(policy.open(two.data)) == ["witness.example/w1", "witness.example/w2"]
    assert log_policy(log_key, keys).quorum == 3
    assert log_policy(log_key).open(made.note.data) == made


def test_a_policy_that_counts_a_key_twice_or_cannot_be_met_is_refused(
    log_key: NoteKey, secret: Callable[[int], PrivateKey], witness_key: Callable[[int], NoteKey]
) -> None:
    same = note_key("other.example/name", WITNESS, secret(101).public)
    itself = note_key("witness.example/itself", WITNESS, secret(1).public)
    for log, witnesses, quorum in [
        (log_key, [witness_key(1), same], 1),
        (log_key, [itself], 1),
        (log_key, [log_key], 1),
        (witness_key(1), [], 0),
        (log_key, [witness_key(1)], 2),
        (log_key, [witness_key(1)], -1),
    ]:
        with pytest.raises(Refusal) as refused:
            log_policy(log, witnesses, quorum)
        assert code(refused) == "ledger-policy"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_that_writes_back_or_refused(data: bytes) -> None:
    try:
        assert parse_note(data).data == data
    except Refusal as refusal:
        assert refusal.code == "note-malformed"


@given(st.integers(0, len(COSIGNED.encode()) - 1), st.integers(1, 255))
def test_no_two_texts_are_one_note(at: int, change: int) -> None:
    data = bytearray(COSIGNED.encode())
    data[at] ^= change
    try:
        assert parse_note(bytes(data)) != parse_note(COSIGNED.encode())
    except Refusal as refusal:
        assert refusal.code == "note-malformed"
