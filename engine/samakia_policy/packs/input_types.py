"""The type of a rule's `input`, for the type checker: the kinds it sees with their attributes."""

from __future__ import annotations

from typing import Any

from samakia_policy.model.rule import Rule
from samakia_policy.packs.kinds import MARKERS, Kinds, types_of
from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Property,
)
from samakia_policy.rego.types.operations import union
from samakia_policy.rego.types.schema import read_schema
from samakia_policy.rego.types.shape import Type

CONTEXT = ("as_of", "environment", "environments", "incomplete")
_SCALARS: dict[str, Type] = {"boolean": BOOLEAN, "null": NULL, "number": NUMBER, "string": STRING}


def input_type(rule: Rule, kinds: Kinds) -> Type:
    """Return the type of `input` for a rule; where it handles unknown values itself, any may be a marker."""
    markers = rule.unknown == "handled"
    facts = {kind: _open(_type(kinds.schema(kind), markers)) for kind in rule.kinds if kind in kinds}
    relation = _open(_open(ArrayType((), STRING)))
    params = {name: read_schema(declared["schema"]) for name, declared in rule.params.items()}
    context = dict(zip(CONTEXT, (STRING, ANY, _open(STRING), ArrayType((), STRING)), strict=True))
    return _closed(
        {
            "facts": _closed(facts),
            "edges": relation,
            "reverse": relation,
            "params": _closed(params),
            "context": _closed(context),
        }
    )


def _type(schema: dict[str, Any], markers: bool) -> Type:
    made: Type | None = None
    for name in sorted(types_of(schema)):
        made = union(made, _one(name, schema, markers))
    if made is None:
        return ANY
    for marker in MARKERS if markers else ():
        made = union(made, _closed({marker: ANY}))
    return made or ANY


def _one(name: str, schema: dict[str, Any], markers: bool) -> Type:
    if name == "array":
        return ArrayType((), _type(schema.get("items", {}), markers))
    if name == "object":
        if "properties" in schema:
            return _closed({key: _type(below, markers) for key, below in schema["properties"].items()})
        others = schema.get("additionalProperties", True)
        return _open(_type(others, markers) if isinstance(others, dict) else ANY)
    return _SCALARS[name]


def _closed(members: dict[str, Type]) -> Type:
    return ObjectType(tuple([Property(name, kind) for name, kind in members.items()]))


def _open(values: Type) -> Type:
    return ObjectType((), (STRING, values))
