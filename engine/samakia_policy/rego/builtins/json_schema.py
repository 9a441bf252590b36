"""Built-ins that check JSON Schemas, and documents against them."""

from __future__ import annotations

from functools import lru_cache

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.json_documents import json_of
from samakia_policy.rego.builtins.json_schema_check import check
from samakia_policy.rego.builtins.json_schema_tree import Schema, compiled
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.json_text import is_valid, load


@builtin("json.verify_schema")
def verify_schema(value: Value) -> list[Value]:
    """Return whether a value or JSON text is a JSON Schema, and what is wrong with it."""
    try:
        _compiled(_text(value))
    except BuiltinFault as fault:
        return [False, f"jsonschema: {fault.message}"]
    return [True, None]


@builtin("json.match_schema", context=True)
def match_schema(context: Context, document: Value, schema: Value) -> list[Value]:
    """Return whether a document fits a schema, and what does not."""
    found = load(_text(document))
    errors = check(context, _compiled(_text(schema)), found)
    return [not errors, errors]


def _text(value: Value) -> str:
    if isinstance(value, str):
        if not is_valid(value):
            raise BuiltinFault("invalid JSON string")
        return value
    if not isinstance(value, (dict, list)):
        raise BuiltinFault("wrong type, expected string or object")
    return json_of(value)


@lru_cache(maxsize=64)
def _compiled(text: str) -> Schema:
    return compiled(load(text))
