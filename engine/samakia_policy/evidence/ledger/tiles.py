"""The files of a log (c2sp.org/tlog-tiles): tiles of 256 hashes, bundles of 256 records, and their names.

A partial tile holds the first hashes of a tile that is not full yet, and has its width in its name. It stays
until the full tile is there, so a reader of any checkpoint finds what that checkpoint is about.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from samakia_policy.evidence.ledger.merkle import FULL, HASH, HEIGHT, WIDTH
from samakia_policy.evidence.reasons import Refusal

ENTRIES = "entries"
MAX_RECORD = 2**16 - 1
"""Bytes of one record: what the length before it can say."""
MAX_BUNDLE = WIDTH * (MAX_RECORD + 2)
_LENGTH = 2
_THOUSAND = 1000

Level = int | str
"""The level of a tile, or ENTRIES."""


def tile_name(level: Level, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile or bundle below the log's directory."""
    groups = [f"{index % _THOUSAND:03d}"]
    while index := index // _THOUSAND:
        groups.append(f"x{index % _THOUSAND:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def pack(records: Iterable[bytes]) -> bytes:
    """Return the bundle of some records."""
    return b"".join(len(record).to_bytes(_LENGTH, "big") + record for record in records)


def unpack(bundle: bytes, where: str) -> list[bytes]:
    """Return the records of a bundle; raises Refusal `ledger-bundle-malformed`."""
    records, at, end = [], 0, len(bundle)
    while at < end:
        start = at + _LENGTH
        at = start + int.from_bytes(bundle[at:start], "big")
        records.append(bundle[start:at])
    if at != end:
        raise Refusal("ledger-bundle-malformed", "the last record is cut short", where=where)
    return records


class Tiles:
    """The tiles of a log on disk, as they are for a tree of one size."""

    def __init__(self, root: str, size: int) -> None:
        self.root, self.size = root, size
        self._last: dict[int, tuple[int, bytes]] = {}

    def width(self, level: int, index: int) -> int:
        """Return how many hashes a tile has."""
        return min(WIDTH, (self.size >> HEIGHT * level) - index * WIDTH)

    def tile(self, level: int, index: int) -> bytes:
        """Return the hashes of a tile, a run; raises Refusal `ledger-truncated`, `ledger-tile-malformed`."""
        if self._last.get(level, (-1, b""))[0] != index:
            self._last[level] = index, self._tile(level, index)
        return self._last[level][1]

    def _tile(self, level: int, index: int) -> bytes:
        length = self.width(level, index) * HASH
        name, data = self._read(level, index, level, FULL)
        if len(data) % HASH or len(data) < length:
            message = f"the tile has {len(data)} bytes, not the {length} of its hashes"
            raise Refusal("ledger-tile-malformed", message, where=name)
        return data[:length]

    def bundle(self, index: int) -> list[bytes]:
        """Return the records of a bundle; raises Refusal `ledger-truncated`, `ledger-bundle-malformed`."""
        width = self.width(0, index)
        name, data = self._read(ENTRIES, index, 0, MAX_BUNDLE)
        records = unpack(data, name)
        if len(records) < width:
            message = f"the bundle has {len(records)} records, not {width}"
            raise Refusal("ledger-bundle-malformed", message, where=name)
        return records[:width]

    def nodes(self, level: int, first: int, stop: int) -> bytes:
        """Return a run of nodes that lie in one tile (see merkle.Nodes); raises Refusal as `tile` does."""
        if first == stop:
            return b""
        index = first // WIDTH
        start = index * WIDTH
        return self.tile(level, index)[(first - start) * HASH : (stop - start) * HASH]

    def _read(self, name_level: Level, index: int, level: int, limit: int) -> tuple[str, bytes]:
        # The writer removes a partial tile only after the full one is there, so in this order one is found.
        for width in (self.width(level, index), WIDTH):
            name = tile_name(name_level, index, width)
            data = read_file(os.path.join(self.root, name), limit, name)
            if data is not None:
                return name, data
        name = tile_name(name_level, index, self.width(level, index))
        message = f"the log is shorter than its {self.size} records: this file is missing"
        raise Refusal("ledger-truncated", message, where=name)


def read_file(path: str, limit: int, where: str) -> bytes | None:
    """Return a plain file's bytes, or None where there is none.

    Raises Refusal `ledger-file` for what is no plain file, is larger than the limit or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Refusal("ledger-file", f"cannot be read: {error.strerror}", where=where) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refusal("ledger-file", "is a link, directory or device, not a file", where=where)
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Refusal("ledger-file", f"cannot be read: {error.strerror}", where=where) from error
    finally:
        os.close(handle)
    if len(data) > limit:
        raise Refusal("ledger-file", f"the file is larger than {limit} bytes", where=where)
    return data
