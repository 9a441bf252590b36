"""Operands for the built-ins for JSON Schema; one key at a time, as opa's order is by chance."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from samakia_policy.rego.values.number import Number

_DOCUMENTS: list[Any] = [
    None, True, 0, 1, 2, 5, -1, Number("1.0"), Number("1.5"), Number("2.50"), 10**12, "", "a", "abc",
    "a@b.c", "10.0.0.1", "2024-01-02", "x y",
    [], [1, 1], [1, 2, "a"], ["a"], {}, {"a": 1}, {"a": {"b": [1]}}, {"b": None},
]  # fmt: skip
_SIZES: list[Any] = [0, 1, 2, 3, -1, "x", Number("1.5"), Number("1.0")]
_LIMITS: list[Any] = [0, 1, 2, Number("1.5"), Number("0.1"), 10**10, 123456789012, True, "x", -1]
_FORMATS = [
    "email",
    "ipv4",
    "ipv6",
    "date",
    "time",
    "date-time",
    "uri",
    "hostname",
    "uuid",
    "regex",
    "foo",
    1,
]
_TYPES: list[Any] = ["string", "integer", "number", "object", "array", "null", "boolean", ["string", "null"]]
_WRONG_TYPES: list[Any] = [["integer", "object"], "foo", 1, ["string", "string"]]
_SIZED = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]
_LIMITED = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
_PLAIN: dict[str, list[Any]] = {
    **dict.fromkeys(_SIZED, _SIZES),
    **dict.fromkeys(_LIMITED, _LIMITS),
    "type": [*_TYPES, *_TYPES, *_WRONG_TYPES],
    "required": [["a"], ["a", "b"], ["c"], "a", [1], ["a", "a"], []],
    "uniqueItems": [True, False, 1],
    "pattern": ["^a", "b", "(", 1],
    "enum": [[1, 2], ["a", None], [], [1, Number("1.0")], 1, [{"a": 1}]],
    "const": _DOCUMENTS,
    "format": [*_FORMATS, "uri-template", "json-pointer", "uri-reference"],
    "$ref": ["#/definitions/d", "#/definitions/d", "#/definitions/e", "x"],
    "$schema": ["http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#", "x", 1],
}
_ONE = ["not", "contains", "propertyNames", "if", "then", "else"]
_SEVERAL = ["anyOf", "oneOf", "allOf"]
_NESTED = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "additionalItems",
    "dependencies",
]


def schema(source: Random, depth: int = 2) -> Any:
    """Return a schema of a few keywords, seldom well chosen."""
    if source.random() < 0.06:
        return source.choice([True, False])
    made: dict[str, Any] = {"definitions": {"d": {"type": "string"}}} if depth == 2 else {}
    for _ in range(source.randint(1, 2)):
        keyword = source.choice([*_PLAIN, *_ONE, *_SEVERAL, *_NESTED])
        made[keyword] = (
            source.choice(_PLAIN[keyword]) if keyword in _PLAIN else _nested(source, keyword, depth)
        )
    return made


def _nested(source: Random, keyword: str, depth: int) -> Any:
    if source.random() < 0.04:
        return source.choice([1, "x", []])
    below = schema(source, depth - 1) if depth else {"type": source.choice(["string", "integer"])}
    if keyword in _ONE:
        return below
    if keyword in _SEVERAL:
        return [below, {"type": "integer"}][: source.randint(1, 2)]
    forms: dict[str, list[Any]] = {
        "properties": [{"a": below}],
        "patternProperties": [{"^a": below}, {"b$": below}, {"(": below}],
        "dependencies": [{"a": ["b"]}, {"a": below}, {"a": 1}],
        "items": [below, [below], [below, below]],
    }
    return source.choice(forms.get(keyword, [False, True, below]))


def document(source: Random) -> Any:
    """Return a document."""
    found = source.choice(_DOCUMENTS)
    return source.choice([[found], {"a": found}, found])


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    "json.match_schema": lambda source: [document(source), schema(source)],
    "json.verify_schema": lambda source: [schema(source)],
}
