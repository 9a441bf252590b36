"""Plain OPA and Conftest packages: the modules of folders that the user names, as they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from samakia_policy.errors import InputError

MAX_MODULE_BYTES = 16 << 20
"""Bytes of one module."""
MAX_MODULES = 10_000
"""Modules of one run."""
_ENDING, _TEST = ".rego", "_test.rego"


@dataclass(slots=True)
class PolicyFolder:
    """What one `--policy` names: its modules by path, tests left out."""

    name: str
    modules: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of its modules: of the lines "<sha256> <path>", sorted."""
        texts = ((hashlib.sha256(text.encode()).hexdigest(), path) for path, text in self.modules.items())
        lines = "".join(sorted(f"{digest} {path}\n" for digest, path in texts))
        return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def read_policies(paths: Iterable[str]) -> list[PolicyFolder]:
    """Return the modules of files and folders; raises InputError for what cannot be read, or holds none."""
    folders, taken = [], set[str]()
    for path in dict.fromkeys(os.path.normpath(path) for path in paths):
        folder = PolicyFolder(written(path))
        found = {os.path.normpath(file) for file in _files(path)}
        for file in sorted(found - taken, key=os.fsencode):
            folder.modules[written(file)] = _text(file)
        taken |= found
        if not found:
            raise InputError("holds no policy: no .rego file that is no test", where=path)
        folders.append(folder)
    if len(taken) > MAX_MODULES:
        raise InputError(f"too many modules, {len(taken)} (limit MAX_MODULES = {MAX_MODULES})")
    return folders


def written(path: str) -> str:
    """Return a path as decisions can hold it: bytes that are no UTF-8 are written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    seen = set[str]()
    for folder, folders, names in os.walk(path, onerror=_unlisted, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        wanted = [n for n in names if n.endswith(_ENDING) and not n.endswith(_TEST)]
        for file in (os.path.join(folder, name) for name in wanted):
            if not os.path.isfile(file):
                raise InputError("is no plain file, or a link that leads nowhere", where=file)
            yield file


def _unlisted(error: OSError) -> NoReturn:
    raise InputError(f"cannot be read: {error.strerror}", where=str(error.filename)) from error


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_MODULE_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > MAX_MODULE_BYTES:
        raise InputError(f"the module is too large (limit MAX_MODULE_BYTES = {MAX_MODULE_BYTES})", where=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"{path}:{line}"
        raise InputError(f"not UTF-8 at byte {error.start}", where=where, hint="write it as UTF-8") from None
