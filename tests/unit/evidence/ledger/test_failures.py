"""Disks that fail: the error says so, nothing is half written, and the next append works."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger import disk as disk_module
from samakia_policy.evidence.ledger.disk import Disk
from samakia_policy.evidence.ledger.events import Event
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]
ReadAll = Callable[..., list[bytes]]
_NOBODY = 65534


class Failing:
    """Makes the n-th call of a function of the system fail, and tells whether it came so far."""

    def __init__(self, patched: pytest.MonkeyPatch, name: str, at: int, number: int) -> None:
        self.left, self.happened = at, False
        call, error = getattr(os, name), OSError(number, os.strerror(number))

        def run(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                self.happened = True
                raise error
            return call(*arguments, **named)

        patched.setattr(os, name, run)


@pytest.mark.parametrize("size", [3, 250])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("write", errno.ENOSPC),
        ("fsync", errno.EIO),
        ("fsync", errno.ENOSPC),
        ("replace", errno.EIO),
        ("mkdir", errno.ENOSPC),
        ("open", errno.EIO),
        ("open", errno.EMFILE),
    ],
)
def test_any_call_may_fail(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll, size: int, name: str, number: int
) -> None:
    failed = 0
    for at in range(100):
        log = make_log(size, f"{name}-{number}-{at}")
        before = read_all(log)
        with pytest.MonkeyPatch.context() as patched:
            failing = Failing(patched, name, at, number)
            try:
                log.append([decision(1000 + offset) for offset in range(20)])
                acknowledged = True
            except (InputError, Refusal) as error:
                acknowledged = False
                assert error.code in ("ledger-write-failed", "ledger-commit-unknown", "ledger-file")
                assert os.strerror(number) in error.message
                if error.code == "ledger-write-failed":
                    assert read_all(log) == before, "nothing was recorded"
        after = read_all(log)
        assert after[: len(before)] == before
        assert len(after) in (size, size + 20), "all or nothing"
        if acknowledged:
            assert len(after) == size + 20
        log.append([decision(9)])
        assert len(read_all(log)) == len(after) + 1, "the next append works"
        failed += failing.happened
        if not failing.happened:
            break
    assert failed or (name, size) == ("mkdir", 3), "nothing failed"


def test_a_write_may_be_cut_short(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(3)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:100]))
    log.append([decision(3)])
    monkeypatch.undo()
    assert len(read_all(log)) == 4


def test_an_interrupt_after_the_commit_takes_nothing_away(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll
) -> None:
    for at in ("before", "after"):
        log = make_log(3, at)
        with pytest.MonkeyPatch.context() as patched:
            replace = os.replace

            def interrupted(old: str, new: str, at: str = at, replace: Any = replace) -> None:
                if at == "after":
                    replace(old, new)
                raise KeyboardInterrupt

            patched.setattr(os, "replace", interrupted)
            with pytest.raises(KeyboardInterrupt):
                log.append([decision(3)])
        assert len(read_all(log)) == (4 if at == "after" else 3)
        log.append([decision(4)])
        assert len(read_all(log)) == (5 if at == "after" else 4)


def test_what_cannot_be_tidied_up_afterwards_does_not_hide_the_error(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(250)
    with monkeypatch.context() as patched:
        Failing(patched, "fsync", 0, errno.EIO)
        patched.setattr(
            os, "unlink", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error"))
        )
        with pytest.raises(InputError, match="Input/output error"):
            log.append([decision(300 + offset) for offset in range(20)])
    assert len(read_all(log)) == 250
    log.append([decision(3)])
    assert len(read_all(log)) == 251


def test_partial_tiles_that_cannot_be_removed_do_no_harm(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make_log(250)
    with monkeypatch.context() as patched:
        Failing(patched, "rmdir", 0, errno.EIO)
        log.append([decision(250 + offset) for offset in range(20)])
    assert len(read_all(log)) == 270


def test_the_sync_of_a_mac_reaches_the_drive(
    make_log: MakeLog, decision: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    log = make_log(3)
    monkeypatch.setattr(disk_module, "_FULL_SYNC", 51)
    monkeypatch.setattr(disk_module.fcntl, "fcntl", lambda handle, command: calls.append(command))
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("fsync alone does not reach the drive"))
    log.append([decision(3)])
    assert set(calls) == {51}


def test_very_many_files_are_not_all_open_at_once(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    opened = 0
    for number in range(200):
        disk.lay(f"files/{number}", b"x")
        opened = max(
            opened, len(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))
        )
    disk.settle()
    assert len(list((tmp_path / "files").iterdir())) == 200
    assert opened < 150


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a real file system with room for 300 KiB; skips where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(
    small_disk: Path, secret: Callable[[int], PrivateKey], decision: Callable[..., Event], read_all: ReadAll
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(64 << 10))
    log = create_log(str(small_disk / "ledger"), "ledger.example/fabric", secret(1))
    size = 0
    with pytest.raises(InputError, match="No space left on device; nothing was recorded") as refused:
        while True:
            log.append([decision(size + offset) for offset in range(5)])
            size += 5
    assert refused.value.code == "ledger-write-failed"
    assert size > 5
    assert len(read_all(log)) == size
    filler.unlink()
    log.append([decision(size)])
    assert len(read_all(log)) == size + 1


def test_a_disk_that_is_full_for_one_large_batch(
    small_disk: Path, secret: Callable[[int], PrivateKey], decision: Callable[..., Event], read_all: ReadAll
) -> None:
    log = create_log(str(small_disk / "ledger"), "ledger.example/fabric", secret(1))
    log.append([decision(0)])
    with pytest.raises(InputError, match="No space left on device"):
        log.append([decision(number) for number in range(5000)])
    assert len(read_all(log)) == 1
    assert sorted(path.name for path in (small_disk / "ledger" / "tile" / "entries").iterdir()) == ["000.p"]
    log.append([decision(number) for number in range(50)])
    assert len(read_all(log)) == 51


def test_a_disk_that_can_only_be_read(
    small_disk: Path, secret: Callable[[int], PrivateKey], decision: Callable[..., Event], read_all: ReadAll
) -> None:
    log = create_log(str(small_disk / "ledger"), "ledger.example/fabric", secret(1))
    log.append([decision(0)])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(InputError, match="Read-only file system") as refused:
        log.append([decision(1)])
    assert refused.value.code == "ledger-write-failed"
    assert len(read_all(log)) == 1, "reading and verifying need no writing"


def test_somebody_who_may_only_read_can_verify_and_not_append(
    make_log: MakeLog, decision: Callable[..., Event], read_all: ReadAll, memory_path: Path
) -> None:
    log = make_log(3)
    memory_path.chmod(0o755)
    Path(log.root).chmod(0o755)
    privileged = os.geteuid()
    if not privileged:
        os.seteuid(_NOBODY)
    else:
        Path(log.root, ".lock").chmod(0o444)
    try:
        assert len(read_all(open_snapshot(log.root, log.key))) == 3
        with pytest.raises(InputError, match="Permission denied") as refused:
            log.append([decision(3)])
    finally:
        os.seteuid(privileged)
    assert refused.value.code == "ledger-write-failed"


def test_a_lock_that_is_not_to_be_had_is_an_error(make_log: MakeLog, decision: Callable[..., Event]) -> None:
    log = make_log(3)
    with pytest.MonkeyPatch.context() as patched:

        def refused(*_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        patched.setattr(disk_module.fcntl, "flock", refused)
        with pytest.raises(InputError, match="No locks available"):
            log.append([decision(3)])
    assert log.append([decision(3)]).first == 3
