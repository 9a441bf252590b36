"""Read a packet that nobody vouches for: plain files only, exactly those listed, each as its digest says."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from samakia_policy.errors import InputError
from samakia_policy.evidence.packet.layout import LEGACY, MANIFEST, covered, path_problem
from samakia_policy.evidence.packet.manifest import MAX_FILES, read_manifest
from samakia_policy.evidence.reasons import Refusal

MAX_BYTES = 1 << 30
"""Bytes of all files of one packet."""
_CHUNK = 1 << 20
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@dataclass(slots=True)
class Packet:
    """An open packet whose files are those of its manifest; bytes are checked again when they are read.

    `manifest`: the bytes of manifest.sha256. `digests`: 64 hex digits by path of what it covers. `beside`:
    the paths of the other files, which nothing vouches for.
    """

    path: str
    handle: int
    manifest: bytes = b""
    digests: dict[str, str] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes:
        """Return the bytes of a file; raises Refusal when it is missing, too large, or not as listed."""
        if path not in self.digests and path not in self.beside:
            raise Refusal("file-missing", "is not in the packet", where=path)
        data, digest = _read_file(self.handle, path, limit)
        if path in self.digests and digest != self.digests[path]:
            raise Refusal("file-digest", "has another digest than the manifest says", where=path)
        return data

    def close(self) -> None:
        """Close the directory."""
        os.close(self.handle)

    def __enter__(self) -> Packet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_packet(path: str, *, reference: bool = False) -> Packet:
    """Return a packet after every file's digest was checked.

    Raises InputError for what is no readable directory, Refusal `packet-...`, `manifest-...` or `file-...`
    with the first fault. `reference`: accept the manifests and extra names of the reference too.
    """
    try:
        handle = os.open(path, _OPEN | os.O_DIRECTORY)
    except OSError as error:
        raise InputError(f"is no packet that can be read: {error.strerror}", where=path) from error
    packet = Packet(path, handle)
    try:
        _check(packet, reference)
    except BaseException:
        packet.close()
        raise
    return packet


def _check(packet: Packet, reference: bool) -> None:
    sizes = dict(_walk(packet.handle, "", os.fstat(packet.handle).st_dev))
    _check_names(sizes)
    if MANIFEST not in sizes:
        raise Refusal("manifest-missing", "the packet has no manifest", where=MANIFEST)
    packet.manifest, _ = _read_file(packet.handle, MANIFEST, sizes[MANIFEST])
    listed = read_manifest(packet.manifest, reference=reference)
    for path in listed:
        if not covered(path):
            raise Refusal("manifest-path", f"{path!r} may not be listed", where=MANIFEST)
        if path not in sizes:
            raise Refusal("file-missing", "is listed and not there", where=path)
    packet.beside = sorted(path for path in sizes if path not in listed)
    for path in packet.beside:
        if covered(path) and not (reference and LEGACY.fullmatch(path)):
            raise Refusal("file-unlisted", "is there and not listed", where=path)
    for path, digest in listed.items():
        if _digest(packet.handle, path) != digest:
            raise Refusal("file-digest", "has another digest than the manifest says", where=path)
    packet.digests = listed


def _check_names(sizes: dict[str, int]) -> None:
    if sum(sizes.values()) > MAX_BYTES:
        raise Refusal("packet-too-large", f"has more than {MAX_BYTES} bytes (MAX_BYTES)")
    if len(sizes) > MAX_FILES:
        raise Refusal("packet-too-many-files", f"has more than {MAX_FILES} files (MAX_FILES)")
    folded: dict[str, str] = {}
    for path in sorted(sizes):
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            raise Refusal("packet-case-clash", f"differs from {other!r} by case alone", where=path)


def _walk(directory: int, prefix: str, device: int) -> Iterator[tuple[str, int]]:
    for count, name in enumerate(sorted(os.listdir(directory))):
        path = prefix + name
        if count >= MAX_FILES:
            raise Refusal("packet-too-many-files", f"has more than {MAX_FILES} files (MAX_FILES)")
        if problem := path_problem(path):
            raise Refusal("packet-path", problem, where=path)
        found = os.lstat(name, dir_fd=directory)
        if stat.S_ISDIR(found.st_mode) and found.st_dev == device:
            below = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=directory)
            try:
                yield from _walk(below, f"{path}/", device)
            finally:
                os.close(below)
        else:
            _check_node(found, path, device)
            yield path, found.st_size


def _check_node(found: os.stat_result, path: str, device: int) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_dev != device:
        raise Refusal("packet-node", "is no plain file of the packet's own file system", where=path)
    if found.st_nlink != 1:
        raise Refusal("packet-node", "has other names elsewhere (hard links)", where=path)


def _open_file(root: int, path: str) -> int:
    *folders, name = path.split("/")
    handle = os.dup(root)
    try:
        for folder in folders:
            below = os.open(folder, _OPEN | os.O_DIRECTORY, dir_fd=handle)
            os.close(handle)
            handle = below
        opened = os.open(name, _OPEN, dir_fd=handle)
    except OSError as error:
        raise Refusal("file-unreadable", f"cannot be read: {error.strerror}", where=path) from error
    finally:
        os.close(handle)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise Refusal("packet-node", "is no plain file", where=path)
    return opened


def _read_file(root: int, path: str, limit: int) -> tuple[bytes, str]:
    with open(_open_file(root, path), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Refusal("file-too-large", f"has more than {limit} bytes", where=path)
    return data, hashlib.sha256(data).hexdigest()


def _digest(root: int, path: str) -> str:
    with open(_open_file(root, path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
