"""Writing so that what was acknowledged is there after a crash, and nothing is ever half there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from samakia_policy.errors import InputError

LOCK = ".lock"
_OPEN_FILES = 64
_FULL_SYNC = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves data in the drive's cache


class Disk:
    """A directory that one process at a time writes to; an object of it is for one piece of work."""

    def __init__(self, root: str, new: str = ".new") -> None:
        """`new`: the name that a file has before it replaces another."""
        self.root, self._new = root, new
        self._files: dict[int, str] = {}
        self._folders: set[str] = set()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory's lock, waiting for it; raises InputError where it cannot be taken."""
        with self._clear(LOCK):
            handle = os.open(self._path(LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            with self._clear(LOCK):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            for left in self._files:
                os.close(left)
            os.close(handle)

    def put(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all; its name is durable after `settle`. Raises InputError."""
        with self._clear(name):
            try:
                handle = self._write(self._new, data, os.O_TRUNC)
                try:
                    _sync(handle)
                finally:
                    os.close(handle)
                os.replace(self._path(self._new), self._path(name))
            except OSError:
                # Frees the room on a full disk; the next write replaces the file in any case.
                with suppress(OSError):
                    os.unlink(self._path(self._new))
                raise
        self._folders.add(os.path.dirname(name))

    def lay(self, name: str, data: bytes) -> None:
        """Write a new file that nobody reads yet; it is durable after `settle`. Raises InputError."""
        with self._clear(name):
            self._make_folder(os.path.dirname(name))
            self._files[self._write(name, data, os.O_EXCL)] = name
        self._folders.add(os.path.dirname(name))
        if len(self._files) == _OPEN_FILES:
            self._settle_files()

    def settle(self) -> None:
        """Make all that was written durable; raises InputError."""
        for folder in sorted(self._folders):
            with self._clear(folder or "."):
                handle = os.open(self._path(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self._files[handle] = folder or "."
        self._folders.clear()
        self._settle_files()

    def _settle_files(self) -> None:
        handles, self._files = self._files, {}
        try:
            if handles:
                with self._clear(next(iter(handles.values()))):
                    _sync_all(list(handles))
        finally:
            for handle in handles:
                os.close(handle)

    def make_folder(self, folder: str) -> None:
        """Make a folder and those above it; durable after `settle`. Raises InputError."""
        with self._clear(folder):
            self._make_folder(folder)

    def remove(self, name: str) -> None:
        """Remove a file, or a folder of files; what is not there is no error. Raises InputError."""
        path = self._path(name)
        with self._clear(name):
            for below in self.names(name):
                os.unlink(os.path.join(path, below))
            with suppress(FileNotFoundError):
                (os.rmdir if os.path.isdir(path) else os.unlink)(path)

    def has(self, name: str) -> bool:
        """Tell whether there is anything of a name."""
        return os.path.lexists(self._path(name))

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, none where there is no such folder."""
        try:
            return os.listdir(self._path(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _write(self, name: str, data: bytes, how: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._path(name), flags | how, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
        except OSError:
            os.close(handle)
            raise
        return handle

    def _make_folder(self, folder: str) -> None:
        if folder and not os.path.isdir(self._path(folder)):
            above = os.path.dirname(folder)
            self._make_folder(above)
            os.mkdir(self._path(folder), 0o755)
            self._folders.add(above)

    def _path(self, name: str) -> str:
        return os.path.join(self.root, name)

    @contextmanager
    def _clear(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"cannot be written: {error.strerror}; nothing was recorded"
            hint = "make room or mend the disk, then try again: the ledger is as it was"
            raise InputError(
                message, where=self._path(name), hint=hint, code="ledger-write-failed"
            ) from error


def _sync(handle: int) -> None:
    if _FULL_SYNC is None:
        os.fsync(handle)
    else:
        fcntl.fcntl(handle, _FULL_SYNC)


def _sync_all(handles: list[int]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    # A file system joins syncs that come together into one; one after another each costs as much.
    with ThreadPoolExecutor(min(len(handles), 16)) as pool:
        for _ in pool.map(_sync, handles):
            pass
