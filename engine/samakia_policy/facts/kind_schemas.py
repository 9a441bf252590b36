"""The JSON Schema of what rules get: every kind of fact with the names and types of its attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.facts.kinds import KINDS, Kind

Schema = dict[str, Any]
Contract = Callable[[str], Schema]
_KEPT = ("type", "enum", "description")
_TYPES = {str: "string", bool: "boolean", int: "integer", type(None): "null", list: "array", dict: "object"}


def fact_schemas(contract: Contract) -> Schema:
    """Return the schema of a rule's `input`; `contract` gives the schema of a contract by its name.

    Each kind is a definition, named like the kind; `input.facts` has the facts of a kind by id.
    """
    definitions = {name: _kind_schema(kind, contract) for name, kind in sorted(KINDS.items())}
    facts = {name: {"additionalProperties": {"$ref": f"#/$defs/{name}"}} for name in definitions}
    relation = {"additionalProperties": {"additionalProperties": _short("[string]")}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:samakia-policy:facts",
        "title": "What a rule gets",
        "type": "object",
        "properties": {
            "facts": {"type": "object", "properties": facts},
            "edges": {"type": "object", **relation},
            "reverse": {"type": "object", **relation},
            "params": {"type": "object"},
            "context": {"type": "object"},
        },
        "$defs": definitions,
    }


def _kind_schema(kind: Kind, contract: Contract) -> Schema:
    root: Schema = {"title": kind.title, "type": "object", "additionalProperties": False, "properties": {}}
    for name, text in kind.made.items():
        # Nobody can edit what the engine makes: no finding is about its place.
        owned = {} if name in kind.found else {"readOnly": True}
        _put(root, name, _short(text) | owned)
    for source, pointers in kind.read:
        document = contract(source)
        for name, pointer in pointers.items():
            _put(root, name, _plain(_at(document, kind.base + pointer), document))
    return root


def _put(root: Schema, name: str, schema: Schema) -> None:
    """Set the schema of an attribute, which may lie in another or in its elements; what was known stays."""
    *above, last = name.split("/")
    for step in above:
        if step == "*":
            root = root.setdefault("items" if "items" in root else "additionalProperties", {})
        else:
            root = root.setdefault("properties", {}).setdefault(step, {"type": "object"})
        if root.get("type", "object") == "object":
            root["type"] = "object"
            root.setdefault("additionalProperties", False)
    known = root.setdefault("properties", {})
    known[last] = {**schema, **known.get(last, {})}


def _short(text: str) -> Schema:
    if text == "any":
        return {}
    if text.startswith("["):
        return {"type": "array", "items": _short(text[1:-1])}
    if text.startswith("{"):
        return {"type": "object", "additionalProperties": _short(text[1:-1])}
    return {"type": text}


def _at(document: Schema, pointer: str) -> Schema:
    """Return what a contract says about a place, or {} where it says nothing; "*" is any element."""
    here = document
    for step in pointer.split("/")[1:]:
        here = _resolved(here, document)
        below = here.get("properties", {}).get(step)
        if below is None:
            below = here.get("items") if step == "*" and "items" in here else here.get("additionalProperties")
        if not isinstance(below, dict):
            return {}
        here = below
    return _resolved(here, document)


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for token in schema["$ref"].removeprefix("#/").split("/"):
            found = found[token]
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _plain(schema: Schema, document: Schema) -> Schema:
    """Return names and types alone, without what only counts for the validity of a document."""
    schema = _resolved(schema, document)
    made = {key: schema[key] for key in _KEPT if key in schema}
    values = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else []
    if types := sorted({_TYPES[value.__class__] for value in values}):
        made["type"] = types[0] if len(types) == 1 else types
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            made[key] = _plain(schema[key], document)
    if schema.get("additionalProperties") is False:
        made["additionalProperties"] = False
    if "properties" in schema:
        made["properties"] = {name: _plain(below, document) for name, below in schema["properties"].items()}
    return made
