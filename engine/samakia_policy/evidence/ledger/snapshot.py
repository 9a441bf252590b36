"""A log as one of its checkpoints describes it: read, verified and proved from its files alone."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samakia_policy.errors import InputError
from samakia_policy.evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from samakia_policy.evidence.ledger.events import Entry, parse
from samakia_policy.evidence.ledger.merkle import (
    EMPTY_ROOT,
    FULL,
    HASH,
    WIDTH,
    Tree,
    consistency_proof,
    consistent,
    fold,
    included,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    subtree,
)
from samakia_policy.evidence.ledger.note import MAX_NOTE_BYTES, NoteKey
from samakia_policy.evidence.ledger.scan import Scan
from samakia_policy.evidence.ledger.state import STATE, read_state
from samakia_policy.evidence.ledger.tiles import Tiles, read_file, tile_name
from samakia_policy.evidence.reasons import Refusal

CHECKPOINT = "checkpoint"


class Snapshot:
    """The records of a checkpoint; nothing of the files is believed before its hashes were compared."""

    def __init__(self, root: str, checkpoint: Checkpoint) -> None:
        self.root, self.checkpoint = root, checkpoint
        self.tiles = Tiles(root, checkpoint.size)

    @property
    def size(self) -> int:
        """The number of records."""
        return self.checkpoint.size

    def records(self, scan: Scan | None = None) -> Iterator[tuple[int, list[bytes]]]:
        """Yield all records, or those that a scan has not seen, as Scan.records does: verified at the end."""
        return (scan or Scan()).records(self.tiles, self.checkpoint)

    def entries(self, *kinds: str, scan: Scan | None = None) -> Iterator[Entry]:
        """Yield the entries of some kinds, or all, as `records` does."""
        return (scan or Scan()).entries(self.tiles, self.checkpoint, kinds)

    def entry(self, index: int) -> Entry:
        """Return one entry, proved to be in the log.

        Raises InputError `ledger-no-record` for a position outside it, Refusal `ledger-...`.
        """
        return parse(self.prove(index)[0], index)

    def prove(self, index: int) -> tuple[bytes, list[bytes]]:
        """Return a record and its inclusion proof, which holds; raises as `entry` does."""
        if not 0 <= index < self.size:
            message = f"there is no record {index}: the log has {self.size}"
            raise InputError(message, where=self.root, code="ledger-no-record")
        record = self.tiles.bundle(index // WIDTH)[index % WIDTH]
        proof = inclusion_proof(index, self.size, self.tiles.nodes)
        if not included(index, self.size, leaf_hash(record), proof, self.checkpoint.root):
            message = "the record is not what the checkpoint signed"
            raise Refusal("ledger-entry-edited", message, where=f"record {index}")
        return record, proof

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof from an older size, empty from 0; it holds only where the log is append-only."""
        return consistency_proof(old, self.size, self.tiles.nodes) if old else []

    def extends(self, size: int, root: bytes) -> bool:
        """Tell whether the log's first records have an older size and root; raises Refusal `ledger-...`."""
        if size == 0:
            return root == EMPTY_ROOT
        if size > self.size:
            return False
        return consistent(size, self.size, root, self.checkpoint.root, self.consistency(size))

    def root_at(self, size: int) -> bytes:
        """Return the root of the first records, as the tiles have it; `extends` tells whether it holds."""
        return subtree(0, size, self.tiles.nodes)

    def right_edge(self) -> tuple[Tree, list[bytes], bytes]:
        """Return the tree, the records of the bundle that is not full, and the last leaf hash.

        The edge has the root of the checkpoint, else Refusal `ledger-...`.
        """
        edge: list[bytes] = []
        count = self.size
        while count:
            edge.append(self._edge_tile(len(edge), count // WIDTH) if count % WIDTH else b"")
            count //= WIDTH
        tree = Tree(self.size, edge)
        if tree.root() != self.checkpoint.root:
            message = "its tiles do not have the root that its checkpoint signed"
            raise Refusal("ledger-root-mismatch", message, where=self.root)
        bundle = self.tiles.bundle(self.size // WIDTH) if self.size % WIDTH else []
        leaves = leaf_hashes(bundle)
        if bundle and leaves != edge[0]:
            where = tile_name("entries", self.size // WIDTH, self.size % WIDTH)
            raise Refusal("ledger-entry-edited", "a record does not have its hash", where=where)
        return tree, bundle, leaves[-HASH:] or self._last_leaf()

    def _edge_tile(self, level: int, index: int) -> bytes:
        # A partial tile goes once a larger checkpoint is there for good: to go on here would drop the rest.
        name = tile_name(level, index, self.tiles.width(level, index))
        run = self.tiles.tile(level, index)
        if not os.path.lexists(os.path.join(self.root, name)):
            message = (
                f"this file was removed when the log had more than the {self.size} records of its checkpoint"
            )
            raise Refusal("ledger-rolled-back", message, where=name)
        return run

    def _last_leaf(self) -> bytes:
        """Return the last leaf of a log whose last tile is full, after a look at the tiles above it."""
        if not self.size:
            return EMPTY_ROOT
        level, count = 0, self.size
        run = self.tiles.tile(0, count // WIDTH - 1)
        leaf = run[-HASH:]
        while len(run) == FULL:
            level, count = level + 1, count // WIDTH
            parent, run = fold(run), self.tiles.tile(level, (count - 1) // WIDTH)
            if run[-HASH:] != parent:
                where = tile_name(level - 1, count - 1)
                raise Refusal(
                    "ledger-tile-edited", "the tile does not have its hash in the tile above", where=where
                )
        return leaf


def open_snapshot(root: str, key: NoteKey) -> Snapshot:
    """Return the log in a directory as its newest checkpoint describes it, after a look at its state file.

    Raises Refusal `ledger-missing`, `ledger-file`, `note-...`, `checkpoint-...`, `ledger-state-...` or
    `ledger-truncated`.
    """
    # State first: a writer moves the checkpoint first, so the state that was read is never ahead of it.
    state = read_state(root, key.name)
    data = read_file(os.path.join(root, CHECKPOINT), MAX_NOTE_BYTES, CHECKPOINT)
    if data is None:
        hint = "name the directory of a ledger with --ledger; `policy ledger init` makes one"
        raise Refusal("ledger-missing", "there is no checkpoint", where=root, hint=hint)
    found = Snapshot(root, open_checkpoint(data, key, CHECKPOINT))
    if found.size < state.size:
        message = f"the checkpoint is of {found.size} records, and there have been {state.size}"
        raise Refusal("ledger-truncated", message, where=CHECKPOINT)
    if not found.extends(state.size, state.root):
        message = f"the first {state.size} records are not those that the state remembers"
        raise Refusal("ledger-state-mismatch", message, where=STATE)
    return found
