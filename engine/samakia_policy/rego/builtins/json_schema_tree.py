"""JSON Schemas compiled to a tree: drafts 4, 6 and 7, and a mix of them when none is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from samakia_policy.rego.builtins import regex
from samakia_policy.rego.builtins.json_schema_references import Pool, schema_draft
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.json_text import dump
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.yaml_text import as_float

TYPES = ("array", "boolean", "integer", "number", "null", "object", "string")
_SCHEMA = "Valid Schema"
_DRAFT6, _DRAFT7, _ANY = 6, 7, 99


@dataclass(slots=True)
class Schema:
    """One schema; `always` for true and false, `target` for a reference; `limits` are numbers by keyword."""

    draft: int
    always: bool | None = None
    target: Schema | None = None
    types: list[str] = field(default_factory=list)
    properties: dict[str, Schema] = field(default_factory=dict)
    patterns: dict[str, Schema] = field(default_factory=dict)
    additional: Schema | bool | None = None
    names: Schema | None = None
    dependencies: dict[str, Schema | list[str]] = field(default_factory=dict)
    items: list[Schema] = field(default_factory=list)
    every_item: bool = False
    further: Schema | bool | None = None
    contains: Schema | None = None
    limits: dict[str, Fraction] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    unique: bool = False
    pattern: str | None = None
    format: str = ""
    required: list[str] = field(default_factory=list)
    constant: str | None = None
    choices: list[str] | None = None
    groups: dict[str, list[Schema]] = field(default_factory=dict)
    branches: dict[str, Schema] = field(default_factory=dict)


def compiled(document: Any) -> Schema:
    """Return a document's schema; raises BuiltinFault in OPA's words."""
    pool = Pool(document)
    root = pool.root
    return _Compiler(pool).schema(root, schema_draft(root) or _ANY)


def fault(expected: str, given: str) -> BuiltinFault:
    """Return what is said of a keyword with a value of the wrong type."""
    return BuiltinFault(f"Invalid type. Expected: {expected}, given: {given}")


def canonical(value: Any) -> str:
    """Return a value's JSON with numbers as floats, in which equal values are the same text."""
    return dump(_floated(value))


def _floated(value: Any) -> Any:
    if value.__class__ is int or value.__class__ is Number:
        return as_float(float(value.text if isinstance(value, Number) else value))
    if isinstance(value, list):
        return [_floated(item) for item in value]
    if isinstance(value, dict):
        return {name: _floated(item) for name, item in value.items()}
    return value


def exact(value: Any) -> Fraction | None:
    """Return a number as a fraction, or None for what is no number."""
    if value.__class__ is int:
        return Fraction(value)
    return Fraction(Decimal(value.text)) if isinstance(value, Number) else None


def check_pattern(text: str, message: str) -> None:
    """Raise BuiltinFault with a message when a text is no pattern."""
    try:
        regex.compiled(text)
    except BuiltinFault:
        raise BuiltinFault(message) from None


class _Compiler:
    """Compiles the schemas of one document; references are compiled once."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.referred: dict[str, Schema] = {}

    def schema(self, node: Any, draft: int) -> Schema:
        """Return the schema of a node."""
        made = Schema(draft)
        if draft >= _DRAFT6 and isinstance(node, bool):
            made.always = node
            return made
        if not isinstance(node, dict):
            raise BuiltinFault(f"Expected: {_SCHEMA}, given: Invalid JSON")
        self._fill(made, node)
        return made

    def _fill(self, made: Schema, node: dict[str, Any]) -> None:
        _string(node, "id" if made.draft == 4 or (made.draft == _ANY and "id" in node) else "$id")  # noqa: PLR2004
        self._definitions(made, node)
        for name in ("title", "description"):
            _string(node, name)
        reference = _string(node, "$ref")
        if reference is not None and self._refer(made, reference):
            return
        for read in _READERS:
            read(self, made, node)

    def _definitions(self, made: Schema, node: dict[str, Any]) -> None:
        found = node.get("definitions", {})
        if not isinstance(found, dict) or not all(isinstance(item, (bool, dict)) for item in found.values()):
            raise fault("Array Of Schemas", "definitions")
        for _, item in sorted(found.items()):
            self.schema(item, made.draft)

    def _refer(self, made: Schema, reference: str) -> bool:
        """Point to what a reference means; returns False when that is being compiled already, as OPA does."""
        if reference in self.referred:
            made.target = self.referred[reference]
            return False
        document, draft = self.pool.find(reference)
        target = self.referred[reference] = Schema(draft or made.draft)
        if not isinstance(document, (bool, dict)):
            raise BuiltinFault("Valid Schema must be of type object")
        if isinstance(document, bool) and target.draft >= _DRAFT6:
            target.always = document
        elif isinstance(document, bool):
            raise BuiltinFault(f"Expected: {_SCHEMA}, given: Invalid JSON")
        else:
            self._fill(target, document)
        made.target = target
        return True

    def types(self, made: Schema, node: dict[str, Any]) -> None:
        """Read `type`."""
        if "type" not in node:
            return
        found = node["type"] if isinstance(node["type"], list) else [node["type"]]
        for name in found:
            if not isinstance(name, str):
                raise fault("type", "string/Array Of Strings")
            if name not in TYPES:
                listed = " ".join(TYPES)
                shown = f"given: /{name}/ Expected valid values are:[{listed}]"
                raise BuiltinFault(f"has a primitive type that is NOT VALID -- {shown}")
            if name in made.types:
                raise BuiltinFault(f"{name} type is duplicated")
            made.types.append(name)

    def properties(self, made: Schema, node: dict[str, Any]) -> None:
        """Read what is said of an object's properties."""
        found = node.get("properties", {})
        if not isinstance(found, dict):
            raise BuiltinFault("Properties must be of type object")
        made.properties = {name: self.schema(item, made.draft) for name, item in sorted(found.items())}
        made.additional = self._schema_or_flag(made, node, "additionalProperties")
        patterns = node.get("patternProperties", {})
        if not isinstance(patterns, dict):
            raise fault(_SCHEMA, "patternProperties")
        for name, item in sorted(patterns.items()):
            check_pattern(name, f"Invalid regex pattern '{name}'")
            made.patterns[name] = self.schema(item, made.draft)
        if "propertyNames" in node and made.draft >= _DRAFT6:
            if not isinstance(node["propertyNames"], (bool, dict)):
                raise fault(_SCHEMA, "patternProperties")
            made.names = self.schema(node["propertyNames"], made.draft)

    def _schema_or_flag(self, made: Schema, node: dict[str, Any], name: str) -> Schema | bool | None:
        found = node.get(name)
        if isinstance(found, bool) or name not in node:
            return found
        if not isinstance(found, dict):
            raise fault(f"boolean/{_SCHEMA}", name)
        return self.schema(found, made.draft)

    def dependencies(self, made: Schema, node: dict[str, Any]) -> None:
        """Read `dependencies`: other properties, or schemas, that come with a property."""
        found = node.get("dependencies", {})
        if not isinstance(found, dict):
            raise BuiltinFault("dependencies must be of type object")
        for name, item in sorted(found.items()):
            strings = isinstance(item, list) and all(isinstance(entry, str) for entry in item)
            if not strings and not isinstance(item, (bool, dict)):
                raise BuiltinFault("Dependency must be of type Schema Or Array Of Strings")
            made.dependencies[name] = item if isinstance(item, list) else self.schema(item, made.draft)

    def items(self, made: Schema, node: dict[str, Any]) -> None:
        """Read what is said of an array's items."""
        if "items" in node:
            found = node["items"]
            made.every_item = not isinstance(found, list)
            entries = found if isinstance(found, list) else [found]
            if not all(isinstance(entry, (bool, dict)) for entry in entries):
                raise fault(f"{_SCHEMA}/Array Of Schemas", "items")
            made.items = [self.schema(entry, made.draft) for entry in entries]
        made.further = self._schema_or_flag(made, node, "additionalItems")

    def numbers(self, made: Schema, node: dict[str, Any]) -> None:
        """Read the limits of numbers."""
        if "multipleOf" in node:
            step = exact(node["multipleOf"])
            if step is None:
                raise fault("Number", "multipleOf")
            if step <= 0:
                raise BuiltinFault("multipleOf must be strictly greater than 0")
            made.limits["multipleOf"] = step
        for plain, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if plain in node:
                limit = exact(node[plain])
                if limit is None:
                    raise BuiltinFault(f"{plain} must be of a Number")
                made.limits[plain] = limit
            if exclusive in node:
                _exclusive(made, node[exclusive], plain, exclusive)

    def strings(self, made: Schema, node: dict[str, Any]) -> None:
        """Read what is said of strings."""
        _sizes(made, node, "minLength", "maxLength", "{0} cannot be greater than {1}")
        pattern = _string(node, "pattern")
        if pattern is not None:
            check_pattern(pattern, "pattern must be a valid regex")
            made.pattern = pattern
        made.format = _string(node, "format") or ""

    def objects(self, made: Schema, node: dict[str, Any]) -> None:
        """Read the number of properties and which are required."""
        _sizes(made, node, "minProperties", "maxProperties", "{0} cannot be greater than {1}")
        for name in _array(node, "required") or []:
            if not isinstance(name, str):
                raise fault("string", "required")
            if name in made.required:
                raise BuiltinFault("required items must be unique")
            made.required.append(name)

    def arrays(self, made: Schema, node: dict[str, Any]) -> None:
        """Read the number of items and what must be among them."""
        _sizes(made, node, "minItems", "maxItems", "")
        if "uniqueItems" in node:
            if not isinstance(node["uniqueItems"], bool):
                raise BuiltinFault("uniqueItems must be of a boolean")
            made.unique = node["uniqueItems"]
        if "contains" in node and made.draft >= _DRAFT6:
            made.contains = self.schema(node["contains"], made.draft)

    def values(self, made: Schema, node: dict[str, Any]) -> None:
        """Read which values are allowed at all."""
        if "const" in node and made.draft >= _DRAFT6:
            made.constant = canonical(node["const"])
        choices = _array(node, "enum")
        if choices is not None:
            made.choices = [canonical(choice) for choice in choices]
            if len(set(made.choices)) < len(made.choices):
                raise BuiltinFault("enum items must be unique")

    def combined(self, made: Schema, node: dict[str, Any]) -> None:
        """Read schemas that are combined from others."""
        for name in ("oneOf", "anyOf", "allOf"):
            made.groups[name] = [self.schema(item, made.draft) for item in _array(node, name) or []]
        for name in ("not", "if", "then", "else"):
            if name not in node or (name != "not" and made.draft < _DRAFT7):
                continue
            if not isinstance(node[name], (bool, dict)):
                raise BuiltinFault(f"{name} must be of an object")
            made.branches[name] = self.schema(node[name], made.draft)


_READERS: tuple[Callable[[_Compiler, Schema, dict[str, Any]], None], ...] = (
    _Compiler.types,
    _Compiler.properties,
    _Compiler.dependencies,
    _Compiler.items,
    _Compiler.numbers,
    _Compiler.strings,
    _Compiler.objects,
    _Compiler.arrays,
    _Compiler.values,
    _Compiler.combined,
)


def _string(node: dict[str, Any], name: str) -> str | None:
    found = node.get(name)
    if name in node and not isinstance(found, str):
        raise fault("string", name)
    return found


def _array(node: dict[str, Any], name: str) -> list[Any] | None:
    found = node.get(name)
    if name in node and not isinstance(found, list):
        raise BuiltinFault(f"{name} must be of an array")
    return found


def _sizes(made: Schema, node: dict[str, Any], least: str, most: str, crossed: str) -> None:
    for name in (least, most):
        if name not in node:
            continue
        size = node[name]
        if size.__class__ is not int:
            raise BuiltinFault(f"{name} must be of an integer")
        if size < 0:
            raise BuiltinFault(f"{name} must be greater than or equal to 0")
        made.sizes[name] = size
    if crossed and least in made.sizes and most in made.sizes and made.sizes[least] > made.sizes[most]:
        raise BuiltinFault(crossed.format(least, most))


def _exclusive(made: Schema, found: Any, plain: str, exclusive: str) -> None:
    """Draft 4 says by a boolean that the limit itself is excluded; later drafts give a limit of its own."""
    flag = made.draft in (4, _ANY) and isinstance(found, bool)
    if flag:
        if plain not in made.limits:
            raise BuiltinFault(f"{exclusive} cannot be used without {plain}")
        if found:
            made.limits[exclusive] = made.limits.pop(plain)
        return
    limit = exact(found)
    if limit is None or made.draft == 4:  # noqa: PLR2004 - the draft's number
        wanted = {4: "boolean", _ANY: "boolean/number"}.get(made.draft, "number")
        raise fault(wanted, exclusive)
    made.limits[exclusive] = limit
