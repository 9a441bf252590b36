"""The newest checkpoint seen of each log, kept in the user's own state: what a log cannot take back.

Somebody who can write to a ledger can roll its files back, all of them together. Only who remembers what was
there before can tell.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from samakia_policy.evidence.ledger.disk import Disk
from samakia_policy.evidence.ledger.fork import Fork
from samakia_policy.evidence.ledger.note import MAX_NOTE_BYTES, NoteKey
from samakia_policy.evidence.ledger.snapshot import Snapshot
from samakia_policy.evidence.ledger.tiles import read_file
from samakia_policy.evidence.reasons import Refusal


class Memory:
    """A folder with one checkpoint a log, and the evidence of forks that were seen."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def recall(self, key: NoteKey) -> Checkpoint | None:
        """Return the checkpoint that is remembered of a log, if any; raises Refusal for another file."""
        name = _name(key.name)
        data = read_file(os.path.join(self.folder, name), MAX_NOTE_BYTES, name)
        return None if data is None else open_checkpoint(data, key, os.path.join(self.folder, name))

    def check(self, snapshot: Snapshot, key: NoteKey) -> Checkpoint | None:
        """Return what is remembered of a log, which the log extends; None where it was never seen.

        Raises Refusal `ledger-rolled-back` or, with evidence written beside the memory, `ledger-forked`.
        """
        old = self.recall(key)
        if old is not None:
            require_extends(snapshot, old, self.folder)
        return old

    def update(self, snapshot: Snapshot, key: NoteKey) -> Checkpoint | None:
        """Check as `check` does, and remember the newer of the two; raises InputError, too."""
        return self.remember(
            snapshot.checkpoint, key, lambda old: require_extends(snapshot, old, self.folder)
        )

    def remember(
        self, new: Checkpoint, key: NoteKey, require: Callable[[Checkpoint], None]
    ) -> Checkpoint | None:
        """Remember a checkpoint unless a newer one is known; `require` may refuse it, given the old one.

        Returns that one, None the first time; raises what `require` raises, and InputError.
        """
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
        except OSError as error:
            message = f"cannot be made: {error.strerror}"
            raise InputError(message, where=self.folder, code="ledger-write-failed") from error
        disk = Disk(self.folder)
        with disk.locked():
            old = self.recall(key)
            if old is not None:
                require(old)
            if old is None or old.size < new.size:
                disk.put(_name(key.name), new.note.data)
                disk.settle()
        return old


def require_extends(snapshot: Snapshot, old: Checkpoint, folder: str) -> None:
    """Refuse a log that does not extend a checkpoint it signed before.

    Raises Refusal `ledger-rolled-back` or, with evidence written into a folder, `ledger-forked`.
    """
    if old.size > snapshot.size:
        message = f"the log has {snapshot.size} records, and it had {old.size} when it was seen last"
        hint = "records were taken away, or an old copy was put back: ask who keeps the log"
        raise Refusal("ledger-rolled-back", message, where=snapshot.root, hint=hint)
    if snapshot.extends(old.size, old.root):
        return
    fork = Fork(old, snapshot.checkpoint, snapshot.root_at(old.size), tuple(snapshot.consistency(old.size)))
    if not fork.holds:
        message = "its tiles do not have the root that its checkpoint signed"
        raise Refusal("ledger-root-mismatch", message, where=snapshot.root)
    raise forked(fork, folder, snapshot.root)


def forked(fork: Fork, folder: str, where: str) -> Refusal:
    """Save the evidence of a fork in a folder; returns the Refusal `ledger-forked` that names the file."""
    message = f"the log signed two histories: its first {fork.older.size} records are not those it had before"
    name = f"fork-{hashlib.sha256(fork.data).hexdigest()[:16]}.json"
    # A temporary name of its own: the folder's lock may be held, by this process or another.
    disk = Disk(folder, new=f".{name}")
    try:
        disk.put(name, fork.data)
        disk.settle()
        hint = f"{os.path.join(folder, name)} proves it; `policy ledger show --fork FILE` checks that"
    except InputError as error:
        hint = f"the evidence could not be saved: {error.message}"
    return Refusal("ledger-forked", message, where=where, hint=hint)


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:32] + ".checkpoint"
