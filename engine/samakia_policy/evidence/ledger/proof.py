"""Proofs of inclusion as files (c2sp.org/tlog-proof): a record, its path to the root, the checkpoint.

The record itself is the proof's `extra` data. Nothing else is needed to verify one, only the keys.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

from samakia_policy.evidence.ledger.checkpoint import Checkpoint, encode_hash, number, parse_hash
from samakia_policy.evidence.ledger.events import Entry, parse
from samakia_policy.evidence.ledger.merkle import included, leaf_hash
from samakia_policy.evidence.ledger.note import MAX_NOTE_BYTES, base64_bytes
from samakia_policy.evidence.ledger.policy import LogPolicy
from samakia_policy.evidence.ledger.snapshot import Snapshot
from samakia_policy.evidence.ledger.tiles import MAX_RECORD
from samakia_policy.evidence.reasons import Refusal

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
"""Hashes of one proof."""
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 2 * MAX_RECORD + 64 * MAX_PATH
"""Bytes of one proof."""
_MALFORMED = "ledger-proof-malformed"


class Proof(NamedTuple):
    """What a proof says; nothing of it is verified."""

    at: int
    record: bytes
    path: tuple[bytes, ...]
    note: bytes

    @property
    def data(self) -> bytes:
        """The proof as a file holds it."""
        extra = base64.b64encode(self.record).decode()
        lines = [HEADER, f"extra {extra}", f"index {self.at}", *map(encode_hash, self.path), "", ""]
        return "\n".join(lines).encode() + self.note


def make_proof(snapshot: Snapshot, index: int) -> Proof:
    """Return the proof of one record under the snapshot's checkpoint; raises as Snapshot.prove does."""
    record, path = snapshot.prove(index)
    return Proof(index, record, tuple(path), snapshot.checkpoint.note.data)


def parse_proof(data: bytes, where: str = "") -> Proof:
    """Return the proof in a file; raises Refusal `ledger-proof-malformed`."""
    head, separator, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if len(data) > MAX_PROOF_BYTES or not separator or lines[:1] != [HEADER]:
        message = f"the file is not a {HEADER} of at most {MAX_PROOF_BYTES} bytes"
        raise Refusal(_MALFORMED, message, where=where)
    extra, index, path = _lines(lines[1:], where)
    return Proof(index, extra, path, note)


def _lines(lines: Sequence[str], where: str) -> tuple[bytes, int, tuple[bytes, ...]]:
    if len(lines) < 2 or not lines[0].startswith("extra ") or not lines[1].startswith("index "):  # noqa: PLR2004
        message = "the proof lacks its lines `extra` (the record) and `index`"
        raise Refusal(_MALFORMED, message, where=where)
    record = base64_bytes(lines[0][len("extra ") :], _MALFORMED, "the record", where)
    index = number(lines[1][len("index ") :])
    if index is None:
        raise Refusal(_MALFORMED, "the index is not a number", where=where)
    return record, index, parse_path(lines[2:], _MALFORMED, where)


def parse_path(lines: Sequence[str], code: str, where: str = "") -> tuple[bytes, ...]:
    """Return the hashes of the lines of a proof; raises Refusal with a code."""
    if len(lines) > MAX_PATH:
        raise Refusal(code, f"the proof has {len(lines)} hashes (limit MAX_PATH = {MAX_PATH})", where=where)
    return tuple(parse_hash(line, code, where) for line in lines)


def verify_proof(data: bytes, policy: LogPolicy, where: str = "") -> tuple[Entry, Checkpoint]:
    """Return the entry that a proof shows to be in the log, and the checkpoint it is under.

    Raises `ledger-proof-...`, `ledger-record-malformed`, `note-...`, `checkpoint-...`, `ledger-quorum`.
    """
    found = parse_proof(data, where)
    checkpoint = policy.open(found.note, where)
    leaf = leaf_hash(found.record)
    if not included(found.at, checkpoint.size, leaf, found.path, checkpoint.root):
        message = f"the record is not number {found.at} of the {checkpoint.size} under the checkpoint"
        raise Refusal("ledger-proof-invalid", message, where=where)
    try:
        return parse(found.record, found.at), checkpoint
    except Refusal as refusal:
        raise refusal.at(where) from None
