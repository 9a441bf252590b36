"""Walk an estate: every file once, never through a link, hashed as it is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from samakia_policy.errors import InputError
from samakia_policy.sources.git import tracked
from samakia_policy.sources.ignore import IgnoreRules

_SKIPPED = {".git", "node_modules", ".venv"}


@dataclass(slots=True)
class Entry:
    """One thing found in an estate; `fault` says why it cannot be read ("" when it can)."""

    path: str
    executable: bool = False
    size: int = 0
    fault: str = ""
    link: str = ""
    unlisted: bool = False


def walk(root: str) -> list[Entry]:
    """Return everything below a root, sorted by path; raises InputError when the root is no directory."""
    if not os.path.isdir(root):
        reason = "is not a directory" if os.path.lexists(root) else "does not exist"
        raise InputError(f"the estate {reason}", where=root, hint="name the root of a checkout")
    try:
        found = list(_walk(root, "", _Ignored(root)))
    except OSError as error:
        raise InputError(f"the estate cannot be read: {error.strerror}", where=root) from error
    return sorted(found, key=lambda entry: entry.path.encode())


class _Ignored:
    """Decides what is not walked: what .gitignore names and Git does not track all the same."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._rules = IgnoreRules()
        self._asked = False
        # Ignored folders that hold tracked files: all else in them stays ignored.
        self._opened: set[str] = set()
        self._tracked: set[str] | None = set()
        self.add = self._rules.add

    def ignored(self, path: str, *, directory: bool) -> bool:
        """Tell whether a path is left out; where Git cannot tell, nothing is."""
        inside = path.rpartition("/")[0] in self._opened
        if not inside and not self._rules.ignored(path, directory=directory):
            return False
        if not self._asked and os.path.lexists(os.path.join(self._root, ".git")):
            self._tracked = tracked(self._root)
        self._asked = True
        if self._tracked is None:
            return False
        if path in self._tracked:
            self._opened.add(path)
        return path not in self._tracked


def _walk(root: str, folder: str, rules: _Ignored) -> Iterator[Entry]:
    try:
        with os.scandir(os.path.join(root, folder)) as listing:
            entries = list(listing)
    except OSError as error:
        if not folder:
            raise
        yield Entry(folder, fault=f"the directory cannot be read: {error.strerror}", unlisted=True)
        return
    _learn_ignores(rules, folder, entries)
    for item in entries:
        path = f"{folder}/{item.name}" if folder else item.name
        is_directory = item.is_dir(follow_symlinks=False)
        if _skipped(path, item.name) or rules.ignored(path, directory=is_directory):
            continue
        if is_directory:
            yield from _directory(root, path, rules)
        else:
            yield _entry(root, path, item)


def _directory(root: str, path: str, rules: _Ignored) -> Iterator[Entry]:
    if path.endswith((".yml", ".yaml", ".json")):
        yield Entry(path, fault="is a directory, not a file")
    yield from _walk(root, path, rules)


def _skipped(path: str, name: str) -> bool:
    return name in _SKIPPED or path.endswith(".terraform/providers")


def _learn_ignores(rules: _Ignored, folder: str, entries: list[os.DirEntry[str]]) -> None:
    for item in entries:
        if item.name == ".gitignore" and item.is_file(follow_symlinks=False):
            try:
                with open(item.path, encoding="utf-8", errors="replace") as file:
                    rules.add(folder, file.read())
            except OSError:
                return  # met again as a file of the walk, where it becomes a fault


def _entry(root: str, path: str, item: os.DirEntry[str]) -> Entry:
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    if item.is_symlink():
        return _link(root, path, shown)
    try:
        status = item.stat(follow_symlinks=False)
    except OSError as error:
        return Entry(shown, fault=f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return Entry(shown, fault="is a device, socket or FIFO, not a file")
    fault = "" if shown == path else "its name is not UTF-8"
    return Entry(shown, bool(status.st_mode & 0o111), status.st_size, fault)


def _link(root: str, path: str, shown: str) -> Entry:
    target = os.readlink(os.path.join(root, path))
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(root, path))
    text = os.fsencode(target).decode("utf-8", "backslashreplace")
    inside = real == real_root or real.startswith(real_root + os.sep)
    if inside and os.path.exists(real):
        return Entry(shown, link=text)
    fault = "is a link that ends nowhere" if inside else "is a link that leaves the estate"
    return Entry(shown, link=text, fault=fault)
