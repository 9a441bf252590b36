"""The input of an evaluation: read at once, decoded when it is known what of it is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.tools.loader import clean, read_file, reason
from samakia_policy.rego.tools.problems import Refused, plain_problem
from samakia_policy.rego.values.collections import UNDEFINED, Value

if TYPE_CHECKING:
    from samakia_policy.rego.tools.flags import Chosen

# Below, everything is read sooner than it is told apart.
_SMALL = 1 << 20
LARGE = 4 << 20
"""Bytes of an input that two processes share: a smaller one is evaluated sooner."""


class Given:
    """The bytes of the input, or None where none was given."""

    def __init__(self, content: bytes | None) -> None:
        self._content = content

    @classmethod
    def read(cls, chosen: Chosen) -> Given:
        """Read what the flags name; raises Refused."""
        if chosen["stdin-input"]:
            return cls(sys.stdin.buffer.read())
        if not chosen["input"]:
            return cls(None)
        from samakia_policy.rego.tools.documents import DocumentError

        path = clean(chosen["input"])
        try:
            return cls(read_file(path))
        except OSError as error:
            raise Refused([plain_problem(f"open {path}: {reason(error)}")]) from None
        except DocumentError as error:
            raise Refused([plain_problem(f"unable to parse input: {error}")]) from None

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._content or b"")

    def value(self) -> Value:
        """Return all of the input, or UNDEFINED; raises Refused."""
        if self._content is None:
            return UNDEFINED
        from samakia_policy.rego.tools.documents import DocumentError, read_any

        try:
            return read_any(self._content)
        except DocumentError as error:
            raise Refused([plain_problem(f"unable to parse input: {error}")]) from None

    def parts(self, paths: Any) -> Value:
        """Return at least these paths of the input, or UNDEFINED; raises Refused."""
        if self._content is None or len(self._content) < _SMALL:
            return self.value()
        from samakia_policy.rego.values.json_text import load_parts

        found = load_parts(self._content, paths)
        return self.value() if found is UNDEFINED else found
