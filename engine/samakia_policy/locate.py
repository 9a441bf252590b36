"""Find the line of an origin, only when a finding needs it."""

from __future__ import annotations

import hashlib
import os

from samakia_policy.errors import InputError
from samakia_policy.model.decision import Location
from samakia_policy.model.fact import Origin

# What a source writes for a file that it could not read.
_NEVER_READ = "0" * 64


class Locator:
    """Turns origins into locations by reading the file again and walking to the pointer.

    `found`: every place that was looked up, by path and pointer, so that a packet can hold them.
    """

    def __init__(self, root: str, syntaxes: dict[str, str], named: dict[str, bytes]) -> None:
        self._root = root
        self._syntaxes = syntaxes
        self._named = named
        self._last: tuple[str, bytes] = ("", b"")
        self.found: dict[tuple[str, str], tuple[int | None, int | None]] = {}

    def __call__(self, origin: Origin) -> Location:
        """Return the location; raises InputError when the file changed since it was read."""
        if origin.line:
            return Location(origin.path, origin.line, origin.column, origin.pointer)
        syntax = self._syntaxes.get(origin.path, "")
        if syntax not in {"json", "yaml"} or origin.digest.endswith(_NEVER_READ):
            return Location(origin.path)
        from samakia_policy.sources.text import locate

        line, column = locate(self._bytes(origin), syntax, origin.pointer)
        self.found[origin.path, origin.pointer] = line, column
        return Location(origin.path, line, column, origin.pointer)

    def _bytes(self, origin: Origin) -> bytes:
        if origin.path in self._named:
            return self._named[origin.path]
        if self._last[0] != origin.path:
            try:
                with open(os.path.join(self._root, origin.path), "rb") as file:
                    data = file.read()
            except OSError as error:
                raise InputError("vanished while it was checked", where=origin.path) from error
            if origin.digest and "sha256:" + hashlib.sha256(data).hexdigest() != origin.digest:
                raise InputError("changed while it was checked", where=origin.path, hint="check again")
            self._last = (origin.path, data)
        return self._last[1]
