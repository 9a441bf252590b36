"""Names and contents of the files of a log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samakia_policy.evidence.ledger.tiles import ENTRIES, Tiles, pack, read_file, tile_name, unpack
from samakia_policy.evidence.reasons import Refusal


@pytest.mark.parametrize(
    ("level", "index", "width", "name"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 5, 1, "tile/0/005.p/1"),
        (1, 999, 256, "tile/1/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (ENTRIES, 1234067, 255, "tile/entries/x001/x234/067.p/255"),
        (63, 2**45, 256, "tile/63/x035/x184/x372/x088/832"),
    ],
)
def test_tiles_are_named_as_the_specification_says(
    level: int | str, index: int, width: int, name: str
) -> None:
    assert tile_name(level, index, width) == name


def test_bundles_are_records_with_their_lengths() -> None:
    records = [b"", b"a", b"b" * 300, b"c" * 65535]
    assert pack(records[:3]) == b"\0\0" + b"\0\1a" + b"\x01\x2c" + b"b" * 300
    assert unpack(pack(records), "x") == records
    assert unpack(b"", "x") == []
    for cut in (1, 2, 3, 100, 305, 306, 1000):
        if pack(records)[:cut] != pack(records[: len(unpack_prefix(records, cut))]):
            with pytest.raises(Refusal) as refused:
                unpack(pack(records)[:cut], "x")
            assert (refused.value.code, refused.value.where) == ("ledger-bundle-malformed", "x")


def unpack_prefix(records: list[bytes], cut: int) -> list[bytes]:
    whole = [count for count in range(len(records) + 1) if len(pack(records[:count])) <= cut]
    return records[: whole[-1]]


def write(root: Path, name: str, data: bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_tile_is_read_as_it_was_at_the_size(tmp_path: Path) -> None:
    run = b"".join(bytes([number]) * 32 for number in range(256))
    write(tmp_path, "tile/0/000.p/3", run[: 3 * 32])
    write(tmp_path, "tile/0/001", run)
    assert Tiles(str(tmp_path), 3).tile(0, 0) == run[: 3 * 32]
    assert Tiles(str(tmp_path), 256 + 7).tile(0, 1) == run[: 7 * 32], "the full tile stands for a partial one"
    assert Tiles(str(tmp_path), 512).tile(0, 1) == run
    assert Tiles(str(tmp_path), 3).nodes(0, 1, 3) == run[32 : 3 * 32]
    assert Tiles(str(tmp_path), 3).nodes(7, 0, 0) == b""


def test_a_tile_that_is_missing_or_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        Tiles(str(tmp_path), 3).tile(0, 0)
    assert (refused.value.code, refused.value.where) == ("ledger-truncated", "tile/0/000.p/3")
    for data in (b"", b"x" * 95, b"x" * 97, b"x" * 64):
        write(tmp_path, "tile/0/000.p/3", data)
        with pytest.raises(Refusal) as refused:
            Tiles(str(tmp_path), 3).tile(0, 0)
        assert refused.value.code == "ledger-tile-malformed"
    write(tmp_path, "tile/0/000.p/3", b"x" * 8193)
    with pytest.raises(Refusal, match="larger than 8192 bytes") as refused:
        Tiles(str(tmp_path), 3).tile(0, 0)
    assert refused.value.code == "ledger-file"


def test_a_bundle_with_too_few_records_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "tile/entries/000.p/3", pack([b"a", b"b"]))
    with pytest.raises(Refusal, match="2 records, not 3") as refused:
        Tiles(str(tmp_path), 3).bundle(0)
    assert refused.value.code == "ledger-bundle-malformed"
    write(tmp_path, "tile/entries/000.p/3", pack([b"a", b"b", b"c", b"d"]))
    assert Tiles(str(tmp_path), 3).bundle(0) == [b"a", b"b", b"c"]


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("plain")
    os.mkfifo(tmp_path / "pipe")
    assert read_file(str(tmp_path / "plain"), 5, "x") == b"12345"
    assert read_file(str(tmp_path / "missing"), 5, "x") is None
    assert read_file(str(tmp_path / "plain" / "below"), 5, "x") is None
    for name in ("link", "pipe", "."):
        with pytest.raises(Refusal) as refused:
            read_file(str(tmp_path / name), 5, "x")
        assert refused.value.code == "ledger-file"
    with pytest.raises(Refusal, match="larger than 4 bytes"):
        read_file(str(tmp_path / "plain"), 4, "x")


def test_a_file_that_the_disk_does_not_give_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").write_bytes(b"12345")

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched, pytest.raises(Refusal, match="Input/output error") as refused:
        patched.setattr(os, "fstat", fails)
        read_file(str(tmp_path / "plain"), 5, "x")
    assert refused.value.code == "ledger-file"
