"""Two types side by side, without what they share, for messages that would be too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.types.model import (
    AnyType,
    ArrayType,
    FunctionType,
    Named,
    ObjectType,
    Property,
    SetType,
    Shown,
)
from samakia_policy.rego.types.operations import same_type
from samakia_policy.rego.types.shape import Type, composite, property_text, type_text

ELLIPSIS = "..."
_WIDE = 32
_DEPTH = 8
Pair = tuple[str, str]


def difference(left: Shown, right: Shown, depth: int = 0) -> Pair:
    """Return two types as text, keeping what shows how they differ."""
    if isinstance(left, Named):
        one, two = difference(left.type, right, depth)
        return f"{left.name}: {one}", two
    if isinstance(right, Named):
        one, two = difference(left, right.type, depth)
        return one, f"{right.name}: {two}"
    if depth < _DEPTH and left is not None and left.__class__ is right.__class__ and not _alike(left, right):
        compare = _DIFFERENCE.get(left.__class__)
        found = compare(left, right, depth) if compare is not None else None
        if found is not None:
            return found
    return short(left), short(right)


def short(kind: Shown) -> str:
    """Return a type as text; of a wide one only what it is."""
    full = type_text(kind)
    return full if len(full) <= _WIDE else elided(kind, 0)


def elided(kind: Shown, depth: int) -> str:
    """Return a type as text with what lies deeper than `depth` left out; below 0, nothing is."""
    if depth < 0 or kind is None:
        return type_text(kind)
    if isinstance(kind, Named):
        return f"{kind.name}: {elided(kind.type, depth)}"
    write = _ELIDED.get(kind.__class__)
    return str(kind) if write is None else write(kind, depth)


def _alike(left: Type | None, right: Type | None) -> bool:
    # Recursive types are alike by name; of others the order tells, however large they are.
    return same_type(left, right) and type_text(left) == type_text(right)


def _inner(kind: Type | None, depth: int) -> str:
    return ELLIPSIS if depth == 0 else elided(kind, depth - 1)


def _inners(kinds: Iterable[Type | None], depth: int) -> list[str]:
    texts = list(kinds)
    return [ELLIPSIS] if depth == 0 and texts else [elided(kind, depth - 1) for kind in texts]


def _elided_set(kind: SetType, depth: int) -> str:
    return str(kind) if kind.of is None else f"set[{_inner(kind.of, depth)}]"


def _elided_array(kind: ArrayType, depth: int) -> str:
    dynamic = "" if kind.dynamic is None else _inner(kind.dynamic, depth)
    return composite("array", _inners(kind.static, depth), dynamic)


def _elided_object(kind: ObjectType, depth: int) -> str:
    static = [ELLIPSIS] if depth == 0 and kind.static else []
    if depth > 0:
        static = [property_text(item.key, elided(item.value, depth - 1)) for item in kind.static]
    dynamic = ""
    if kind.dynamic is not None:
        names, values = kind.dynamic
        dynamic = ELLIPSIS if depth == 0 else f"{elided(names, depth - 1)}: {elided(values, depth - 1)}"
    return composite("object", static, dynamic)


def _elided_any(kind: AnyType, depth: int) -> str:
    return _any_text(_inners(kind.of, depth)) if kind.of else "any"


def _elided_function(kind: FunctionType, depth: int) -> str:
    if depth == 0:
        args = [ELLIPSIS] if kind.args or kind.variadic is not None else []
        return _function_text(args, type_text(None) if kind.result is None else ELLIPSIS)
    args = [elided(item, depth - 1) for item in kind.args]
    if kind.variadic is not None:
        args.append(f"{elided(kind.variadic, depth - 1)}{ELLIPSIS}")
    return _function_text(args, elided(kind.result, depth - 1))


def _sets(left: SetType, right: SetType, depth: int) -> Pair | None:
    if left.of is None or right.of is None:
        return None
    one, two = difference(left.of, right.of, depth + 1)
    return f"set[{one}]", f"set[{two}]"


def _arrays(left: ArrayType, right: ArrayType, depth: int) -> Pair:
    if len(left.static) != len(right.static) or (left.dynamic is None) != (right.dynamic is None):
        return elided(left, 1), elided(right, 1)
    pairs = [difference(one, two, depth + 1) for one, two in zip(left.static, right.static, strict=True)]
    others = ("", "")
    if left.dynamic is not None:
        others = difference(left.dynamic, right.dynamic, depth + 1)
    return tuple(  # type: ignore[return-value]
        composite("array", [pair[side] for pair in pairs], others[side]) for side in (0, 1)
    )


def _objects(left: ObjectType, right: ObjectType, depth: int) -> Pair:
    known: dict[Any, list[Property | None]] = {}
    for side, kind in enumerate((left, right)):
        for item in kind.static:
            known.setdefault(item.order, [None, None])[side] = item
    texts: tuple[list[str], list[str]] = ([], [])
    dropped = False
    for place in sorted(known):
        dropped = _properties(known[place], texts, depth) or dropped
    if dropped:
        texts[0].append(ELLIPSIS)
        texts[1].append(ELLIPSIS)
    others = _dynamics(left, right, depth)
    return composite("object", texts[0], others[0]), composite("object", texts[1], others[1])


def _properties(found: list[Property | None], texts: tuple[list[str], list[str]], depth: int) -> bool:
    """Add the texts of a property that one or both sides have; return whether it was left out."""
    one, two = found
    if one is None or two is None:
        for side, item in enumerate(found):
            if item is not None:
                texts[side].append(property_text(item.key, short(item.value)))
        return False
    if _alike(one.value, two.value):
        return True
    for side, text in enumerate(difference(one.value, two.value, depth + 1)):
        texts[side].append(property_text(found[side].key, text))  # type: ignore[union-attr]
    return False


def _dynamics(left: ObjectType, right: ObjectType, depth: int) -> Pair:
    one, two = left.dynamic, right.dynamic
    if one is not None and two is not None:
        names = difference(one[0], two[0], depth + 1)
        values = difference(one[1], two[1], depth + 1)
        return f"{names[0]}: {values[0]}", f"{names[1]}: {values[1]}"
    texts = ["" if item is None else f"{short(item[0])}: {short(item[1])}" for item in (one, two)]
    return texts[0], texts[1]


def _anys(left: AnyType, right: AnyType, _: int) -> Pair:
    texts = [{str(item) for item in kind.of} for kind in (left, right)]
    shared = texts[0] & texts[1]
    shown = []
    for kind in (left, right):
        own = [short(item) for item in kind.of if str(item) not in shared]
        shown.append(_any_text([*own, ELLIPSIS] if shared else own))
    return shown[0], shown[1]


def _functions(left: FunctionType, right: FunctionType, depth: int) -> Pair | None:
    if len(left.args) != len(right.args):
        return None
    pairs = [difference(one, two, depth + 1) for one, two in zip(left.args, right.args, strict=True)]
    texts = [[pair[side] for pair in pairs] for side in (0, 1)]
    if left.variadic is not None and right.variadic is not None:
        for side, text in enumerate(difference(left.variadic, right.variadic, depth + 1)):
            texts[side].append(f"{text}{ELLIPSIS}")
    else:
        for side, kind in enumerate((left, right)):
            texts[side] += [] if kind.variadic is None else [f"{short(kind.variadic)}{ELLIPSIS}"]
    results = difference(left.result, right.result, depth + 1)
    return _function_text(texts[0], results[0]), _function_text(texts[1], results[1])


def _any_text(members: list[str]) -> str:
    return f"any<{', '.join(members)}>" if members else "any"


def _function_text(args: list[str], result: str) -> str:
    return f"({', '.join(args)}) => {result}"


_ELIDED: dict[type, Callable[[Any, int], str]] = {
    SetType: _elided_set,
    ArrayType: _elided_array,
    ObjectType: _elided_object,
    AnyType: _elided_any,
    FunctionType: _elided_function,
}
_DIFFERENCE: dict[type, Callable[[Any, Any, int], Pair | None]] = {
    SetType: _sets,
    ArrayType: _arrays,
    ObjectType: _objects,
    AnyType: _anys,
    FunctionType: _functions,
}
