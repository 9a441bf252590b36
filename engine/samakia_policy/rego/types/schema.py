"""JSON Schema as types, as far as `opa check --schema` reads it."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.types.model import Type


class SchemaError(Exception):
    """A schema that cannot be read; says why in OPA's words."""


def read_schema(schema: Any) -> Type:
    """Return the type of what a schema describes; raises SchemaError."""
    raise SchemaError("schemas are not read yet")
