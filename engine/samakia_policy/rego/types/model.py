"""Types as values: what the checker knows about a term. None stands for a type that is not known.

Types never change after they are made (but a `Recursive` that is tied once). `order` is a tuple that sorts
types as OPA sorts them; equal types have equal orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.types.shape import (
    Order,
    Parts,
    Type,
    composite,
    known_parts,
    order,
    plain,
    property_text,
    type_text,
    unknown,
)
from samakia_policy.rego.values.order import order_key

_ARRAY, _OBJECT, _SET, _ANY, _FUNCTION = 4, 5, 6, 7, 8
# Orders of keys, shared as those of types are.
_KEYS: dict[Order, Order] = {}
_MANY_KEYS = 100_000


class Simple(Type):
    """null, boolean, number or string."""

    __slots__ = ("kind",)

    def __init__(self, kind: str, rank: int) -> None:
        super().__init__()
        self.kind = kind
        self._order = (rank,)


NULL, BOOLEAN, NUMBER, STRING = (
    Simple(kind, rank) for rank, kind in enumerate(("null", "boolean", "number", "string"))
)


class ArrayType(Type):
    """An array: the types of its first items, and the type of all others (None: there are none)."""

    __slots__ = ("dynamic", "static")
    kind = "array"

    def __init__(self, static: tuple[Type | None, ...], dynamic: Type | None = None) -> None:
        super().__init__()
        self.static = static
        self.dynamic = dynamic
        self.nil = any(map(unknown, static)) or (dynamic is not None and dynamic.nil)

    def item(self, position: int) -> Type | None:
        """Return the type of the item at a position."""
        if 0 <= position < len(self.static):
            return self.static[position]
        return self.dynamic if position >= 0 else None

    def _ordered(self) -> Order:
        return (_ARRAY, order(self.dynamic), Parts(map(order, self.static)))

    def _parts(self) -> Iterable[Type]:
        return known_parts((*self.static, self.dynamic))

    def _text(self) -> str:
        return composite(
            "array", list(map(type_text, self.static)), "" if self.dynamic is None else str(self.dynamic)
        )

    def _plain(self) -> dict[str, Any]:
        shown: dict[str, Any] = {} if self.dynamic is None else {"dynamic": self.dynamic.plain()}
        if self.static:
            shown["static"] = list(map(plain, self.static))
        return shown | {"type": "array"}


class SetType(Type):
    """A set; `of` is None for the empty set."""

    __slots__ = ("of",)
    kind = "set"

    def __init__(self, of: Type | None) -> None:
        super().__init__()
        self.of = of
        self.nil = of is None or of.nil

    def _ordered(self) -> Order:
        return (_SET, order(self.of))

    def _parts(self) -> Iterable[Type]:
        return known_parts((self.of,))

    def _text(self) -> str:
        return "set" if self.of is None else f"set[{self.of}]"

    def _plain(self) -> dict[str, Any]:
        return {"type": "set"} if self.of is None else {"of": self.of.plain(), "type": "set"}


class Property:
    """A key that an object is known to have, as plain JSON, and the type of its value."""

    __slots__ = ("key", "order", "value")

    def __init__(self, key: Any, value: Type | None) -> None:
        self.key = key
        self.value = value
        made = (3, key) if key.__class__ is str else order_key(key)
        self.order: Order = _KEYS.setdefault(made, made) if len(_KEYS) < _MANY_KEYS else made


Dynamic = tuple["Type | None", "Type | None"]


class ObjectType(Type):
    """An object: its known properties, and the types of all other keys and values (None: there are none)."""

    __slots__ = ("_index", "dynamic", "static")
    kind = "object"

    def __init__(self, static: tuple[Property, ...] = (), dynamic: Dynamic | None = None) -> None:
        super().__init__()
        self.static = tuple(sorted(static, key=_property_order)) if len(static) > 1 else static
        self.dynamic = dynamic
        self._index: dict[Order, Type | None] | None = None
        self.nil = any(unknown(item.value) for item in static)
        if not self.nil and dynamic is not None:
            self.nil = unknown(dynamic[0]) or unknown(dynamic[1])

    @property
    def index(self) -> dict[Order, Type | None]:
        """The types of the known properties by the order of their keys; of equal keys, the first counts."""
        if self._index is None:
            self._index = {item.order: item.value for item in reversed(self.static)}
        return self._index

    @property
    def dynamic_value(self) -> Type | None:
        """The type of values under keys that are not known."""
        return None if self.dynamic is None else self.dynamic[1]

    def _ordered(self) -> Order:
        names, values = self.dynamic or (None, None)
        static = [part for item in self.static for part in (item.order, order(item.value))]
        return (_OBJECT, self.dynamic is not None, order(names), order(values), Parts(static))

    def _parts(self) -> Iterable[Type]:
        return known_parts((*[item.value for item in self.static], *(self.dynamic or ())))

    def _text(self) -> str:
        static = [property_text(item.key, type_text(item.value)) for item in self.static]
        return composite("object", static, _dynamic_text(self.dynamic))

    def _plain(self) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        if self.dynamic is not None:
            shown["dynamic"] = {"key": plain(self.dynamic[0]), "value": plain(self.dynamic[1])}
        if self.static:
            shown["static"] = [{"key": item.key, "value": plain(item.value)} for item in self.static]
        return shown | {"type": "object"}


class AnyType(Type):
    """One of several types, in order; of none: any value."""

    __slots__ = ("of",)

    def __init__(self, of: tuple[Type, ...] = ()) -> None:
        super().__init__()
        self.of = of

    def _ordered(self) -> Order:
        return (_ANY, Parts([item.order for item in self.of]))

    def _parts(self) -> Iterable[Type]:
        return self.of

    def _text(self) -> str:
        return f"any<{', '.join(map(str, self.of))}>" if self.of else "any"

    def _plain(self) -> dict[str, Any]:
        return {"of": [item.plain() for item in self.of], "type": "any"} if self.of else {"type": "any"}


ANY = AnyType()


class Recursive(Type):
    """A type that contains itself, by the name of its schema; `type` is tied when it is known."""

    __slots__ = ("name", "type")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.type: Type | None = None

    @property
    def order(self) -> Order:
        """Where the type sorts: where what it stands for does."""
        return order(self.type)

    def _text(self) -> str:
        return f"recursive({self.name})"

    def _plain(self) -> dict[str, Any]:
        return {"name": self.name}


class Named:
    """A type with the name an operand or a result has in OPA's documentation."""

    __slots__ = ("description", "name", "type")

    def __init__(self, name: str, kind: Type, description: str = "") -> None:
        self.name = name
        self.type = kind
        self.description = description

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"

    def plain(self) -> dict[str, Any]:
        """Return the type as OPA writes it in JSON."""
        shown = self.type.plain() | {"name": self.name}
        if self.description:
            shown["description"] = self.description
        return dict(sorted(shown.items()))


Shown = Type | Named | None


class FunctionType(Type):
    """A function: its operands and result; `shown` are the same with their names."""

    __slots__ = ("args", "result", "shown", "shown_result", "variadic")
    kind = "function"

    def __init__(self, args: tuple[Shown, ...], result: Shown, variadic: Shown = None) -> None:
        super().__init__()
        self.shown = args
        self.shown_result = result
        self.args = tuple(map(unnamed, args))
        self.result = unnamed(result)
        self.variadic = unnamed(variadic)
        self.nil = any(map(unknown, self.args)) or unknown(self.result)

    def operand(self, position: int) -> Type | None:
        """Return the type of an operand; the result counts as the last."""
        if position < len(self.args):
            return self.args[position]
        if position == len(self.args) and self.result is not None:
            return self.result
        return self.variadic

    def _ordered(self) -> Order:
        args = Parts(map(order, self.args))
        return (_FUNCTION, len(args), args, order(self.result), order(self.variadic))

    def _parts(self) -> Iterable[Type]:
        return known_parts((*self.args, self.result, self.variadic))

    def _text(self) -> str:
        args = list(map(type_text, self.args)) + ([f"{self.variadic}..."] if self.variadic else [])
        return f"({', '.join(args)}) => {type_text(self.result)}"

    def _plain(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"args": list(map(plain, self.shown))} if self.shown else {}
        if self.result is not None:
            shown["result"] = plain(self.shown_result)
        shown["type"] = "function"
        return shown | ({"variadic": plain(self.variadic)} if self.variadic is not None else {})


def unnamed(kind: Shown) -> Type | None:
    """Return a type without the name it is shown with."""
    return kind.type if isinstance(kind, Named) else kind


def unrolled(kind: Type | None) -> Type | None:
    """Return what a recursive type stands for; any other type itself."""
    return kind.type if isinstance(kind, Recursive) else kind


def _dynamic_text(dynamic: Dynamic | None) -> str:
    return "" if dynamic is None else f"{type_text(dynamic[0])}: {type_text(dynamic[1])}"


def _property_order(item: Property) -> Order:
    return item.order
