"""The compiled form of a batch's rules, on its way between the cache and workers."""

from __future__ import annotations

import base64
import json
from typing import Any

from samakia_policy.rego import cache


class Kept:
    """Compiled rules by what names them; `folder` is the user's cache directory, or "" for none."""

    def __init__(self, folder: str, name: str) -> None:
        self._folder, self._name = folder, name
        self._code = cache.read(folder, name) if folder else b""

    def header(self) -> dict[str, Any]:
        """Return what a worker is told."""
        return {"code": base64.b64encode(self._code).decode()}

    def keep(self, said: bytes) -> None:
        """Keep what a worker compiled, as its first line says it."""
        code = base64.b64decode(json.loads(said)["code"])
        if not code:
            return
        self._code = code
        if self._folder:
            cache.write(self._folder, self._name, code)
