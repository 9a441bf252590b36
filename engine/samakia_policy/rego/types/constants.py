"""Constant terms: their values as plain JSON, and their types."""

from __future__ import annotations

import json
from typing import Any

from samakia_policy.rego.syntax.nodes import Array, Object, Scalar, SetTerm
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.model import ArrayType, ObjectType, Property, SetType
from samakia_policy.rego.types.operations import type_of, union
from samakia_policy.rego.types.shape import Type
from samakia_policy.rego.values.number import Number


def plain_value(term: Any) -> Any:
    """Return a constant term as plain JSON; a set becomes a list, keys become strings."""
    if isinstance(term, Scalar):
        return term.value
    if isinstance(term, Array):
        return list(map(plain_value, term.items))
    if isinstance(term, SetTerm):
        return list(map(plain_value, distinct(term)))
    return {_name(plain_value(name)): plain_value(value) for name, value in term.items}


def constant_type(term: Any) -> Type:
    """Return the type of a constant term."""
    if isinstance(term, Scalar):
        return type_of(term.value)
    if isinstance(term, Array):
        return ArrayType(tuple(map(constant_type, term.items)))
    if isinstance(term, Object):
        known = [Property(plain_value(name), constant_type(value)) for name, value in term.items]
        return ObjectType(tuple({item.order: item for item in known}.values()))
    of: Type | None = None
    for item in term.items:
        of = union(of, constant_type(item))
    return SetType(of)


def distinct(term: SetTerm) -> list[Any]:
    """Return the elements of a set as written, in order and without repetitions."""
    found = {form(item): item for item in term.items}
    return [found[place] for place in sorted(found)]


def _name(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=_number, separators=(",", ":"))


def _number(value: Any) -> Any:
    if isinstance(value, Number):
        return float(value.text)
    raise TypeError(value)
