"""What types have in common: union, selection, keys and values, and whether two can be one value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from heapq import merge
from typing import Any

from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    AnyType,
    ArrayType,
    FunctionType,
    ObjectType,
    Property,
    Recursive,
    SetType,
    unrolled,
)
from samakia_policy.rego.types.shape import Order, Type, order
from samakia_policy.rego.values.number import Number

# Pairs of recursive types that are being unified.
_MET: set[tuple[int, int]] = set()
# What was found out about pairs of types, by their ids.
_ASKED: dict[tuple[int, int], tuple[bool, Type, Type]] = {}
_MANY = 5_000


def same_type(left: Type | None, right: Type | None) -> bool:
    """Return whether two types are the same."""
    return left is right or order(left) == order(right)


def includes(wide: Type | None, narrow: Type | None) -> bool:
    """Return whether a type is another or names it as one of several."""
    if isinstance(wide, AnyType):
        return _member(wide, narrow)
    return same_type(wide, narrow)


def union(left: Type | None, right: Type | None) -> Type | None:
    """Return the type of a value that has one type or the other; a type that is not known adds nothing."""
    if left is None or left is right:
        return right
    if right is None:
        return left
    if left.__class__ is FunctionType or right.__class__ is FunctionType:
        return _function_union(left, right)
    if isinstance(left, AnyType):
        return _merge(left, right)
    if isinstance(right, AnyType):
        return _merge(right, left)
    one, two = left.order, right.order
    if one == two:
        return left
    return AnyType((left, right) if one < two else (right, left))


def select(kind: Type | None, key: Any) -> Type | None:
    """Return the type found under a plain key, or None when there can be nothing."""
    kind = unrolled(kind)
    if isinstance(kind, ObjectType):
        return _property(kind, key)
    if isinstance(kind, ArrayType):
        position = _position(key)
        return None if position is None else kind.item(position)
    if isinstance(kind, SetType):
        return _element(kind.of, type_of(key))
    if not isinstance(kind, AnyType):
        return None
    if not kind.of:
        return ANY
    found: Type | None = None
    for item in kind.of:
        found = union(select(item, key), found)
    return found


def keys(kind: Type | None) -> Type | None:
    """Return the type of the keys that iterating over a value gives."""
    kind = unrolled(kind)
    if isinstance(kind, ArrayType):
        return NUMBER
    if isinstance(kind, SetType):
        return kind.of
    found: Type | None = None
    if isinstance(kind, ObjectType):
        for item in kind.static:
            found = union(found, STRING if item.key.__class__ is str else type_of(item.key))
        return union(found, kind.dynamic[0]) if kind.dynamic is not None else found
    if not isinstance(kind, AnyType):
        return None
    if not kind.of:
        return ANY
    for member in kind.of:
        found = union(keys(member), found)
    return found


def values(kind: Type | None) -> Type | None:
    """Return the type of the values that iterating over a value gives."""
    kind = unrolled(kind)
    if kind is None:
        return None
    if kind._values is kind:
        kind._values = _values(kind)
    return kind._values  # type: ignore[no-any-return]


def type_of(value: Any) -> Type:
    """Return the type of a plain value."""
    if value is None:
        return NULL
    simple = _SIMPLE.get(value.__class__)
    if simple is not None:
        return simple
    if isinstance(value, list):
        return ArrayType(tuple(map(type_of, value)))
    return ObjectType(tuple([Property(name, type_of(item)) for name, item in value.items()]))


def unifies(left: Type | None, right: Type | None) -> bool:
    """Return whether one value can have both types."""
    if left is None or right is None:
        return False
    if left is right and not left.nil:
        return True
    if left.__class__ is Recursive or right.__class__ is Recursive:
        return _unifies_recursive(left, right)
    if isinstance(left, AnyType):
        return _unifies_any(left, right)
    if isinstance(right, AnyType):
        return _unifies_any(right, left)
    if left.__class__ is AnyType or left.__class__ is not right.__class__:
        return False
    check = _UNIFIES.get(left.__class__)
    return left is right if check is None else _asked(check, left, right)


def empty(kind: Type | None) -> bool:
    """Return whether a type is that of a collection that holds nothing."""
    kind = unrolled(kind)
    if isinstance(kind, ObjectType):
        return not kind.static and kind.dynamic is None
    if isinstance(kind, ArrayType):
        return not kind.static and kind.dynamic is None
    return isinstance(kind, SetType) and kind.of is None


def _member(wide: AnyType, narrow: Type | None) -> bool:
    if narrow.__class__ is FunctionType:
        return False
    if not wide.of:
        return True
    place = bisect_left(wide.of, order(narrow), key=_order)
    return place < len(wide.of) and wide.of[place].order == order(narrow)


def _merge(wide: AnyType, other: Type) -> AnyType:
    if isinstance(other, AnyType):
        return _merge_all(wide, other)
    if not wide.of:
        return wide
    place = bisect_left(wide.of, other.order, key=_order)
    if place < len(wide.of) and wide.of[place].order == other.order:
        return wide
    return AnyType((*wide.of[:place], other, *wide.of[place:]))


def _merge_all(left: AnyType, right: AnyType) -> AnyType:
    if not left.of or not right.of:
        return ANY
    found: list[Type] = []
    for item in merge(left.of, right.of, key=_order):
        if not found or not same_type(found[-1], item):
            found.append(item)
    return left if len(found) == len(left.of) else AnyType(tuple(found))


def _order(kind: Type) -> Order:
    return kind.order


def _function_union(left: Type, right: Type) -> Type | None:
    if not isinstance(left, FunctionType) or not isinstance(right, FunctionType):
        return None
    if len(left.args) != len(right.args) or (left.variadic is None) != (right.variadic is None):
        return None
    args = tuple([union(one, two) for one, two in zip(left.args, right.args, strict=True)])
    return FunctionType(args, union(left.result, right.result), union(left.variadic, right.variadic))


def _property(kind: ObjectType, key: Any) -> Type | None:
    place: Order = Property(key, None).order
    if place in kind.index:
        return kind.index[place]
    if kind.dynamic is not None and includes(kind.dynamic[0], type_of(key)):
        return kind.dynamic[1]
    return None


def _position(key: Any) -> int | None:
    if isinstance(key, Number):
        return int(key.text) if key.text.lstrip("-").isdecimal() else None
    return key if key.__class__ is int else None


def _element(of: Type | None, wanted: Type) -> Type | None:
    if same_type(of, wanted):
        return of
    return wanted if isinstance(of, AnyType) and _member(of, wanted) else None


def _values(kind: Type) -> Type | None:
    found: Type | None = None
    if isinstance(kind, ArrayType):
        for item in kind.static:
            found = union(found, item)
        return union(found, kind.dynamic)
    if isinstance(kind, ObjectType):
        for entry in kind.static:
            found = union(found, entry.value)
        return union(found, kind.dynamic_value)
    if isinstance(kind, SetType):
        return kind.of
    if not isinstance(kind, AnyType):
        return None
    if not kind.of:
        return ANY
    for item in kind.of:
        found = union(values(item), found)
    return found


def _unifies_recursive(left: Type, right: Type) -> bool:
    pair = (id(left), id(right))
    if pair in _MET:
        # What was asked before is being answered: nothing deeper can tell more.
        return True
    _MET.add(pair)
    try:
        return unifies(unrolled(left), unrolled(right))
    finally:
        _MET.discard(pair)


def _asked(check: Callable[[Any, Any], bool], left: Type, right: Type) -> bool:
    """Check two types, or give the answer found before: parts that many places share are looked at once."""
    if _MET:
        return check(left, right)
    found = _ASKED.get((id(left), id(right)))
    if found is None:
        if len(_ASKED) > _MANY:
            _ASKED.clear()
        # The types stay alive with the entry, so that their ids stay theirs.
        found = _ASKED[id(left), id(right)] = (check(left, right), left, right)
    return found[0]


def _unifies_any(wide: AnyType, other: Type | None) -> bool:
    if other.__class__ is FunctionType:
        return False
    return not wide.of or any(unifies(item, other) for item in wide.of)


def _unifies_arrays(left: Any, right: Any) -> bool:
    # Each place once: asking both ways would double the work with every level.
    places = range(max(len(left.static), len(right.static)))
    if not all(unifies(left.item(place), right.item(place)) for place in places):
        return False
    return left.dynamic is None or right.dynamic is None or unifies(left.dynamic, right.dynamic)


def _unifies_objects(left: Any, right: Any) -> bool:
    # Each property once, as with places of arrays; one that the left only allows is asked from the right.
    if not _known_unify(left, right, {}) or not _known_unify(right, left, left.index):
        return False
    one, two = left.dynamic_value, right.dynamic_value
    return one is None or two is None or unifies(one, two)


def _known_unify(left: ObjectType, right: ObjectType, done: Mapping[Order, Any]) -> bool:
    for item in left.static:
        if item.order in done:
            continue
        found = _property(right, item.key)
        if found is None:
            if left.dynamic_value is None and right.dynamic_value is None:
                return False
        elif not unifies(item.value, found):
            return False
    return True


def _unifies_sets(left: Any, right: Any) -> bool:
    return left.of is None or right.of is None or unifies(left.of, right.of)


def _unifies_functions(left: Any, right: Any) -> bool:
    if len(left.args) != len(right.args):
        return False
    return all(map(unifies, left.args, right.args))


_SIMPLE: dict[type, Type] = {bool: BOOLEAN, int: NUMBER, Number: NUMBER, str: STRING}
_UNIFIES: dict[type, Callable[[Any, Any], bool]] = {
    ArrayType: _unifies_arrays,
    ObjectType: _unifies_objects,
    SetType: _unifies_sets,
    FunctionType: _unifies_functions,
}
