"""Deep trees: a sum of 3,000 terms is no error, so the recursion limit is raised while one is walked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 60_000


@contextmanager
def deep() -> Iterator[None]:
    """Allow deep recursion inside; Python's own limit comes back afterwards."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
