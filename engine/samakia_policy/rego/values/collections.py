"""Sets, and the keys under which values lie in sets and objects.

Python says True == 1 and refuses lists as keys; Rego does neither. So what lies in a dict is `key(value)`:
a str, a number or null is itself, true and false are marks of their own, an array is a tuple of keys, an
object a frozenset of pairs, a set a tagged frozenset. Hashing and equality then run in C.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from samakia_policy.rego.values.number import Number

Value = Any
Key = Hashable


class _Mark:
    """A key that equals itself alone."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return _MARKS[self.name]


UNDEFINED: Any = _Mark("undefined")
_TRUE = _Mark("true")
_FALSE = _Mark("false")
_SET = _Mark("set")
_MARKS = {"undefined": "UNDEFINED", "true": "_TRUE", "false": "_FALSE", "set": "_SET"}


def key(value: Value) -> Key:
    """Return what stands for a value in a set or as an object's key."""
    kind = value.__class__
    if kind is str or kind is int or kind is Number or value is None:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return _TRUE if value else _FALSE
    if kind is list:
        return tuple([key(item) for item in value])
    if kind is dict:
        return frozenset([(name, key(item)) for name, item in value.items()])
    return (_SET, frozenset(value.members))


def unkey(found: Key) -> Value:
    """Return the value that a key stands for."""
    kind = found.__class__
    if kind is str or kind is int or kind is Number or found is None:
        return found
    if found is _TRUE:
        return True
    if found is _FALSE:
        return False
    if kind is frozenset:
        return {name: unkey(item) for name, item in found}  # type: ignore[attr-defined]
    if found and found[0] is _SET:  # type: ignore[index]
        return Set(unkey(item) for item in found[1])  # type: ignore[index]
    return [unkey(item) for item in found]  # type: ignore[attr-defined]


class Set:
    """A set; `members` maps each element's key to the element. Iterates in OPA's order."""

    __slots__ = ("_order", "members")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self.members: dict[Key, Value] = {}
        self._order: list[Value] | None = None
        for value in values:
            self.members.setdefault(key(value), value)

    @classmethod
    def of_members(cls, members: dict[Key, Value]) -> Set:
        """Return a set that owns these members; the caller must not change them again."""
        made = cls.__new__(cls)
        made.members = members
        made._order = None
        return made

    def __getitem__(self, name: Value) -> Value:
        return self.members[key(name)]

    def __contains__(self, value: Value) -> bool:
        return key(value) in self.members

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Value]:
        if self._order is None:
            from samakia_policy.rego.values.order import ordered

            self._order = ordered(self.members.values())
        return iter(self._order)

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Set and self.members.keys() == other.members.keys()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Set({list(self)!r})"


def make_object(pairs: Iterable[tuple[Value, Value]]) -> dict[Key, Value]:
    """Return an object; a later pair with an equal key wins."""
    return {key(name): value for name, value in pairs}


def pairs(found: dict[Key, Value]) -> list[tuple[Value, Value]]:
    """Return an object's keys (as values) and values, in OPA's order of keys."""
    from samakia_policy.rego.values.order import order_key

    names = list(found)
    if all(name.__class__ is str for name in names):
        return [(name, found[name]) for name in sorted(names)]  # type: ignore[type-var]
    decoded = [(unkey(name), found[name]) for name in names]
    return sorted(decoded, key=lambda pair: order_key(pair[0]))


def equal(left: Value, right: Value) -> bool:
    """Return whether two values are the same: true is not 1, 1 is 1.0.

    Plain loops: what calls back through C code ends early on deep values.
    """
    kind = left.__class__
    if kind is str or left is None or kind is bool:
        return right.__class__ is kind and bool(left == right)
    if kind is int or kind is Number:
        return (right.__class__ is int or right.__class__ is Number) and bool(left == right)
    if right.__class__ is not kind or len(left) != len(right):
        return False
    if kind is list:
        for one, two in zip(left, right, strict=True):  # noqa: SIM110
            if not equal(one, two):
                return False
        return True
    if kind is dict:
        for name, item in left.items():  # noqa: SIM110
            if name not in right or not equal(item, right[name]):
                return False
        return True
    return bool(left.members.keys() == right.members.keys())
