"""Classes with slots and a constructor made from their fields, as dataclasses make them.

The dataclasses module costs 6 ms to import and half a millisecond for each class: more than a small query.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast, dataclass_transform

_T = TypeVar("_T")
_NONE: Any = object()


class _Field:
    __slots__ = ("default", "factory", "kw_only")

    def __init__(self, default: Any, factory: Any, kw_only: bool) -> None:
        self.default, self.factory, self.kw_only = default, factory, kw_only


def field(*, default: Any = _NONE, default_factory: Any = _NONE, kw_only: bool = False) -> Any:
    """Return the description of a field, as `dataclasses.field` does."""
    return _Field(default, default_factory, kw_only)


@dataclass_transform(field_specifiers=(field,))
def slotted(*, eq: bool = True, frozen: bool = False) -> Callable[[type[_T]], type[_T]]:
    """Return a decorator that gives a class its slots and constructor.

    `eq`: two of the same class and with equal fields are equal. `frozen`: they can be hashed, too, and
    nothing changes them (the type checker sees to that).
    """

    def make(plain: type[_T]) -> type[_T]:
        names = tuple(vars(plain).get("__annotations__", ()))
        described = {name: _described(vars(plain).get(name, _NONE)) for name in names}
        fields = {**getattr(plain, "slotted_fields", {}), **described}
        left = {*names, "__dict__", "__weakref__"}
        body = {name: value for name, value in vars(plain).items() if name not in left}
        body |= {"__slots__": names, "slotted_fields": fields, "__init__": _constructor(fields)}
        body.setdefault("__repr__", _shown)
        if eq:
            body.setdefault("__eq__", _equal)
            body.setdefault("__hash__", _hashed if frozen else None)
        return cast("type[_T]", type(plain.__name__, plain.__bases__, body))

    return make


def replace(found: _T, **changes: Any) -> _T:
    """Return another of the same class with some fields changed."""
    given = {name: getattr(found, name) for name in field_names(found)} | changes
    return found.__class__(**given)


def field_names(found: Any) -> list[str]:
    """Return the names of the fields of a slotted class or of one of its objects."""
    return list(found.slotted_fields)


def _described(value: Any) -> _Field:
    return value if isinstance(value, _Field) else _Field(value, _NONE, kw_only=False)


def _constructor(fields: dict[str, _Field]) -> Callable[..., None]:
    """Make `__init__` from text: names of fields, and defaults by reference."""
    positional = [(name, about) for name, about in fields.items() if not about.kw_only]
    keyword = [(name, about) for name, about in fields.items() if about.kw_only]
    parameters = [_parameter(*entry) for entry in positional]
    parameters += ["*", *[_parameter(*entry) for entry in keyword]] if keyword else []
    lines = [f" self.{name} = {_value(name, about)}" for name, about in fields.items()] or [" pass"]
    text = f"def __init__(self, {', '.join(parameters)}):\n" + "\n".join(lines)
    namespace: dict[str, Any] = {"_none": _NONE}
    for name, about in fields.items():
        namespace[f"_d_{name}"], namespace[f"_f_{name}"] = about.default, about.factory
    exec(text, namespace)  # noqa: S102 - made of the names of fields alone
    made: Callable[..., None] = namespace["__init__"]
    return made


def _parameter(name: str, about: _Field) -> str:
    if about.factory is not _NONE:
        return f"{name}=_none"
    return name if about.default is _NONE else f"{name}=_d_{name}"


def _value(name: str, about: _Field) -> str:
    return name if about.factory is _NONE else f"_f_{name}() if {name} is _none else {name}"


def _equal(self: Any, other: object) -> bool:
    if other.__class__ is not self.__class__:
        return False
    return all(getattr(self, name) == getattr(other, name) for name in field_names(self))


def _hashed(self: Any) -> int:
    return hash(tuple([getattr(self, name) for name in field_names(self)]))


def _shown(self: Any) -> str:
    parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in field_names(self))
    return f"{self.__class__.__name__}({parts})"
