"""Making a ledger and adding to it.

One append, under the lock: compare the checkpoint with the state, drop what a crash left behind, write
bundles and tiles, sync, publish the checkpoint, sync, write the state, sync. The rename of the checkpoint
commits: before it nobody sees the new records, after it they are there for good.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import MAX_SIZE, Checkpoint, make_checkpoint
from samakia_policy.evidence.ledger.disk import LOCK, Disk
from samakia_policy.evidence.ledger.events import Event, encode
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.merkle import EMPTY_ROOT, HEIGHT, WIDTH, Tree, leaf_hash, leaf_hashes
from samakia_policy.evidence.ledger.note import LOG, MAX_NOTE_BYTES, NoteKey, note_key
from samakia_policy.evidence.ledger.scan import Scan
from samakia_policy.evidence.ledger.snapshot import CHECKPOINT, Snapshot, open_snapshot
from samakia_policy.evidence.ledger.state import STATE, State
from samakia_policy.evidence.ledger.tiles import ENTRIES, Level, pack, read_file, tile_name
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

_LEVELS = -(-MAX_SIZE.bit_length() // HEIGHT)

Guard = Callable[[Snapshot], None]
"""Looks at the log before something is added, under the lock, and raises to refuse it."""


class Receipt(NamedTuple):
    """What was acknowledged: the index of the first new record, the records, the checkpoint over them."""

    first: int
    records: tuple[bytes, ...]
    checkpoint: Checkpoint


class Log:
    """A ledger that can be added to, by as many processes as hold its key."""

    def __init__(self, root: str, origin: str, key: PrivateKey, memory: Memory | None = None) -> None:
        """`memory`: what to compare the log with before each append, where it is given."""
        self.root = root
        self.key: NoteKey = note_key(origin, LOG, key.public)
        self._signer, self._memory = key, memory

    def append(self, events: Sequence[Event], guard: Guard | None = None) -> Receipt:
        """Add records, all or none, and return once they are durable.

        A permit is used once: its second `consume` event is refused (`ledger-permit-used`).

        Raises Refusal `ledger-...` for a log that is not what it was, and what the guard raises; InputError
        `ledger-write-failed` where nothing was recorded, `ledger-commit-unknown` where that cannot be told.
        """
        disk, permits = Disk(self.root), _Permits(events)
        if permits.wanted:  # the long look at the log is made before others have to wait
            permits.require_unused(open_snapshot(self.root, self.key))
        with disk.locked():
            snapshot = open_snapshot(self.root, self.key)
            if permits.wanted:
                permits.require_unused(snapshot)
            if self._memory is not None:
                self._memory.check(snapshot, self.key)
            tree, bundle, last = snapshot.right_edge()
            if guard is not None:
                guard(snapshot)
            if not events:
                return Receipt(snapshot.size, (), snapshot.checkpoint)
            records = _chain(events, last)
            with _restored(disk, snapshot.checkpoint):
                _write(disk, tree, bundle, records)
                checkpoint = make_checkpoint(tree.size, tree.root(), self.key, self._signer)
                disk.put(CHECKPOINT, checkpoint.note.data)
            with _doubt(self.root):
                disk.settle()
                disk.put(STATE, State(checkpoint.origin, checkpoint.size, checkpoint.root).data)
                disk.settle()
            _drop_partials(disk, snapshot.size, tree.size)
        return Receipt(snapshot.size, tuple(records), checkpoint)


class _Permits:
    """The permits that events use; looks for them in the log, and later only in what was added to it."""

    def __init__(self, events: Sequence[Event]) -> None:
        permits = [made.fields["permit"] for made in events if made.kind == "consume"]
        self.wanted = set(permits)
        self._scan = Scan()
        if len(permits) > len(self.wanted):
            raise Refusal("ledger-permit-used", "one permit would be used twice")

    def require_unused(self, snapshot: Snapshot) -> None:
        entries = snapshot.entries("consume", scan=self._scan)
        if used := [entry for entry in entries if entry.fields["permit"] in self.wanted]:
            message = f"the permit {used[0].fields['permit']} was used: record {used[0].at}"
            raise Refusal("ledger-permit-used", message, where=snapshot.root)


def create_log(root: str, origin: str, key: PrivateKey) -> Log:
    """Make an empty ledger in a directory; raises InputError `ledger-exists`, Refusal `note-key-...`."""
    log = Log(root, origin, key)
    everything = Disk(os.sep)
    everything.make_folder(os.path.abspath(root).lstrip(os.sep))
    everything.settle()
    disk = Disk(root)
    if present := sorted(set(disk.names("")) - {LOCK, STATE, ".new"}):
        message = f"the directory is not empty: it holds {present[0]}"
        raise InputError(message, where=root, hint="name a directory of its own", code="ledger-exists")
    with disk.locked():
        checkpoint = make_checkpoint(0, EMPTY_ROOT, log.key, key)
        disk.put(STATE, State(origin, 0, EMPTY_ROOT).data)
        disk.settle()
        disk.put(CHECKPOINT, checkpoint.note.data)
        disk.settle()
    return log


def _chain(events: Sequence[Event], last: bytes) -> list[bytes]:
    records = []
    for made in events:
        records.append(encode(made, last))
        last = leaf_hash(records[-1])
    return records


def _write(disk: Disk, tree: Tree, bundle: Sequence[bytes], records: Sequence[bytes]) -> None:
    if tree.size + len(records) > MAX_SIZE:
        raise InputError(f"a ledger holds at most {MAX_SIZE} records", where=disk.root, code="ledger-full")
    old, start = tree.size, tree.size // WIDTH
    waiting = [*bundle, *records]
    for offset in range(0, len(waiting), WIDTH):
        part = waiting[offset : offset + WIDTH]
        disk.lay(tile_name(ENTRIES, start + offset // WIDTH, len(part)), pack(part))
    for level, index, run in tree.extend(leaf_hashes(records)):
        disk.lay(tile_name(level, index), run)
    for level, index, width in _edge(tree.size):
        if width and old >> HEIGHT * level < tree.size >> HEIGHT * level:
            disk.lay(tile_name(level, index, width), bytes(tree.edge[level]))
    disk.settle()


@contextmanager
def _restored(disk: Disk, known: Checkpoint) -> Iterator[None]:
    """Remove what lies beyond a checkpoint: what a crash left, and what the block wrote where it fails."""
    _drop_tail(disk, known.size)
    try:
        yield
    except BaseException:  # an interrupt, too; it may come after the checkpoint was replaced
        with suppress(InputError, Refusal):
            if read_file(os.path.join(disk.root, CHECKPOINT), MAX_NOTE_BYTES, CHECKPOINT) == known.note.data:
                _drop_tail(disk, known.size)
        raise


def _drop_tail(disk: Disk, size: int) -> None:
    _drop_beyond(disk, ENTRIES, size // WIDTH, size % WIDTH)
    for level, index, width in _edge(size):
        _drop_beyond(disk, level, index, width)


def _drop_beyond(disk: Disk, level: Level, index: int, width: int) -> None:
    last = index
    while disk.has(tile_name(level, last)) or disk.has(_partials(level, last)):
        last += 1
    for beyond in range(last - 1, index, -1):
        disk.remove(tile_name(level, beyond))
        disk.remove(_partials(level, beyond))
    disk.remove(tile_name(level, index))
    for name in disk.names(_partials(level, index)):
        if not (name.isdecimal() and int(name) <= width):
            disk.remove(f"{_partials(level, index)}/{name}")


def _drop_partials(disk: Disk, old: int, new: int) -> None:
    """Remove the partial tiles whose full tile is there now; they may as well stay."""
    with suppress(InputError):
        for level, index, _ in _edge(new):
            for full in range((old >> HEIGHT * level) // WIDTH, index):
                disk.remove(_partials(level, full))
                if level == 0:
                    disk.remove(_partials(ENTRIES, full))


def _partials(level: Level, index: int) -> str:
    return tile_name(level, index) + ".p"


def _edge(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (level, index, width) of the tile of each level that is not full; its width may be 0."""
    for level in range(_LEVELS):
        count = size >> HEIGHT * level
        yield level, count // WIDTH, count % WIDTH


@contextmanager
def _doubt(root: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        message = (
            f"{error.where} {error.message.partition(';')[0]}: whether the records were recorded is not known"
        )
        hint = "look with `policy ledger show --last 10` before you try again"
        raise InputError(message, where=root, hint=hint, code="ledger-commit-unknown") from error
