"""Reading a log from front to back, every hash of it compared, in memory that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from samakia_policy.evidence.ledger.checkpoint import Checkpoint
from samakia_policy.evidence.ledger.events import Entry, look, parse
from samakia_policy.evidence.ledger.merkle import EMPTY_ROOT, HASH, WIDTH, Tree, leaf_hashes
from samakia_policy.evidence.ledger.tiles import Tiles, tile_name
from samakia_policy.evidence.reasons import Refusal

_DIGITS = 2 * HASH


class Scan:
    """How far a log was read: where a scan of one checkpoint ended, that of a later one goes on."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        """How many records of each kind were read."""
        self._tree = Tree()
        self._prev = EMPTY_ROOT

    def records(self, tiles: Tiles, checkpoint: Checkpoint) -> Iterator[tuple[int, list[bytes]]]:
        """Yield the records up to a checkpoint that were not read yet: (position of the first, some).

        What was yielded counts once the iterator ended: the root over everything is compared last. Raises
        Refusal `ledger-...`.
        """
        for index in range(self._tree.size // WIDTH, -(-checkpoint.size // WIDTH)):
            bundle, known = tiles.bundle(index), self._tree.size % WIDTH
            leaves = leaf_hashes(bundle)
            _check_leaves(index * WIDTH, tiles.tile(0, index), leaves)
            first, records, leaves = self._tree.size, bundle[known:], leaves[known * HASH :]
            self._check_records(first, records, self._prev + leaves)
            for tile in self._tree.extend(leaves):
                _check_tile(tiles, *tile)
            self._prev = leaves[-HASH:]
            yield first, records
        for level, run in enumerate(self._tree.edge):
            if run:
                _check_tile(tiles, level, (checkpoint.size >> 8 * level) // WIDTH, bytes(run))
        if self._tree.root() != checkpoint.root:
            message = f"its {checkpoint.size} records do not have the root that its checkpoint signed"
            raise Refusal("ledger-root-mismatch", message, where=tiles.root)

    def entries(self, tiles: Tiles, checkpoint: Checkpoint, kinds: tuple[str, ...]) -> Iterator[Entry]:
        """Yield the entries of some kinds, or of all where none is named, as `records` does."""
        wanted = [f'"kind":"{kind}"'.encode() for kind in kinds]
        for first, records in self.records(tiles, checkpoint):
            for offset, record in enumerate(records):
                if not wanted or any(mark in record for mark in wanted):
                    yield parse(record, first + offset)

    def _check_records(self, first: int, records: list[bytes], chain: bytes) -> None:
        """Check the shape of records, and that each names the one before; `chain` begins before the first."""
        digits = chain.hex().encode()
        kinds = []
        for offset, record in enumerate(records):
            try:
                kind, prev = look(record)
            except Refusal as refusal:
                raise refusal.at(f"record {first + offset}") from None
            if prev != digits[offset * _DIGITS : (offset + 1) * _DIGITS]:
                message = "the record does not name the one before it"
                raise Refusal("ledger-chain-broken", message, where=f"record {first + offset}")
            kinds.append(kind)
        self.kinds.update(kinds)


def _check_leaves(first: int, run: bytes, leaves: bytes) -> None:
    if run != leaves:
        at = next(at for at in range(0, len(run), HASH) if run[at : at + HASH] != leaves[at : at + HASH])
        where = f"record {first + at // HASH}"
        raise Refusal("ledger-entry-edited", "the record does not have its hash", where=where)


def _check_tile(tiles: Tiles, level: int, index: int, run: bytes) -> None:
    if tiles.tile(level, index) != run:
        message = "the tile does not hold the hashes of what is below it"
        raise Refusal("ledger-tile-edited", message, where=tile_name(level, index, tiles.width(level, index)))
