"""Compiled rules, kept in the user's own cache directory from one run to the next."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from typing import Any


class Kept:
    """The compiled form of one set of rules, by what names it; a cache that fails is no cache.

    A file begins with the sha256 of what follows. It is code, so it is read only when it is
    the user's alone.
    """

    def __init__(self, folder: str, name: str) -> None:
        self._path = os.path.join(folder, f"rego-{name}.bin") if folder else ""
        self._code = _read(self._path) if folder else b""

    def header(self) -> dict[str, Any]:
        """Return what a worker is told."""
        return {"code": base64.b64encode(self._code).decode()}

    def keep(self, said: bytes) -> None:
        """Keep what a worker compiled, as its first line says it."""
        code = base64.b64decode(json.loads(said)["code"])
        if not code:
            return
        self._code = code
        if self._path:
            _write(self._path, code)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o022:
                return b""
            held = file.read()
    except OSError:
        return b""
    return held[32:] if hashlib.sha256(held[32:]).digest() == held[:32] else b""


def _write(path: str, code: bytes) -> None:
    partial = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(partial, path)
    except OSError:
        return
