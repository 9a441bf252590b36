"""What resolving noticed on its way through a module."""

from __future__ import annotations

from collections.abc import Iterable


class Notes:
    """What resolving noticed in a module on its way, so that later stages skip what is not there.

    `used`: globals that were meant; `called`: what is called that is no rule; `seen`: variables named as
    something in `watched`; `generated`: variables named as generated ones are.
    """

    def __init__(self, watched: Iterable[str] = ()) -> None:
        self.watched = frozenset(watched)
        self.used: set[str] = set()
        self.called: set[str] = set()
        self.seen: set[str] = set()
        self.generated: set[str] = set()
        self.comprehensions = False
        self.templates = False
        self.withs = False
