"""Built-ins that hand their operands on; every other reads them whole, and what it gives is opaque."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from samakia_policy.rego.reads.found import Found
from samakia_policy.rego.reads.shapes import ANY, OPAQUE, Shape, join, members, step

COMPARISONS = frozenset(("equal", "neq", "lt", "lte", "gt", "gte"))
_TYPES = ("array", "boolean", "null", "number", "object", "set", "string")


def result(name: str, operands: list[Shape], found: Found) -> Shape:
    """Return the shape of what a built-in gives, and note what it reads."""
    if name in COMPARISONS:
        return _compared(operands, found)
    passed = _PASS.get(name)
    if passed is not None:
        return passed(operands, found)
    for operand in operands:
        found.whole(operand)
    return OPAQUE


def _compared(operands: list[Shape], found: Found) -> Shape:
    # What is equal to a text, or less than a number, is told without looking at members.
    plain = any(flat(operand) for operand in operands)
    for operand in operands:
        (found.top if plain else found.whole)(operand)
    return OPAQUE


def flat(shape: Shape) -> bool:
    """Whether a value is a constant that has no members."""
    return shape.exact


def _top(operands: list[Shape], found: Found) -> Shape:
    for operand in operands:
        found.top(operand)
    return OPAQUE


def _get(operands: list[Shape], found: Found) -> Shape:
    source, wanted, default = operands
    found.whole(wanted)
    if wanted.exact:
        steps: list[Shape | None] = [wanted]
    elif wanted.parts and not (wanted.paths or wanted.opaque or wanted.constants):
        steps = [part for _, part in wanted.parts]
    else:
        found.whole(source)
        return join([step(source, None), default, OPAQUE])
    for name in steps:
        source = step(source, name)
        found.named(source, None)
    found.exists(source)
    return join([source, default])


def _concatenated(operands: list[Shape], found: Found) -> Shape:
    return join([_loose(operand, found) for operand in operands])


def _sliced(operands: list[Shape], found: Found) -> Shape:
    for operand in operands[1:]:
        found.whole(operand)
    return _loose(operands[0], found)


def _loose(shape: Shape, found: Found) -> Shape:
    found.exists(Shape(paths=frozenset([(*path, ANY) for path in shape.paths])))
    return members(shape)


def _sorted(operands: list[Shape], found: Found) -> Shape:
    found.whole(operands[0])
    return replace(members(operands[0]), names=None)


def _united(operands: list[Shape], found: Found) -> Shape:
    for operand in operands:
        found.top(operand)
    return join(operands)


def _narrowed(operands: list[Shape], found: Found) -> Shape:
    found.top(operands[0])
    found.whole(operands[1])
    return operands[0]


_PASS: dict[str, Callable[[list[Shape], Found], Shape]] = {
    "object.get": _get,
    "array.concat": _concatenated,
    "array.slice": _sliced,
    "array.reverse": _concatenated,
    "object.union": _united,
    "or": _united,
    "object.remove": _narrowed,
    "object.filter": _narrowed,
    "object.keys": _top,
    "sort": _sorted,
    "count": _top,
    "type_name": _top,
    **{f"is_{name}": _top for name in _TYPES},
}
