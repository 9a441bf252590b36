"""Witnesses: who remembers a log's checkpoints elsewhere, and cosigns one only if it extends the last.

A witness that can read the ledger makes its own proofs. One that cannot is sent a request, in the form of
c2sp.org/tlog-witness: the size it knows, the proof from there, and the new checkpoint.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import Checkpoint, encode_hash, number, open_checkpoint
from samakia_policy.evidence.ledger.disk import Disk
from samakia_policy.evidence.ledger.fork import Fork
from samakia_policy.evidence.ledger.memory import Memory, forked
from samakia_policy.evidence.ledger.merkle import consistent
from samakia_policy.evidence.ledger.note import MAX_NOTE_BYTES, Note, NoteKey, Signature, cosign
from samakia_policy.evidence.ledger.proof import parse_path
from samakia_policy.evidence.ledger.snapshot import CHECKPOINT, Snapshot
from samakia_policy.evidence.ledger.tiles import read_file
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import Signer

COSIGNED = "cosigned"
"""The file of a ledger that holds its newest checkpoint with cosignatures: `checkpoint` moves on."""
_MALFORMED = "witness-request-malformed"


class Witness(NamedTuple):
    """Who cosigns, what of, and with which memory."""

    log: NoteKey
    key: NoteKey
    signer: Signer
    memory: Memory

    def look(self, snapshot: Snapshot, time: int) -> Signature:
        """Cosign the checkpoint of a log that can be read; `time` in seconds since 1970.

        Raises Refusal `ledger-rolled-back`, `ledger-forked` (with evidence in the memory's folder) or another
        `ledger-...`. The checkpoint is remembered before it is cosigned.
        """
        self.memory.update(snapshot, self.log)
        return cosign(snapshot.checkpoint.note.text, time, self.key, self.signer)

    def answer(self, request: bytes, time: int, where: str = "") -> Signature:
        """Cosign the checkpoint of a request; raises Refusal `witness-...`, `note-...`, `checkpoint-...`."""
        old_size, path, note = _parse(request, where)
        new = open_checkpoint(note, self.log, where)

        def require(old: Checkpoint) -> None:
            self._require(old, new, old_size, path)

        if self.memory.recall(self.log) is None and (old_size or path):
            raise _conflict(0, where)
        self.memory.remember(new, self.log, require)
        return cosign(new.note.text, time, self.key, self.signer)

    def _require(self, old: Checkpoint, new: Checkpoint, old_size: int, path: tuple[bytes, ...]) -> None:
        if old.size == new.size and old.root != new.root:
            raise forked(Fork(old, new, new.root, ()), self.memory.folder, new.origin)
        if old_size != old.size or new.size < old.size:
            raise _conflict(old.size, new.origin)
        if old.size and not consistent(old.size, new.size, old.root, new.root, path):
            message = f"the proof does not show that size {new.size} extends size {old.size}"
            raise Refusal("witness-proof-invalid", message, where=new.origin)


def make_request(snapshot: Snapshot, old: int) -> bytes:
    """Return the request to a witness that knows an older size, 0 for none.

    Raises InputError `ledger-no-record` for a larger one, Refusal `ledger-...`.
    """
    if not 0 <= old <= snapshot.size:
        message = f"there is no size {old}: the log has {snapshot.size} records"
        raise InputError(message, where=snapshot.root, code="ledger-no-record")
    lines = [f"old {old}", *map(encode_hash, snapshot.consistency(old)), "", ""]
    return "\n".join(lines).encode() + snapshot.checkpoint.note.data


def collect(root: str, log: NoteKey, cosigned: Note) -> None:
    """Add the cosignatures of a checkpoint to a ledger's files; raises Refusal, InputError.

    `checkpoint` gets them where it still says the same, `cosigned` unless it holds a newer one.
    """
    disk = Disk(root)
    with disk.locked():
        new = open_checkpoint(cosigned.data, log)
        for name in (CHECKPOINT, COSIGNED):
            known = read_checkpoint(root, name, log)
            if known is not None and known.note.text == cosigned.text:
                disk.put(name, _merged(known.note, cosigned).data)
            elif name == COSIGNED and (known is None or known.size < new.size):
                disk.put(name, cosigned.data)
        disk.settle()


def read_checkpoint(root: str, name: str, log: NoteKey) -> Checkpoint | None:
    """Return the checkpoint in a file of a ledger, or None where there is none; raises Refusal."""
    data = read_file(os.path.join(root, name), MAX_NOTE_BYTES, name)
    return None if data is None else open_checkpoint(data, log, name)


def _merged(known: Note, cosigned: Note) -> Note:
    for signature in cosigned.signatures:
        known = known.add(signature)
    return known


def _conflict(size: int, where: str) -> Refusal:
    hint = f"ask for a proof from there: `policy ledger prove --request {size}`"
    return Refusal("witness-conflict", f"the witness knows size {size} of this log", where=where, hint=hint)


def _parse(data: bytes, where: str) -> tuple[int, tuple[bytes, ...], bytes]:
    head, separator, note = data.partition(b"\n\n")
    first, *path = head.decode("ascii", errors="replace").split("\n")
    old = number(first.removeprefix("old ")) if first.startswith("old ") else None
    if not separator or old is None:
        message = "the request is not `old SIZE`, hashes, an empty line and a checkpoint"
        raise Refusal(_MALFORMED, message, where=where)
    return old, parse_path(path, _MALFORMED, where), note
