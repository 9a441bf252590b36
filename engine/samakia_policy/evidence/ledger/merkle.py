"""Merkle trees of RFC 9162 (the trees of RFC 6962): hashes, roots, proofs and their verification.

Hashes are 32 bytes; a run of hashes is their concatenation. Whoever reads hashes from a file checks their
length there: `consistent` and `included` only compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

HASH = 32
HEIGHT = 8  # a tile is a subtree of this height
WIDTH = 1 << HEIGHT
FULL = WIDTH * HASH
EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = sha256(b"\0"), sha256(b"\1")

Nodes = Callable[[int, int, int], bytes]
"""(level, first, stop) -> the run of these nodes of one tile; a node is over 256**level leaves."""


def leaf_hash(record: bytes) -> bytes:
    """Return the hash of a record as a leaf."""
    return sha256(b"\0" + record).digest()


def leaf_hashes(records: Iterable[bytes]) -> bytes:
    """Return the hashes of records as leaves, a run."""
    return _hashes(_LEAF, records)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node with two children."""
    return sha256(b"\1" + left + right).digest()


def _hashes(begun: _Hash, parts: Iterable[bytes]) -> bytes:
    # A copy of a hash that has begun costs half of what a new one does.
    run = []
    for part in parts:
        made = begun.copy()
        made.update(part)
        run.append(made.digest())
    return b"".join(run)


def fold(run: bytes) -> bytes:
    """Return the root over a run of one or more nodes of one size, of which the last may be smaller."""
    pair = 2 * HASH
    while len(run) > HASH:
        pairs = len(run) // pair * pair
        run = _hashes(_NODE, [run[at : at + pair] for at in range(0, pairs, pair)]) + run[pairs:]
    return run


class Tree:
    """A growing tree, kept as its right edge: the hashes of the partial tile of each level."""

    __slots__ = ("edge", "size")

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self.edge = [bytearray(run) for run in edge]

    def extend(self, run: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add leaf hashes, a run; yields each tile that became full as (level, index, its run)."""
        at = 0
        while at < len(run):
            taken = run[at : at + FULL - len(self._level(0))]
            at += len(taken)
            self.size += len(taken) // HASH
            yield from self._push(0, taken)

    def _push(self, level: int, run: bytes) -> Iterator[tuple[int, int, bytes]]:
        tile = self._level(level)
        tile += run
        if len(tile) == FULL:
            full = bytes(tile)
            tile.clear()
            yield level, (self.size >> HEIGHT * (level + 1)) - 1, full
            yield from self._push(level + 1, fold(full))

    def _level(self, level: int) -> bytearray:
        if level == len(self.edge):
            self.edge.append(bytearray())
        return self.edge[level]

    def root(self) -> bytes:
        """Return the root hash."""
        carry = b""
        for tile in self.edge:
            carry = fold(bytes(tile) + carry)
        return carry or EMPTY_ROOT


def subtree(first: int, stop: int, nodes: Nodes) -> bytes:
    """Return the root over the leaves [first, stop), which must be a subtree of some tree."""
    carry, level = b"", 0
    while True:
        left, right = first >> HEIGHT * level, stop >> HEIGHT * level
        if left >= (right - 1) // WIDTH * WIDTH:
            return fold(nodes(level, left, right) + carry)
        carry = fold(nodes(level, right // WIDTH * WIDTH, right) + carry)
        level += 1


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the audit path of a leaf in the tree of a size; raises ValueError for a leaf outside it."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    first, stop = 0, size
    path: list[tuple[int, int]] = []
    while stop - first > 1:
        split = first + _left_size(stop - first)
        if index < split:
            path.append((split, stop))
            stop = split
        else:
            path.append((first, split))
            first = split
    return [subtree(*part, nodes) for part in reversed(path)]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that one tree is a prefix of another; raises ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new}")
    first, stop = 0, new
    path: list[tuple[int, int]] = []
    while old != stop:
        split = first + _left_size(stop - first)
        if old <= split:
            path.append((split, stop))
            stop = split
        else:
            path.append((first, split))
            first = split
    if first:
        path.append((first, stop))
    return [subtree(*part, nodes) for part in reversed(path)]


def _left_size(size: int) -> int:
    """Return the largest power of two below a size above one."""
    return 1 << (size - 1).bit_length() - 1


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows a leaf to be in the tree of a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(part, computed)
            while not node & 1:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, part)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows the old tree to be a prefix of the new one (RFC 9162, 2.1.4.2).

    Every tree extends the empty one, so a proof from size 0 would show nothing: it is refused.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, part)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
