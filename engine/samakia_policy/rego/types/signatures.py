"""The types of the built-in functions, read from OPA's declarations when a name is first asked for."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    AnyType,
    ArrayType,
    Dynamic,
    FunctionType,
    Named,
    ObjectType,
    Property,
    SetType,
    Shown,
)
from samakia_policy.rego.types.shape import Type, order

_SIMPLE = {"null": NULL, "boolean": BOOLEAN, "number": NUMBER, "string": STRING}


_KNOWN: dict[str, FunctionType] = {}


def builtin_type(name: str) -> FunctionType | None:
    """Return the type of a built-in function, or None when there is none of that name."""
    found = _KNOWN.get(name)
    if found is None and (declared := signatures().get(name)) is not None:
        found = _KNOWN[name] = _function(declared["decl"])
    return found


def read_type(declared: dict[str, Any]) -> Type:
    """Return the type that a declaration describes."""
    kind = declared["type"]
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind == "array":
        return ArrayType(
            tuple(map(read_type, declared.get("static", ()))), _optional(declared.get("dynamic"))
        )
    if kind == "set":
        return SetType(_optional(declared.get("of")))
    if kind == "object":
        return _object(declared)
    if kind == "function":
        return _function(declared)
    members = tuple(sorted(map(read_type, declared.get("of", ())), key=order))
    return AnyType(members) if members else ANY


def _object(declared: dict[str, Any]) -> ObjectType:
    static = [Property(item["key"], read_type(item["value"])) for item in declared.get("static", ())]
    others = declared.get("dynamic")
    dynamic: Dynamic | None = None
    if others is not None:
        dynamic = (read_type(others["key"]), read_type(others["value"]))
    return ObjectType(tuple(static), dynamic)


def _function(declared: dict[str, Any]) -> FunctionType:
    args = tuple(map(_shown, declared.get("args", ())))
    return FunctionType(args, _shown(declared.get("result")), _shown(declared.get("variadic")))


def _shown(declared: dict[str, Any] | None) -> Shown:
    if declared is None:
        return None
    kind = read_type(declared)
    name = declared.get("name")
    return kind if name is None else Named(name, kind, declared.get("description", ""))


def _optional(declared: dict[str, Any] | None) -> Type | None:
    return None if declared is None else read_type(declared)
