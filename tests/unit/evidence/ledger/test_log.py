"""Appending: what was acknowledged is there, and nothing but that."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger import log as log_module
from samakia_policy.evidence.ledger.checkpoint import MAX_SIZE
from samakia_policy.evidence.ledger.disk import Disk
from samakia_policy.evidence.ledger.events import Event, parse
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.merkle import leaf_hash
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]


def files(root: str) -> set[str]:
    found = {str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file()}
    return found - {".lock"}


def test_a_new_ledger_is_empty_and_verifies(make_log: MakeLog, read_all: Callable[..., list[bytes]]) -> None:
    log = make_log()
    assert files(log.root) == {"checkpoint", "state"}
    snapshot = open_snapshot(log.root, log.key)
    assert (snapshot.size, read_all(snapshot)) == (0, [])
    assert snapshot.extends(0, snapshot.checkpoint.root)
    assert not snapshot.extends(0, b"r" * 32)
    assert not snapshot.extends(1, b"r" * 32)


def test_a_ledger_is_made_once(
    make_log: MakeLog, memory_path: Path, tmp_path: Path, secret: Callable[[int], PrivateKey]
) -> None:
    log = make_log(3)
    for folder in (log.root, str(memory_path)):
        with pytest.raises(InputError, match="not empty") as refused:
            create_log(folder, "ledger.example/again", secret(1))
        assert refused.value.code == "ledger-exists"
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written: File exists"):
        create_log(str(tmp_path / "file"), "ledger.example/again", secret(1))
    with pytest.raises(Refusal, match="cannot name a key"):
        create_log(str(tmp_path / "other"), "two words", secret(1))
    assert not (tmp_path / "other").exists()


def test_a_ledger_that_was_being_made_when_the_machine_stopped_is_made_again(
    make_log: MakeLog, secret: Callable[[int], PrivateKey], decision: Callable[..., Event]
) -> None:
    log = make_log()
    os.unlink(os.path.join(log.root, "checkpoint"))
    Path(log.root, ".new").write_text("left behind")
    create_log(log.root, log.key.name, secret(1)).append([decision(0)])
    assert open_snapshot(log.root, log.key).size == 1


@pytest.mark.parametrize("batch", [7, 128, 255, 256, 257, 600])
def test_records_read_back_whatever_the_batches(
    make_log: MakeLog, read_all: Callable[..., list[bytes]], batch: int
) -> None:
    log = make_log(600, batch=batch)
    records = read_all(log)
    packets = [parse(record, at).fields["packet"] for at, record in enumerate(records)]
    assert packets == [f"sha256:{number:064x}" for number in range(600)]
    assert [record for record in records if b'"prev"' not in record] == []
    assert len(set(records)) == 600


def test_the_layout_is_the_same_whatever_the_batches(make_log: MakeLog) -> None:
    one, other = make_log(280, "one", batch=1), make_log(280, "other", batch=280)
    whole = {"checkpoint", "state", "tile/0/000", "tile/entries/000"}
    for root in (one.root, other.root):
        assert {name for name in files(root) if ".p/" not in name} == whole
    for name in files(other.root):
        assert Path(one.root, name).read_bytes() == Path(other.root, name).read_bytes()
    partial = {name.rpartition("/")[2] for name in files(one.root) if name.startswith("tile/0/001.p/")}
    assert partial == {str(width) for width in range(1, 25)}, "every size that had a checkpoint"
    assert not [name for name in files(one.root) if "/000.p/" in name and not name.startswith("tile/1")]


def test_tiles_hold_the_hashes_of_what_is_below(make_log: MakeLog) -> None:
    log = make_log(300)
    snapshot = open_snapshot(log.root, log.key)
    run = Path(log.root, "tile/0/000").read_bytes()
    assert len(run) == 8192
    assert run[:32] == leaf_hash(snapshot.tiles.bundle(0)[0])
    assert len(Path(log.root, "tile/1/000.p/1").read_bytes()) == 32
    assert len(Path(log.root, "tile/0/001.p/44").read_bytes()) == 44 * 32


def test_a_receipt_says_what_was_recorded(make_log: MakeLog, decision: Callable[..., Event]) -> None:
    log = make_log(3)
    receipt = log.append([decision(3), decision(4)])
    snapshot = open_snapshot(log.root, log.key)
    assert (receipt.first, receipt.checkpoint) == (3, snapshot.checkpoint)
    assert tuple(snapshot.entry(at).record for at in (3, 4)) == receipt.records
    assert receipt.checkpoint.size == 5


def test_nothing_to_append_changes_nothing(make_log: MakeLog) -> None:
    log = make_log(3)
    before = {name: Path(log.root, name).read_bytes() for name in files(log.root)}
    assert log.append([]).first == 3
    assert {name: Path(log.root, name).read_bytes() for name in files(log.root)} == before


def test_an_older_checkpoint_is_read_and_proved_after_the_log_grew(
    make_log: MakeLog, decision: Callable[..., Event], read_all: Callable[..., list[bytes]]
) -> None:
    log = make_log(254)
    old = open_snapshot(log.root, log.key)
    for number in range(254, 259):
        log.append([decision(number)])
    assert len(read_all(old)) == 254
    assert old.entry(200).at == 200
    new = open_snapshot(log.root, log.key)
    assert new.extends(254, old.checkpoint.root)
    assert not new.extends(254, new.checkpoint.root)
    assert not old.extends(259, new.checkpoint.root)
    assert new.root_at(254) == old.checkpoint.root


def test_there_is_no_entry_outside_the_log(make_log: MakeLog) -> None:
    log = make_log(3)
    for at in (-1, 3):
        with pytest.raises(InputError, match=f"no record {at}") as refused:
            open_snapshot(log.root, log.key).entry(at)
        assert refused.value.code == "ledger-no-record"


def test_a_guard_refuses_before_anything_is_written(
    make_log: MakeLog, decision: Callable[..., Event]
) -> None:
    log = make_log(3)
    before = files(log.root)

    def guard(snapshot: object) -> None:
        raise Refusal("some-reason", "not now")

    with pytest.raises(Refusal, match="not now"):
        log.append([decision(3)], guard)
    assert files(log.root) == before
    assert open_snapshot(log.root, log.key).size == 3


def crash(log: Log, events: list[Event], at: str) -> None:
    """Append in a process that dies before it writes a file."""
    if (child := os.fork()) == 0:
        put = Disk.put
        Disk.put = lambda disk, name, data: os._exit(9) if name == at else put(disk, name, data)  # type: ignore[method-assign]
        log.append(events)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("left", [1, 255, 700])
@pytest.mark.parametrize("size", [0, 3, 256, 300, 512])
def test_what_a_crash_left_behind_is_dropped(
    make_log: MakeLog,
    decision: Callable[..., Event],
    read_all: Callable[..., list[bytes]],
    size: int,
    left: int,
) -> None:
    log, other = make_log(size), make_log(size, "undisturbed")
    crash(log, [decision(10_000 + number) for number in range(left)], "checkpoint")
    Path(log.root, ".new").write_bytes(b"half a fi")
    assert files(log.root) > files(other.root), "the crash left something"
    assert read_all(log) == read_all(other)
    for found in (log, other):
        found.append([decision(20_000)])
    assert read_all(log) == read_all(other)
    assert files(log.root) == files(other.root)


@pytest.mark.parametrize("size", [3, 300])
def test_a_checkpoint_and_state_that_were_put_back_do_not_lose_what_came_after(
    make_log: MakeLog, decision: Callable[..., Event], size: int
) -> None:
    log = make_log(size)
    old = {name: Path(log.root, name).read_bytes() for name in ("checkpoint", "state")}
    log.append([decision(number) for number in range(255)])
    new = {name: Path(log.root, name).read_bytes() for name in ("checkpoint", "state")}
    for name, data in old.items():
        Path(log.root, name).write_bytes(data)
    with pytest.raises(Refusal) as refused:
        log.append([decision(9)])
    assert refused.value.code == "ledger-rolled-back"
    for name, data in new.items():
        Path(log.root, name).write_bytes(data)
    assert log.append([decision(9)]).first == size + 255


def test_a_checkpoint_that_went_ahead_of_the_state_is_kept(
    make_log: MakeLog, decision: Callable[..., Event], read_all: Callable[..., list[bytes]]
) -> None:
    log = make_log(3)
    crash(log, [decision(3)], "state")
    assert open_snapshot(log.root, log.key).size == 4
    assert log.append([decision(4)]).first == 4
    assert len(read_all(log)) == 5


def test_two_writers_take_turns(
    make_log: MakeLog, secret: Callable[[int], PrivateKey], decision: Callable[..., Event]
) -> None:
    one = make_log()
    other = Log(one.root, one.key.name, secret(1))
    firsts = [log.append([decision(number)]).first for number, log in enumerate([one, other, other, one])]
    assert firsts == [0, 1, 2, 3]


def test_a_writer_with_another_key_is_refused(
    make_log: MakeLog, secret: Callable[[int], PrivateKey], decision: Callable[..., Event]
) -> None:
    log = make_log(3)
    with pytest.raises(Refusal) as refused:
        Log(log.root, log.key.name, secret(2)).append([decision(3)])
    assert refused.value.code == "checkpoint-signature"


def test_a_ledger_holds_no_more_than_json_can_count(
    make_log: MakeLog, decision: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(3)
    monkeypatch.setattr(log_module, "MAX_SIZE", 3)
    with pytest.raises(InputError, match="at most 3 records") as refused:
        log.append([decision(3)])
    assert refused.value.code == "ledger-full"
    assert MAX_SIZE == 2**53 - 1


@pytest.mark.parametrize("size", [255, 256, 300, 512])
def test_an_append_does_not_sign_over_an_edited_right_edge(
    make_log: MakeLog, decision: Callable[..., Event], size: int
) -> None:
    log = make_log(size)
    last = size // 256 if size % 256 else size // 256 - 1
    width = size - last * 256
    partial = f".p/{width}" if width < 256 else ""
    for name in (f"tile/0/{last:03d}{partial}", f"tile/entries/{last:03d}{partial}"):
        path = Path(log.root, name)
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        if name.startswith("tile/0") or width < 256:
            with pytest.raises(Refusal) as refused:
                log.append([decision(size)])
            assert refused.value.code in ("ledger-root-mismatch", "ledger-entry-edited", "ledger-tile-edited")
        path.write_bytes(data)
    assert log.append([decision(size)]).first == size


def test_a_log_of_full_tiles_of_two_levels_goes_on(
    make_log: MakeLog, decision: Callable[..., Event], log_key: NoteKey
) -> None:
    log = make_log(65_536, batch=65_536)
    assert log.append([decision(65_536)]).first == 65_536
    snapshot = open_snapshot(log.root, log_key)
    assert snapshot.entry(65_536).fields["prev"] == f"sha256:{leaf_hash(snapshot.entry(65_535).record).hex()}"
    assert {"tile/1/000", "tile/2/000.p/1"} <= files(log.root)
    assert "tile/1/001.p/0" not in files(log.root)


def test_reading_a_log_takes_no_more_memory_the_longer_it_is(make_log: MakeLog) -> None:
    peaks = []
    for size in (1024, 16_384):
        snapshot = open_snapshot((log := make_log(size, f"of {size}", batch=size)).root, log.key)
        tracemalloc.start()
        for _ in snapshot.records():
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
