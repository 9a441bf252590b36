"""Reading JSON Schema documents: keywords that tell types, references, and what makes a schema unusable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from samakia_policy.rego.slotted import field, slotted

TYPES = ("array", "boolean", "integer", "number", "null", "object", "string")
_LITERAL = ("const", "enum")
_NAMED = ("properties", "dependencies", "patternProperties")


class SchemaError(Exception):
    """A schema that cannot be read; says why in OPA's words."""


@slotted()
class Schema:
    """What of a schema tells types. `target` is what `$ref` leads to; `single`: all items are alike."""

    types: list[str] = field(default_factory=list)
    properties: list[tuple[str, Schema]] = field(default_factory=list)
    items: list[Schema] = field(default_factory=list)
    single: bool = False
    any_of: list[Schema] | None = None
    all_of: list[Schema] | None = None
    ref: str = ""
    target: Schema | None = None


def parse_schema(document: Any) -> Schema:
    """Return the schema that a document describes; raises SchemaError."""
    reader = _Reader()
    reader.collect(document, "")
    reader.documents.setdefault("", document)
    return reader.schema(document, "")


class _Reader:
    """One document with the schemas it names by `$id`."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.referred: dict[str, Schema] = {}

    def collect(self, document: Any, base: str) -> None:
        """Note every schema that has an identifier."""
        if isinstance(document, list):
            for item in document:
                self.collect(item, base)
        if not isinstance(document, dict):
            return
        base = self.base(document, base)
        if base and document.get(_id_keyword(document)) is not None:
            self.documents.setdefault(urldefrag(base)[0] if base.endswith("#") else base, document)
        for name, item in document.items():
            if name in _NAMED and isinstance(item, dict):
                for inner in item.values():
                    self.collect(inner, base)
            elif name not in _LITERAL:
                self.collect(item, base)

    def base(self, document: dict[str, Any], base: str) -> str:
        """Return what references in a schema are relative to."""
        found = document.get(_id_keyword(document))
        return urljoin(base, found) if isinstance(found, str) else base

    def schema(self, document: Any, base: str) -> Schema:
        """Read a schema."""
        if isinstance(document, bool):
            return Schema()
        if not isinstance(document, dict):
            raise SchemaError("Expected: Valid Schema, given: Invalid JSON")
        base = self.base(document, base)
        for name in ("id" if "id" in document else "$id", "title", "description", "$ref"):
            _string(document, name)
        self.definitions(document, base)
        made = Schema()
        ref = document.get("$ref")
        if ref is not None:
            made.ref = urljoin(base, ref)
            made.target = self.follow(made.ref)
            return made
        made.types = _types(document.get("type", []))
        for keyword, read in _KEYWORDS.items():
            if keyword in document:
                read(self, document[keyword], made, base)
        return made

    def definitions(self, document: dict[str, Any], base: str) -> None:
        """Read the definitions, as a broken one makes the whole unusable."""
        found = document.get("definitions", {})
        wanted = "Invalid type. Expected: Array Of Schemas, given: definitions"
        if not isinstance(found, dict):
            raise SchemaError(wanted)
        for inner in found.values():
            if not isinstance(inner, bool | dict):
                raise SchemaError(wanted)
            self.schema(inner, base)

    def follow(self, ref: str) -> Schema:
        """Return the schema that a reference leads to; it may still be being read."""
        if ref not in self.referred:
            target = self.referred[ref] = Schema()
            found, base = self.find(ref)
            if not isinstance(found, bool | dict):
                raise SchemaError("Valid Schema must be of type object")
            read = self.schema(found, base)
            for name in ("types", "properties", "items", "single", "any_of", "all_of", "ref", "target"):
                setattr(target, name, getattr(read, name))
        return self.referred[ref]

    def find(self, ref: str) -> tuple[Any, str]:
        """Return the document at a reference, and its own base."""
        if ref in self.documents:
            return self.documents[ref], ref
        base, fragment = urldefrag(ref)
        if base not in self.documents:
            raise SchemaError(f"remote reference loading disabled: {ref}")
        found = self.documents[base]
        for step in unquote(fragment).split("/")[1:]:
            found = _step(found, step.replace("~1", "/").replace("~0", "~"))
        return found, base

    def read_properties(self, found: Any, made: Schema, base: str) -> None:
        """Read `properties`."""
        if not isinstance(found, dict):
            raise SchemaError("Properties must be of type object")
        made.properties = [(name, self.schema(inner, base)) for name, inner in found.items()]

    def read_items(self, found: Any, made: Schema, base: str) -> None:
        """Read `items`: a schema for all, or one for each."""
        made.single = not isinstance(found, list)
        documents = found if isinstance(found, list) else [found]
        if not all(isinstance(inner, bool | dict) for inner in documents):
            raise SchemaError("Invalid type. Expected: Valid Schema/Array Of Schemas, given: items")
        made.items = [self.schema(inner, base) for inner in documents]

    def read_any_of(self, found: Any, made: Schema, base: str) -> None:
        """Read `anyOf`."""
        made.any_of = self.several("anyOf", found, base) or None

    def read_all_of(self, found: Any, made: Schema, base: str) -> None:
        """Read `allOf`."""
        made.all_of = self.several("allOf", found, base) or None

    def read_one_of(self, found: Any, _: Schema, base: str) -> None:
        """Read `oneOf`, which tells no type, for what is wrong in it."""
        self.several("oneOf", found, base)

    def several(self, keyword: str, found: Any, base: str) -> list[Schema]:
        """Read a list of schemas."""
        if not isinstance(found, list):
            raise SchemaError(f"{keyword} must be of an array")
        return [self.schema(inner, base) for inner in found]

    def read_other(self, found: Any, _: Schema, base: str) -> None:
        """Read a schema that tells no type, for what is wrong in it."""
        if isinstance(found, dict):
            self.schema(found, base)

    def read_enum(self, found: Any, _: Schema, __: str) -> None:
        """Check `enum` and `required`, which tell no type."""
        if not isinstance(found, list):
            raise SchemaError("enum must be of an array")

    def read_required(self, found: Any, _: Schema, __: str) -> None:
        """Check `required`, which tells no type."""
        if not isinstance(found, list):
            raise SchemaError("required must be of an array")
        if not all(isinstance(name, str) for name in found):
            raise SchemaError("Invalid type. Expected: string, given: required")
        if len(set(found)) < len(found):
            raise SchemaError("required items must be unique")


_KEYWORDS: dict[str, Callable[[_Reader, Any, Schema, str], None]] = {
    "properties": _Reader.read_properties,
    "additionalProperties": _Reader.read_other,
    "items": _Reader.read_items,
    "additionalItems": _Reader.read_other,
    "required": _Reader.read_required,
    "contains": _Reader.read_other,
    "enum": _Reader.read_enum,
    "oneOf": _Reader.read_one_of,
    "anyOf": _Reader.read_any_of,
    "allOf": _Reader.read_all_of,
    "not": _Reader.read_other,
    "if": _Reader.read_other,
    "then": _Reader.read_other,
    "else": _Reader.read_other,
}


def _id_keyword(document: dict[str, Any]) -> str:
    return "id" if "id" in document else "$id"


def _string(document: dict[str, Any], keyword: str) -> None:
    if keyword in document and not isinstance(document[keyword], str):
        raise SchemaError(f"Invalid type. Expected: string, given: {keyword}")


def _types(found: Any) -> list[str]:
    names = [found] if isinstance(found, str) else found
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SchemaError("Invalid type. Expected: type, given: string/Array Of Strings")
    for place, name in enumerate(names):
        if name not in TYPES:
            known = f"[{' '.join(TYPES)}]"
            raise SchemaError(
                f"has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:{known}"
            )
        if name in names[:place]:
            raise SchemaError(f"{name} type is duplicated")
    return list(names)


def _step(found: Any, step: str) -> Any:
    if isinstance(found, dict):
        if step not in found:
            raise SchemaError(f"Object has no key '{step}'")
        return found[step]
    if isinstance(found, list):
        if not step.isdecimal():
            raise SchemaError(f"Invalid array index '{step}'")
        if int(step) >= len(found):
            raise SchemaError(f"Out of bound array[0,{len(found)}] index '{step}'")
        return found[int(step)]
    raise SchemaError(f"Invalid token reference '{step}'")
