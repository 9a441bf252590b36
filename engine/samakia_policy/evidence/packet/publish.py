"""Publish a directory whole or not at all, and never over another."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress

from samakia_policy.errors import InputError

_NOREPLACE = 1
_FDCWD = -100


class Taken(InputError):
    """There is something of this name already."""


def publish(target: str, files: Mapping[str, bytes]) -> None:
    """Write files by relative path into a new directory that appears complete, synced to disk.

    Folders get mode 0700, files 0600. Raises Taken when the name is taken, InputError when it cannot be
    written; in both cases nothing is left behind but empty parent folders.
    """
    parent, name = os.path.split(os.path.abspath(target))
    building = os.path.join(parent, f".{name}.building.{os.getpid()}")
    try:
        os.makedirs(parent, mode=0o700, exist_ok=True)
        os.mkdir(building, 0o700)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", where=building) from error
    try:
        _fill(building, files)
        _rename(building, target)
        _sync(parent)
    except OSError as error:
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
            raise Taken("is there already", where=target) from error
        raise InputError(f"cannot be written: {error.strerror}", where=target) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def write_beside(directory: str, path: str, data: bytes) -> None:
    """Add one file to a published packet, whole or not at all; raises Taken, InputError."""
    try:
        _put(directory, path, data, os.link)
    except FileExistsError as error:
        raise Taken("is there already", where=path) from error


def replace_beside(directory: str, path: str, data: bytes) -> None:
    """Write or replace one file that no manifest covers, whole or not at all; raises InputError."""
    _put(directory, path, data, os.replace)


def _put(directory: str, path: str, data: bytes, place: Callable[[str, str], None]) -> None:
    target = os.path.join(directory, path)
    temporary = f"{target}.building.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        _write(temporary, data)
        place(temporary, target)
        _sync(os.path.dirname(target))
    except FileExistsError:
        raise
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _fill(directory: str, files: Mapping[str, bytes]) -> None:
    folders = {directory}
    for path in sorted(files):
        target = os.path.join(directory, path)
        folder = os.path.dirname(target)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
        _write(target, files[path])
    for folder in sorted(folders, reverse=True):
        _sync(folder)


def _write(path: str, data: bytes) -> None:
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(made, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(made)


def _sync(directory: str) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rename(source: str, target: str) -> None:
    """Rename without ever replacing: renameat2 where there is one, else a name that is taken first."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        if renameat2(_FDCWD, os.fsencode(source), _FDCWD, os.fsencode(target), _NOREPLACE) == 0:
            return
        code = ctypes.get_errno()
        if code not in {errno.ENOSYS, errno.EINVAL}:
            raise OSError(code, os.strerror(code), target)
    # rename(2) replaces an empty directory only: one that is ours from here on.
    os.mkdir(target, 0o700)
    os.rename(source, target)
