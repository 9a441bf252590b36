"""The trees of RFC 9162, against their definition written down as it stands."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence.ledger.checkpoint import parse_hash
from samakia_policy.evidence.ledger.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    consistent,
    fold,
    included,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    node_hash,
    subtree,
)
from samakia_policy.evidence.reasons import Refusal

VECTORS = "github.com/transparency-dev/merkle@v0.0.3-0.20260727102338-4491f478b7dc"
LEAVES = [leaf_hash(b"record %d" % number) for number in range(1100)]


@cache
def mth(first: int, stop: int) -> bytes:
    """The definition of RFC 9162, 2.1.1."""
    if first == stop:
        return hashlib.sha256(b"").digest()
    if stop - first == 1:
        return LEAVES[first]
    split = 1
    while split * 2 < stop - first:
        split *= 2
    return hashlib.sha256(b"\1" + mth(first, first + split) + mth(first + split, stop)).digest()


def path(index: int, first: int, stop: int) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if stop - first == 1:
        return []
    split = 1
    while split * 2 < stop - first:
        split *= 2
    if index < split:
        return [*path(index, first, first + split), mth(first + split, stop)]
    return [*path(index - split, first + split, stop), mth(first, first + split)]


def subproof(old: int, first: int, stop: int, complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if old == stop - first:
        return [] if complete else [mth(first, stop)]
    split = 1
    while split * 2 < stop - first:
        split *= 2
    if old <= split:
        return [*subproof(old, first, first + split, complete), mth(first + split, stop)]
    return [*subproof(old - split, first + split, stop, False), mth(first, first + split)]


def nodes_of(size: int) -> Callable[[int, int, int], bytes]:
    def nodes(level: int, first: int, stop: int) -> bytes:
        width = 256**level
        assert stop * width <= size, "a node that the tree does not have"
        assert first // 256 == max(first, stop - 1) // 256, "more than one tile"
        return b"".join(mth(at * width, (at + 1) * width) for at in range(first, stop))

    return nodes


def test_the_empty_tree_and_one_leaf() -> None:
    assert Tree().root() == EMPTY_ROOT == hashlib.sha256().digest()
    assert leaf_hash(b"x") == hashlib.sha256(b"\0x").digest() == leaf_hashes([b"x"])
    assert node_hash(b"l", b"r") == hashlib.sha256(b"\1lr").digest()
    assert fold(b"") == b""


def test_a_growing_tree_has_the_root_of_the_definition_at_every_size() -> None:
    tree = Tree()
    full = []
    for size, leaf in enumerate(LEAVES, 1):
        full += list(tree.extend(leaf))
        assert tree.size == size
        assert tree.root() == mth(0, size), size
    assert [tile[:2] for tile in full] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert all(run == nodes_of(1100)(0, index * 256, index * 256 + 256) for _, index, run in full)


@pytest.mark.parametrize("step", [1, 2, 255, 256, 257, 1100])
def test_leaves_may_come_in_runs_of_any_length(step: int) -> None:
    tree = Tree()
    full = [tile for at in range(0, 1100, step) for tile in tree.extend(b"".join(LEAVES[at : at + step]))]
    assert (tree.root(), len(full)) == (mth(0, 1100), 4)


def test_tiles_of_higher_levels_fill_as_well() -> None:
    tree = Tree()
    leaf = LEAVES[0]
    tiles = [(level, index) for level, index, _ in tree.extend(leaf * 65536)]
    assert tiles[-2:] == [(0, 255), (1, 0)]
    expected = leaf
    for _ in range(16):
        expected = node_hash(expected, expected)
    assert tree.root() == expected
    assert list(tree.edge) == [b"", b"", expected]
    list(tree.extend(leaf))
    assert tree.root() == node_hash(expected, leaf)


def test_a_tree_goes_on_from_its_edge() -> None:
    tree = Tree()
    list(tree.extend(b"".join(LEAVES[:700])))
    again = Tree(700, [bytes(run) for run in tree.edge])
    list(again.extend(b"".join(LEAVES[700:])))
    assert again.root() == mth(0, 1100)


def test_every_proof_of_inclusion_is_that_of_the_definition_and_holds() -> None:
    for size in [*range(1, 50), 255, 256, 257, 511, 513, 1024, 1100]:
        for index in range(size) if size < 50 else (0, 1, 127, 128, 255, 256, size - 1):
            if index < size:
                proof = inclusion_proof(index, size, nodes_of(size))
                assert proof == path(index, 0, size)
                assert included(index, size, LEAVES[index], proof, mth(0, size))


def test_every_proof_of_consistency_is_that_of_the_definition_and_holds() -> None:
    for new in [*range(1, 50), 255, 256, 257, 511, 513, 1024, 1100]:
        for old in range(1, new + 1) if new < 50 else {1, 2, 3, 100, 128, 254, 255, 256, new - 1, new}:
            if old > new:
                continue
            proof = consistency_proof(old, new, nodes_of(new))
            assert proof == subproof(old, 0, new, True)
            assert consistent(old, new, mth(0, old), mth(0, new), proof)


def test_a_proof_of_inclusion_fits_one_leaf_place_size_and_root() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = path(index, 0, size)
            right = (index, size, LEAVES[index], mth(0, size))
            for other_size in range(1, 20):
                for other in range(other_size):
                    case = (other, other_size, LEAVES[other], mth(0, other_size))
                    holds = included(case[0], case[1], case[2], proof, case[3])
                    assert holds == (case == right or path(other, 0, other_size) == proof)
            wrong = [*proof, LEAVES[99]], proof[:-1] if proof else [LEAVES[99]], [LEAVES[99], *proof]
            assert not any(included(index, size, LEAVES[index], bad, mth(0, size)) for bad in wrong)


def test_a_proof_of_consistency_fits_one_pair_of_trees() -> None:
    for new in range(1, 16):
        for old in range(1, new + 1):
            proof = subproof(old, 0, new, True)
            for other_new in range(1, 16):
                for other in range(16):
                    holds = consistent(other, other_new, mth(0, other), mth(0, other_new), proof)
                    fits = 0 < other <= other_new and subproof(other, 0, other_new, True) == proof
                    assert holds == fits
            wrong = [*proof, LEAVES[99]], [LEAVES[99], *proof], [LEAVES[99]] * len(proof) or [LEAVES[99]]
            assert not any(consistent(old, new, mth(0, old), mth(0, new), bad) for bad in wrong)
            if old < new:
                assert not consistent(old, new, mth(0, old), mth(0, new), proof[:-1])
                assert not consistent(old, new, mth(0, old), mth(0, new), [])


def test_nothing_is_consistent_with_the_empty_tree() -> None:
    assert not consistent(0, 5, EMPTY_ROOT, mth(0, 5), [])
    assert not consistent(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    for old, new in ((0, 5), (6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no consistency proof"):
            consistency_proof(old, new, nodes_of(5))


@pytest.mark.parametrize("index", [-1, 5])
def test_there_is_no_proof_of_a_leaf_outside_the_tree(index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, 5, nodes_of(5))
    assert not included(index, 5, LEAVES[0], path(0, 0, 5), mth(0, 5))


@given(st.integers(1, 1100), st.data())
def test_a_flipped_bit_breaks_a_proof(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes_of(size))
    parts = [LEAVES[index], mth(0, size), *proof]
    at, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[at] = (int.from_bytes(parts[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    assert not included(index, size, parts[0], parts[2:], parts[1])


@given(st.integers(0, 1099), st.integers(0, 10))
def test_the_root_of_a_subtree_is_that_of_its_leaves(at: int, height: int) -> None:
    first = at >> height << height
    stop = min(first + (1 << height), 1100)
    assert subtree(first, stop, nodes_of(1100)) == mth(first, stop)


@pytest.fixture(scope="module")
def vectors() -> Path:
    """Return the folder of the vectors of transparency-dev; skips where it is missing, but never in CI."""
    cache = os.environ.get("GOMODCACHE")
    if cache is None and shutil.which("go"):
        asked = ["go", "env", "GOMODCACHE"]
        cache = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    found = Path(cache or Path.home() / "go/pkg/mod") / VECTORS / "testdata"
    if not found.is_dir():
        assert os.environ.get("CI") != "true", f"CI must have {found}"
        pytest.skip(f"no {found}: run `go mod download {VECTORS}`")
    return found


# Refused where hashes are read: it passes roots of 12 bytes.
_NOT_HASHES = {"sizes-are-equal-one-and-proof-is-empty.json"}


def _hashes(case: dict[str, Any], *names: str) -> list[bytes]:
    values = [case[name] for name in names] + list(case["proof"] or ())
    return [parse_hash(value or "", "vector") for value in values]


def _holds(case: dict[str, Any]) -> bool:
    try:
        if "leafIdx" in case:
            leaf, root, *proof = _hashes(case, "leafHash", "root")
            return included(case["leafIdx"], case["treeSize"], leaf, proof, root)
        old, new, *proof = _hashes(case, "root1", "root2")
        return consistent(case["size1"], case["size2"], old, new, proof)
    except Refusal:
        return False


@pytest.mark.parametrize(("kind", "count"), [("inclusion", 98), ("consistency", 98)])
def test_the_vectors_of_transparency_dev(vectors: Path, kind: str, count: int) -> None:
    files = sorted((vectors / kind).rglob("*.json"))
    assert len(files) == count
    accepted = 0
    for file in files:
        case = json.loads(file.read_text("utf-8"))
        wanted = not case["wantErr"] and file.name not in _NOT_HASHES
        accepted += wanted
        assert _holds(case) == wanted, file
    assert accepted >= 5
    assert base64.b64encode(EMPTY_ROOT).decode() == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
