"""What all types share: their order, their text, and their JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.values.number import Number

Order = tuple[Any, ...]
UNKNOWN = "???"
ELLIPSIS = "..."
_NO_TYPE: Order = (-1,)
_KNOT = 9
# What is being put in order right now; a type that contains itself is met there again, and counted.
_OPEN: list[Type] = []
_KNOTS = [0]
# Orders by the ids of the orders they are made of: types that are alike share one, so that comparing two
# large ones ends at once. Whoever holds an order holds those inside, so ids stay theirs.
_SHARED: dict[Order, Order] = {}
_MANY = 100_000
# A type that doubles with every rule is small until it is written out.
_LARGE = 200_000


class Parts(tuple[Any, ...]):
    """Orders side by side, inside an order."""

    __slots__ = ()


class Type:
    """A type. `nil`: some part of it is not known."""

    __slots__ = ("_order", "_size", "_values", "nil")
    kind = "any"
    nil: bool
    _order: Order | None
    _size: int
    _values: Any

    def __init__(self) -> None:
        self._order = None
        self._size = 0
        self._values = self
        self.nil = False

    @property
    def order(self) -> Order:
        """Where the type sorts."""
        if self._order is not None:
            return self._order
        if self in _OPEN:
            _KNOTS[0] += 1
            return (_KNOT, self.kind)
        met = _KNOTS[0]
        _OPEN.append(self)
        try:
            found = self._ordered()
        finally:
            _OPEN.pop()
        if _KNOTS[0] == met:
            found = self._order = _shared(found)
        elif not _OPEN:
            self._order = found
        return found

    @property
    def size(self) -> int:
        """How many types it names when it is written out."""
        if not self._size:
            self._size = 1 + sum([part.size for part in self._parts()])
        return self._size

    def plain(self) -> dict[str, Any]:
        """Return the type as OPA writes it in JSON."""
        return {"type": self.kind} if self.size > _LARGE else self._plain()

    def _ordered(self) -> Order:
        """Return the order: a rank, then orders, and orders side by side."""
        raise NotImplementedError

    def _parts(self) -> Iterable[Type]:
        return ()

    def _text(self) -> str:
        return self.kind

    def _plain(self) -> dict[str, Any]:
        return {"type": self.kind}

    def __str__(self) -> str:
        return f"{self.kind}<{ELLIPSIS}>" if self.size > _LARGE else self._text()

    def __repr__(self) -> str:
        return f"<{self}>"


def _shared(made: Order) -> Order:
    """Return the one order that all types like this share."""
    if len(_SHARED) > _MANY:
        _SHARED.clear()
    kind, *parts = made
    place = [tuple(map(id, part)) if part.__class__ is Parts else id(part) for part in parts]
    return _SHARED.setdefault((kind, *place), made)


def unknown(kind: Type | None) -> bool:
    """Return whether some part of a type is not known."""
    return kind is None or kind.nil


def known_parts(kinds: Iterable[Type | None]) -> list[Type]:
    """Return the types among some that may be missing."""
    return [kind for kind in kinds if kind is not None]


def order(kind: Type | None) -> Order:
    """Return where a type sorts; one that is not known comes first."""
    return _NO_TYPE if kind is None else kind.order


def type_text(kind: Any) -> str:
    """Return a type, with its name if it has one, as OPA prints it."""
    return UNKNOWN if kind is None else str(kind)


def plain(kind: Any) -> dict[str, Any] | None:
    """Return a type, with its name if it has one, as OPA writes it in JSON."""
    return None if kind is None else kind.plain()


def composite(prefix: str, static: list[str], dynamic: str) -> str:
    """Return the text of an array or object from the texts of its parts."""
    inner = f"<{', '.join(static)}>" if static else ""
    return f"{prefix}{inner}" + (f"[{dynamic}]" if dynamic else "")


def property_text(key: Any, value: str) -> str:
    """Return the text of a known property."""
    return f"{key_text(key)}: {value}"


def key_text(key: Any) -> str:
    """Return a plain value as Go prints it."""
    if key.__class__ is str:
        return str(key)
    if key is None:
        return "<nil>"
    if key.__class__ is bool:
        return "true" if key else "false"
    if isinstance(key, Number):
        return key.text
    if isinstance(key, list):
        return f"[{' '.join(map(key_text, key))}]"
    if isinstance(key, dict):
        return f"map[{' '.join([f'{name}:{key_text(value)}' for name, value in sorted(key.items())])}]"
    return str(key)
