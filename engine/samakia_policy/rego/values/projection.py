"""Reading only those parts of a JSON document that somebody asks for: faster, and in a third less memory.

What is left out is still checked to be JSON. Members that are named get the very names that the compiled code
holds, so that looking them up compares no text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypedDict, Union

from samakia_policy.rego.values.collections import Value

Path = tuple[str | int, ...]
Paths = tuple[Iterable[Path], Iterable[Path], Iterable[Path]]
"""Those of which all is asked for; those of which only whether they are there and their type; and among
these, those of which how many members they have matters, too."""
# Stands in a path for any step, as in rego/reads.
ANY = "*"
# What is no object at a place where members are asked for: it is kept as far as it is small.
_OTHERS: tuple[Any, ...] = (str, int, bool, None)


class _Node:
    """A place: is all of it asked for, is its size, and what of its members."""

    __slots__ = ("below", "sized", "whole")

    def __init__(self) -> None:
        self.below: dict[str | int, _Node] = {}
        self.sized = self.whole = False

    def at(self, path: Path) -> _Node:
        node = self
        for step in path:
            node = node.below.setdefault(step, _Node())
        return node


def reader(paths: Paths, number: Callable[[str], Any]) -> Callable[[bytes], Value] | None:
    """Return a function from JSON text to a value that holds at least these paths, or None for all of it.

    The function raises
    ValueError for text that must be read otherwise: it is no JSON, or has other types than the paths expect.
    `number` makes what has a fraction or an exponent.
    """
    wholes, tops, sizes = paths
    root = _Node()
    for path in wholes:
        root.at(path).whole = True
    for path in tops:
        root.at(path)
    for path in sizes:
        root.at(path).sized = True
    wanted = _type(root)
    if wanted is Any:
        return None
    import msgspec

    return msgspec.json.Decoder(wanted, float_hook=number).decode


def _type(node: _Node) -> Any:
    """Return the type of what is read at a place; Any where that is everything."""
    if node.whole or not node.below:
        return Any
    if ANY in node.below:
        element = _type(node.below[ANY]) if len(node.below) == 1 else Any
        return Any if element is Any else _or_others(list[element], dict[str, element])  # type: ignore[valid-type]
    if node.sized:
        return Any
    fields = {sys.intern(str(name)): _type(below) for name, below in node.below.items()}
    # Of an array none of these names is a member, so nothing in it matters.
    return _or_others(TypedDict("Members", fields, total=False), list[Any])  # type: ignore[operator]


def _or_others(*kinds: Any) -> Any:
    return Union[(*kinds, *_OTHERS)]
