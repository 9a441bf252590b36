"""Shapes: what is known, without running anything, of where a value comes from in `input`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
# Stands in a path for a step whose name is known only at run time.
ANY = "*"
# A value that is one of more constants than this is one of any.
MOST_CONSTANTS = 64


@dataclass(frozen=True, slots=True)
class Shape:
    """A value as far as it is known.

    `paths`: it may be what lies at one of these paths of `input`. `constants`: it may be one of these.
    `parts`: members by known name, of an object or array that the policy makes; `members`: those whose name
    is not known; `names`: what such names, or the elements of a set, may be. `opaque`: it may be something
    else, of which everything that it depends on was read already. `size`: how many shapes it is made of.
    """

    paths: frozenset[Path] = frozenset()
    constants: frozenset[str | int] = frozenset()
    parts: tuple[tuple[str | int, Shape], ...] = ()
    members: Shape | None = None
    names: Shape | None = None
    opaque: bool = False
    size: int = field(default=0, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum([shape.size for shape in self.within()]))

    @property
    def exact(self) -> bool:
        """Whether it is one of the constants and nothing else."""
        return bool(self.constants) and not (self.paths or self.parts or self.members or self.opaque)

    def within(self) -> Iterator[Shape]:
        """Yield the members, and what their names may be."""
        yield from (part for _, part in self.parts)
        yield from (found for found in (self.members, self.names) if found is not None)


NOTHING = Shape()
OPAQUE = Shape(opaque=True)
ROOT = Shape(paths=frozenset([()]))


def constant(value: Any) -> Shape:
    """Return the shape of a constant: only text and integers can name members."""
    return Shape(constants=frozenset([value])) if value.__class__ in (str, int) else OPAQUE


def made_of(parts: Iterable[tuple[str | int, Shape]]) -> Shape:
    """Return the shape of an object or array with these members."""
    known: dict[str | int, Shape] = {}
    for name, part in parts:
        known[name] = join([known[name], part]) if name in known else part
    return Shape(parts=tuple(sorted(known.items(), key=_order)))


def join(shapes: Iterable[Shape | None]) -> Shape:
    """Return the shape of a value that has one of these."""
    found = list(dict.fromkeys([shape for shape in shapes if shape is not None]))
    if len(found) < 2:  # noqa: PLR2004 - one is what it is
        return found[0] if found else NOTHING
    constants = frozenset().union(*[shape.constants for shape in found])
    many = len(constants) > MOST_CONSTANTS
    return Shape(
        paths=frozenset().union(*[shape.paths for shape in found]),
        constants=frozenset() if many else constants,
        parts=made_of([part for shape in found for part in shape.parts]).parts,
        members=_join([shape.members for shape in found]),
        names=_join([shape.names for shape in found]),
        opaque=many or any(shape.opaque for shape in found),
    )


def step(shape: Shape, name: Shape | None) -> Shape:
    """Return the shape of a member; `name` is None, or not exact, where any may be meant."""
    known = name.constants if name is not None and name.exact else None
    steps: Iterable[str | int] = (ANY,) if known is None else known
    paths = frozenset([(*path, _plain(one)) for path in shape.paths for one in steps])
    parts = [part for one, part in shape.parts if known is None or one in known]
    opaque = OPAQUE if shape.opaque else None
    return join([Shape(paths=paths) if paths else None, *parts, shape.members, opaque])


def members(shape: Shape) -> Shape:
    """Return a collection whose members may be any of those of another."""
    inside = step(shape, None)
    return Shape(members=inside if inside != NOTHING else None, names=shape.names, opaque=shape.opaque)


def _plain(name: str | int) -> str | int:
    # An index says as little as an unknown name: what lies there changes with the list.
    return ANY if name.__class__ is int else name


def _join(shapes: list[Shape | None]) -> Shape | None:
    return join(shapes) if any(shape is not None for shape in shapes) else None


def _order(part: tuple[str | int, Shape]) -> tuple[str, str]:
    return part[0].__class__.__name__, str(part[0])
