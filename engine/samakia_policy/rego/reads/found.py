"""Collecting what is read: a path as such, or everything that lies there."""

from __future__ import annotations

from dataclasses import dataclass, field

from samakia_policy.rego.reads.shapes import Path, Shape


@dataclass(slots=True)
class Found:
    """Paths of `input` that are read. `tops`: only whether there is something, and of which type and size."""

    tops: set[Path] = field(default_factory=set)
    wholes: set[Path] = field(default_factory=set)
    _seen: set[Shape] = field(default_factory=set)

    def exists(self, shape: Shape) -> None:
        """Note that it matters whether the value is there."""
        self.tops |= shape.paths

    def top(self, shape: Shape) -> None:
        """Note that the value matters, but not what its members are."""
        self.tops |= shape.paths
        if shape.names is not None:
            # How many elements a set has depends on which are equal.
            self.whole(shape.names)

    def whole(self, shape: Shape) -> None:
        """Note that everything in the value matters."""
        if shape in self._seen:
            return
        self._seen.add(shape)
        self.wholes |= shape.paths
        for inside in shape.within():
            self.whole(inside)
