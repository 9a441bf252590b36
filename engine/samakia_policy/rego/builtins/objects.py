"""Built-ins for objects."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.operands import array, obj, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.builtins.walk import child
from samakia_policy.rego.errors import OPERAND, BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import UNDEFINED, Key, Set, Value, equal, key, unkey

Object = dict[Key, Value]


@builtin("object.get")
def get(value: Value, path: Value, default: Value) -> Value:
    """Return what lies under a key, or under each key of an array in turn; else the default."""
    found = obj(value, 1)
    if path.__class__ is str:
        return found.get(path, default)
    for step in path if path.__class__ is list else [path]:
        value = child(value, step)
        if value is UNDEFINED:
            return default
    return value


@builtin("object.keys")
def keys(value: Value) -> Set:
    """Return an object's keys as a set."""
    return Set.of_members({name: unkey(name) for name in obj(value, 1)})


@builtin("object.remove")
def remove(value: Value, names: Value) -> Object:
    """Return an object without some keys."""
    found, removed = obj(value, 1), _keys(names)
    return {name: item for name, item in found.items() if name not in removed}


@builtin("object.filter")
def keep(value: Value, names: Value) -> Object:
    """Return an object with some keys only."""
    found, kept = obj(value, 1), _keys(names)
    return {name: item for name, item in found.items() if name in kept}


def _keys(names: Value) -> Any:
    if names.__class__ is list:
        return {key(name) for name in names}
    if names.__class__ is Set:
        return names.members
    if names.__class__ is dict:
        return names
    raise OperandFault(2, "one of {object, set, array}", type_name(names))


@builtin("object.union")
def union(left: Value, right: Value) -> Object:
    """Return both objects in one; where both have a key, objects are joined, else the right one wins."""
    return _joined(obj(left, 1), obj(right, 2))


def _joined(left: Object, right: Object) -> Object:
    if not left or not right:
        return left or right
    made = {**left, **right}
    for name, under in left.items():
        over = made[name]
        if under.__class__ is dict and over.__class__ is dict and name in right:
            made[name] = _joined(under, over)
    return made


@builtin("object.union_n")
def union_n(value: Value) -> Object:
    """Return the union of an array of objects, from the first to the last."""
    items = array(value, 1)
    for item in items:
        if item.__class__ is not dict:
            raise OperandFault(1, "array of objects", f"array containing {type_name(item)}")
    if len(items) == 1:
        return items[0]  # type: ignore[no-any-return]
    made: Object = {}
    owned = {id(made)}
    for item in items:
        _add(made, item, owned)
    return made


def _add(made: Object, other: Object, owned: set[int]) -> None:
    """Add to an object of our own; objects inside are copied once, so that many small ones stay cheap."""
    for name, over in other.items():
        under = made.get(name)
        if under.__class__ is not dict or over.__class__ is not dict:
            made[name] = over
            continue
        if id(under) not in owned:
            under = made[name] = dict(under)
            owned.add(id(under))
        _add(under, over, owned)


@builtin("object.subset")
def subset(whole: Value, part: Value) -> bool:
    """Return whether one object, set or array contains the other."""
    kinds = (whole.__class__, part.__class__)
    if kinds == (list, Set):
        # OPA counts matching elements, so one that is there twice counts twice.
        return bool(whole) and sum(key(item) in part.members for item in whole) >= len(part)
    if kinds[0] is not kinds[1] or kinds[0] not in _CONTAINS:
        raise BuiltinFault("both arguments object.subset must be of the same type or array and set", OPERAND)
    return _CONTAINS[kinds[0]](whole, part)  # type: ignore[no-any-return]


def _object_contains(whole: Object, part: Object) -> bool:
    return all(name in whole and _inside(whole[name], item) for name, item in part.items())


def _inside(whole: Value, part: Value) -> bool:
    if equal(whole, part):
        return True
    test = _CONTAINS.get(whole.__class__)
    return test is not None and whole.__class__ is part.__class__ and test(whole, part)


def _set_contains(whole: Set, part: Set) -> bool:
    return part.members.keys() <= whole.members.keys()


def _array_contains(whole: list[Value], part: list[Value]) -> bool:
    """Return whether part is found in whole; after a partial match OPA goes on behind its start."""
    inner, outer = [key(item) for item in part], [key(item) for item in whole]
    if not inner:
        return True
    return _found(inner, outer)


def _found(inner: list[Key], outer: list[Key]) -> bool:
    """Search in one pass, with the length of the longest border at every place (Knuth, Morris and Pratt)."""
    borders = [0] * len(inner)
    length = 0
    for place in range(1, len(inner)):
        while length and inner[place] != inner[length]:
            length = borders[length - 1]
        length += inner[place] == inner[length]
        borders[place] = length
    length = 0
    for item in outer:
        while length and item != inner[length]:
            length = borders[length - 1]
        length += item == inner[length]
        if length == len(inner):
            return True
    return False


_CONTAINS: dict[type, Any] = {dict: _object_contains, Set: _set_contains, list: _array_contains}
