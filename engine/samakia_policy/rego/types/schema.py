"""JSON Schema as types, as far as `opa check --schema` reads it."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.slotted import field, replace, slotted
from samakia_policy.rego.types.model import (
    ANY,
    BOOLEAN,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    Property,
    Recursive,
)
from samakia_policy.rego.types.operations import union
from samakia_policy.rego.types.schema_reader import Schema, SchemaError, parse_schema
from samakia_policy.rego.types.shape import Type

_UNMERGED = "unable to merge these schemas"


def read_schema(document: Any) -> Type:
    """Return the type of what a schema describes; raises SchemaError."""
    try:
        schema = parse_schema(document)
    except SchemaError as error:
        raise SchemaError(f"unable to compile the schema: {error}") from None
    try:
        return _Types().type(schema)
    except SchemaError as error:
        raise SchemaError(f"type checking: {error}") from None


@slotted()
class _Definition:
    """A schema that others refer to, while its type is made and after."""

    open: bool = True
    type: Type = ANY
    knot: Recursive | None = None


@slotted()
class _Types:
    """Types of schemas; a schema that refers to itself meets its own open definition."""

    known: dict[str, _Definition] = field(default_factory=dict)

    def type(self, schema: Schema) -> Type:
        """Return the type of a schema."""
        if schema.target is not None:
            return self.referred(schema.ref, schema.target)
        if schema.any_of is not None:
            return self.any_of(schema, schema.any_of)
        if schema.all_of is not None:
            return self.all_of(schema, schema.all_of)
        return self.plain(schema)

    def referred(self, ref: str, target: Schema) -> Type:
        """Return the type of what a reference leads to."""
        found = self.known.get(ref)
        if found is not None:
            if not found.open:
                return found.type
            found.knot = found.knot or Recursive(ref)
            return found.knot
        if target.target is not None:
            return self.referred(target.ref, target.target)
        found = self.known[ref] = _Definition()
        try:
            found.type = self.type(target)
        finally:
            found.open = False
        if found.knot is not None:
            found.knot.type = found.type
        return found.type

    def any_of(self, schema: Schema, members: list[Schema]) -> Type:
        """Return the type of a choice; properties beside it are one more choice."""
        found: Type | None = None
        if schema.types:
            core = self.plain(schema) if schema.all_of is None else self.all_of(schema, schema.all_of)
            if isinstance(core, ObjectType) and core.static and core.dynamic is None:
                found = core
        for member in members:
            found = union(self.type(member), found)
        return ANY if found is None else found

    def all_of(self, schema: Schema, members: list[Schema]) -> Type:
        """Return the type of several schemas that count together."""
        parts = [part for part in map(_followed, members) if not _only_choices(part)]
        if not parts:
            return ANY
        whole = _merge(parts)
        if not schema.types:
            return self.type(whole)
        for kind in ("object", "array"):
            if kind in schema.types and kind in whole.types:
                return self.type(_merge([whole, schema]))
        if _types_text(schema) != _types_text(whole):
            raise SchemaError(_UNMERGED)
        return self.type(whole)

    def plain(self, schema: Schema) -> Type:
        """Return the type that a schema's own keywords tell."""
        types = schema.types
        for kind, simple in _SIMPLE.items():
            if kind in types:
                return simple
        if "object" in types or (not types and schema.properties):
            return self.object(schema)
        if "array" in types or (not types and schema.items):
            return self.array(schema)
        if schema.properties or schema.items:
            return self.object(schema) if schema.properties else self.array(schema)
        return ANY

    def object(self, schema: Schema) -> Type:
        """Return the type of an object: of its properties only, where some are named."""
        if not schema.properties:
            return ObjectType((), (ANY, ANY))
        return ObjectType(tuple([Property(name, self.type(inner)) for name, inner in schema.properties]))

    def array(self, schema: Schema) -> Type:
        """Return the type of an array."""
        if not schema.items:
            return ArrayType((), ANY)
        if schema.single:
            return ArrayType((), self.type(schema.items[0]))
        return ArrayType(tuple(map(self.type, schema.items)))


_SIMPLE: dict[str, Type] = {"boolean": BOOLEAN, "string": STRING, "integer": NUMBER, "number": NUMBER}


def _followed(schema: Schema) -> Schema:
    while schema.target is not None:
        schema = schema.target
    return schema


def _only_choices(schema: Schema) -> bool:
    return not schema.types and schema.any_of is not None and not schema.properties and not schema.items


def _types_text(schema: Schema) -> str:
    types = schema.types
    if not types:
        return "Undefined"
    return types[0] if len(types) == 1 else f"[{','.join(types)}]"


def _merge(schemas: list[Schema]) -> Schema:
    """Return what several schemas tell together; the first says what else counts."""
    first, *others = map(_typed, schemas)
    for schema in others:
        one, two = _types_text(first), _types_text(schema)
        if one != two:
            raise SchemaError(f"unable to merge these schemas: type mismatch: {one} and {two}")
        if "object" in first.types and first.properties and schema.properties:
            first.properties += schema.properties
        elif "array" in first.types and first.items and schema.items:
            _merge_items(first, schema)
    return first


def _typed(schema: Schema) -> Schema:
    """Return a copy that has the type its parts show."""
    made = replace(
        schema, types=list(schema.types), properties=list(schema.properties), items=list(schema.items)
    )
    shown = "object" if schema.properties else "array" if schema.items else ""
    if shown and shown not in made.types:
        made.types.append(shown)
    return made


def _merge_items(first: Schema, schema: Schema) -> None:
    for place, item in enumerate(schema.items):
        if place >= len(first.items):
            first.items.append(item)
        if _types_text(first.items[place]) != _types_text(item):
            raise SchemaError(_UNMERGED)
