"""Checkpoints (c2sp.org/tlog-checkpoint): how large a log is and what its root is, as a signed note."""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from samakia_policy.evidence.ledger.merkle import EMPTY_ROOT, HASH
from samakia_policy.evidence.ledger.note import Note, NoteKey, base64_bytes, parse_note, sign
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import Signer

MAX_SIZE = 2**53 - 1
"""Records of one log."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_LINES = 3


class Checkpoint(NamedTuple):
    """What a log says of itself: its name, the number of its records, the root over them."""

    origin: str
    size: int
    root: bytes
    note: Note

    @property
    def same(self) -> tuple[str, int, bytes]:
        """What two checkpoints have in common that say the same."""
        return self[:3]


def number(text: str) -> int | None:
    """Return a count or an index as logs write them, or None for anything else."""
    value = int(text) if _NUMBER.fullmatch(text) else MAX_SIZE + 1
    return value if value <= MAX_SIZE else None


def parse_hash(text: str, code: str, where: str = "") -> bytes:
    """Return the 32 bytes of a hash in base64; raises Refusal with a code."""
    data = base64_bytes(text, code, "a hash", where)
    if len(data) != HASH:
        raise Refusal(code, f"a hash has {len(data)} bytes, not {HASH}", where=where)
    return data


def encode_hash(value: bytes) -> str:
    """Return a hash as notes and proofs write it."""
    return base64.b64encode(value).decode()


def parse_checkpoint(data: bytes, where: str = "") -> Checkpoint:
    """Return the checkpoint of a note, whoever signed it; raises `note-...`, `checkpoint-malformed`."""
    note = parse_note(data, where)
    lines = note.text[:-1].split("\n")
    if len(lines) < _LINES or not all(lines):
        message = "the text of the note is not the lines of a checkpoint: origin, size, root"
        raise Refusal("checkpoint-malformed", message, where=where)
    size = number(lines[1])
    if size is None:
        message = f"the size {lines[1][:40]!r} is not a number up to {MAX_SIZE}"
        raise Refusal("checkpoint-malformed", message, where=where)
    root = parse_hash(lines[2], "checkpoint-malformed", where)
    if size == 0 and root != EMPTY_ROOT:
        raise Refusal("checkpoint-malformed", "an empty tree has another root", where=where)
    return Checkpoint(lines[0], size, root, note)


def open_checkpoint(data: bytes, key: NoteKey, where: str = "") -> Checkpoint:
    """Return a checkpoint that the log's key signed.

    Raises Refusal `note-...`, `checkpoint-malformed`, `checkpoint-origin` or `checkpoint-signature`.
    """
    found = parse_checkpoint(data, where)
    if found.origin != key.name:
        message = f"the checkpoint is of {found.origin!r}, expected {key.name!r}"
        raise Refusal("checkpoint-origin", message, where=where)
    if not found.note.signed_by(key):
        message = f"the checkpoint is not signed by {key.vkey}"
        raise Refusal("checkpoint-signature", message, where=where)
    return found


def make_checkpoint(size: int, root: bytes, key: NoteKey, signer: Signer) -> Checkpoint:
    """Return a checkpoint of the log that the key names, signed."""
    text = f"{key.name}\n{size}\n{encode_hash(root)}\n"
    return Checkpoint(key.name, size, root, Note(text, (sign(text, key, signer),)))
