"""Compiled modules, kept in the user's own cache directory from one run to the next.

A file begins with the sha256 of what follows. It is code, so it is read only when nobody but the user can
have written it; whatever is wrong with it, it is no cache, and the modules are compiled again.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from typing import Any

# So many compiled files stay; the oldest go when one more comes.
MOST_FILES = 256

_DIGEST_BYTES = 32


def user_folder() -> str:
    """Return the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/"), ".cache")
    return os.path.join(base, "samakia-policy")


def name_of(parts: Iterable[str]) -> str:
    """Return what names compiled code: its sources, and the engine and Python that compiled them."""
    found = _digest(engine_name().encode())
    for part in parts:
        held = part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(held) + held)
    return str(found.hexdigest())


@lru_cache(maxsize=1)
def engine_name() -> str:
    """Return what names this engine's files and this Python."""
    files = sorted(_files(os.path.dirname(os.path.abspath(__file__))))
    return str(_digest(f"{sys.version} {files}".encode()).hexdigest())


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith((".py", ".json")):
                about = entry.stat()
                yield name, about.st_size, about.st_mtime_ns
            elif "." not in name and name != "__pycache__":
                yield from _files(entry.path)


def read(folder: str, name: str) -> bytes:
    """Return the code kept under a name, or b""."""
    try:
        with open(_path(folder, name), "rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o022:
                return b""
            held = file.read()
    except OSError:
        return b""
    code = held[_DIGEST_BYTES:]
    return code if _digest(code).digest() == held[:_DIGEST_BYTES] else b""


def write(folder: str, name: str, code: bytes) -> None:
    """Keep code under a name, in one step; a directory that cannot be written is left alone."""
    path = _path(folder, name)
    partial = f"{path}.{os.getpid()}"
    with suppress(OSError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_digest(code).digest() + code)
        os.replace(partial, path)
        _prune(folder)
    with suppress(OSError):
        os.unlink(partial)


def _prune(folder: str) -> None:
    with os.scandir(folder) as entries:
        kept = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.startswith("rego-")]
    for _, path in sorted(kept)[:-MOST_FILES]:
        with suppress(FileNotFoundError):
            os.unlink(path)


def _digest(data: bytes) -> Any:
    """Return the sha256 of data; hashlib would load OpenSSL, which takes longer than a small query."""
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            return import_module(name).sha256(data)
    return import_module("hashlib").sha256(data)


def _path(folder: str, name: str) -> str:
    return os.path.join(folder, f"rego-{name}.bin")
