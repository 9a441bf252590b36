"""Two checkpoints that one log signed and that cannot both be true, as a file that anybody can check.

Two of one size differ in their roots. Two of different sizes come with the root that the first records have
in the larger tree, and the proof that they have it: it differs from the root that was signed for them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.ledger.checkpoint import Checkpoint, encode_hash, open_checkpoint, parse_hash
from samakia_policy.evidence.ledger.merkle import consistent
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.reasons import Refusal

_KIND = "LedgerFork"
_FIELDS = {"apiVersion", "kind", "older", "newer", "prefix_root", "proof"}
_UNPROVEN = "ledger-fork-unproven"


class Fork(NamedTuple):
    """Two signed checkpoints, and what shows that the newer does not extend the older."""

    older: Checkpoint
    newer: Checkpoint
    prefix_root: bytes
    proof: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """The evidence as a file: canonical JSON."""
        value: dict[str, Any] = {
            "apiVersion": "samakia.policy/v1",
            "kind": _KIND,
            "newer": self.newer.note.data.decode(),
            "older": self.older.note.data.decode(),
            "prefix_root": encode_hash(self.prefix_root),
            "proof": [encode_hash(part) for part in self.proof],
        }
        return strict_json.canonical_line(value)

    @property
    def holds(self) -> bool:
        """Whether the two contradict one another."""
        old, new = self.older, self.newer
        shown = consistent(old.size, new.size, self.prefix_root, new.root, self.proof)
        return shown and self.prefix_root != old.root


def parse_fork(data: bytes, key: NoteKey, where: str = "") -> Fork:
    """Return the fork that a file proves; raises Refusal `ledger-fork-unproven` where it proves none."""
    try:
        found = _fork(strict_json.parse(data), key)
    except Refusal as refusal:
        raise Refusal(_UNPROVEN, f"the file proves no fork: {refusal.message}", where=where) from None
    if found is None or not found.holds:
        raise Refusal(_UNPROVEN, "the file proves no fork: its two checkpoints may both be true", where=where)
    return found


def _fork(value: object, key: NoteKey) -> Fork | None:
    if not isinstance(value, dict) or value.keys() != _FIELDS or value["kind"] != _KIND:
        return None
    proof = value["proof"] if isinstance(value["proof"], list) else [None]
    texts = [value["older"], value["newer"], value["prefix_root"], *proof]
    if not all(isinstance(text, str) for text in texts):
        return None
    older, newer, *hashes = texts
    prefix, *path = [parse_hash(text, _UNPROVEN) for text in hashes]
    checkpoints = (open_checkpoint(text.encode(), key) for text in (older, newer))
    return Fork(next(checkpoints), next(checkpoints), prefix, tuple(path))
