"""Collecting what is read: a path as such, or everything that lies there; where, and compared with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.reads.shapes import Path, Shape
from samakia_policy.rego.syntax.nodes import Scalar
from samakia_policy.rego.values.number import Number

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.location import Location


@dataclass(frozen=True, slots=True)
class Compared:
    """Two values that are compared, and where; `one` and `other` are the types of those that are scalars."""

    location: Location | None
    left: Shape
    right: Shape
    one: str = ""
    other: str = ""


_SCALARS = {bool: "boolean", type(None): "null", str: "string", int: "number", Number: "number"}


def scalar_type(term: Any) -> str:
    """Return the type of a term that is a scalar, or ""."""
    return _SCALARS.get(term.value.__class__, "") if term.__class__ is Scalar else ""


@dataclass(slots=True)
class Found:
    """Paths of `input` that are read. `tops`: only whether there is something, and of which type and size.

    `sizes`: those of them where more than its being there may matter.
    `sites`: where each path was first named. `at`: the literal at hand.
    """

    tops: set[Path] = field(default_factory=set)
    sizes: set[Path] = field(default_factory=set)
    wholes: set[Path] = field(default_factory=set)
    sites: dict[Path, Location] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)
    at: Location | None = None
    _seen: set[Shape] = field(default_factory=set)

    def named(self, shape: Shape, location: Location | None) -> None:
        """Note where the paths of a value are named, if they were not named before."""
        location = location or self.at
        if location is not None:
            for path in shape.paths:
                self.sites.setdefault(path, location)

    def compare(self, one: Any, two: Any, left: Shape, right: Shape) -> None:
        """Note that two values, with the terms that they were written as, are compared."""
        place = getattr(one, "location", None) or getattr(two, "location", None) or self.at
        self.compared.append(Compared(place, left, right, scalar_type(one), scalar_type(two)))

    def exists(self, shape: Shape) -> None:
        """Note that it matters whether the value is there."""
        self.tops |= shape.paths

    def top(self, shape: Shape) -> None:
        """Note that the value matters, but not what its members are."""
        self.tops |= shape.paths
        self.sizes |= shape.paths
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
