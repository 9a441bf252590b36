"""Checks a document against a compiled JSON Schema, and says what does not fit as OPA says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from samakia_policy.rego.builtins import json_schema_formats, regex
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.json_schema_tree import Schema, canonical, exact
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.number import Number

_ROOT = "(Root)"
_NAMES: dict[type, str] = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}


CHECKS = 1_000_000
"""How many times a schema may be applied to a value: alternatives inside alternatives multiply."""


@dataclass(slots=True)
class Place:
    """Where in the document a value is; `used` counts what was done so far, in one place for all."""

    text: str
    context: Context
    used: list[int]

    def below(self, step: str | int) -> Place:
        """Return the place one step further down."""
        return Place(f"{self.text}.{step}", self.context, self.used)

    def count(self) -> None:
        """Count and charge one more check; raises BuiltinFault past the limit."""
        self.used[0] += 1
        self.context.charge(1)
        if self.used[0] > CHECKS:
            raise BuiltinFault(f"the schema needs more than {CHECKS} checks")


@dataclass(slots=True)
class Result:
    """What did not fit; `score` tells which of several schemas came nearest."""

    errors: list[dict[str, str]] = field(default_factory=list)
    score: int = 0

    def add(self, kind: str, path: Place, text: str) -> None:
        """Note an error of a kind at a path; `{field}` in the text stands for where it is."""
        place = path.text.removeprefix(f"{_ROOT}.")
        text = text.replace("{field}", place)
        self.errors.append({"error": f"{place}: {text}", "type": kind, "field": place, "desc": text})
        self.score -= 2

    def merge(self, other: Result) -> None:
        """Take over another result's errors."""
        self.errors += other.errors
        self.score += other.score


def check(context: Context, schema: Schema, document: Any) -> list[dict[str, str]]:
    """Return what in a document does not fit a schema; raises BuiltinFault."""
    try:
        return _under(schema, document, Place(_ROOT, context, [0])).errors
    except RecursionError:
        raise BuiltinFault("the schema refers to itself without end") from None


def _under(schema: Schema, value: Any, path: Place) -> Result:
    made = Result()
    _check(schema, value, path, made)
    return made


def _check(schema: Schema, value: Any, path: Place, result: Result) -> None:
    path.count()
    if schema.target is not None and schema.always is None:
        _check(schema.target, value, path, result)
        return
    if schema.always is not None:
        if not schema.always:
            result.add("false", path, "False always fails validation")
        return
    kind = _NAMES.get(value.__class__, "number")
    if kind == "number" and (number := exact(value)) is not None and number.denominator == 1:
        kind = "integer"
    allowed = (kind, "number") if kind == "integer" else (kind,)
    if schema.types and not set(allowed) & set(schema.types):
        wanted = schema.types[0] if len(schema.types) == 1 else f"[{','.join(schema.types)}]"
        result.add("invalid_type", path, f"Invalid type. Expected: {wanted}, given: {kind}")
        return
    _combined(schema, value, path, result)
    for part in _PARTS[kind]:
        part(schema, value, path, result)
        result.score += 1
    if kind == "object":
        for name, below in schema.properties.items():
            if name in value:
                _check(below, value[name], path.below(name), result)
    result.score += 1


def _combined(schema: Schema, value: Any, path: Place, result: Result) -> None:
    _any_of(schema.groups.get("anyOf", []), value, path, result)
    _one_of(schema.groups.get("oneOf", []), value, path, result)
    everything = [_under(part, value, path) for part in schema.groups.get("allOf", [])]
    for found in everything:
        result.merge(found)
    if any(found.errors for found in everything):
        result.add("number_all_of", path, "Must validate all the schemas (allOf)")
    refused = schema.branches.get("not")
    if refused and not _under(refused, value, path).errors:
        result.add("number_not", path, "Must not validate the schema (not)")
    _dependencies(schema, value, path, result)
    _conditions(schema, value, path, result)
    result.score += 1


def _nearest(found: list[Result]) -> Result:
    return max(found, key=lambda one: one.score)


def _any_of(schemas: list[Schema], value: Any, path: Place, result: Result) -> None:
    failed = []
    for schema in schemas:
        found = _under(schema, value, path)
        if not found.errors:
            return
        failed.append(found)
    if failed:
        result.add("number_any_of", path, "Must validate at least one schema (anyOf)")
        result.merge(_nearest(failed))


def _one_of(schemas: list[Schema], value: Any, path: Place, result: Result) -> None:
    found = [_under(schema, value, path) for schema in schemas]
    fitting = sum(not one.errors for one in found)
    if not found or fitting == 1:
        return
    result.add("number_one_of", path, "Must validate one and only one schema (oneOf)")
    if not fitting:
        result.merge(_nearest(found))


def _dependencies(schema: Schema, value: Any, path: Place, result: Result) -> None:
    for name, wanted in schema.dependencies.items() if isinstance(value, dict) else ():
        if name not in value:
            continue
        if isinstance(wanted, Schema):
            _check(wanted, value, path, result)
            continue
        for other in wanted:
            if other not in value:
                result.add("missing_dependency", path, f"Has a dependency on {other}")


def _conditions(schema: Schema, value: Any, path: Place, result: Result) -> None:
    condition = schema.branches.get("if")
    if condition is None:
        return
    holds = not _under(condition, value, path).errors
    branch = schema.branches.get("then" if holds else "else")
    found = _under(branch, value, path) if branch else None
    if found and found.errors:
        name, was = ("then", "was valid") if holds else ("else", "was not valid")
        result.add(f"condition_{name}", path, f'Must validate "{name}" as "if" {was}')
        result.merge(found)


def _common(schema: Schema, value: Any, path: Place, result: Result) -> None:
    if schema.constant is not None and canonical(value) != schema.constant:
        result.add("const", path, f"{{field}} does not match: {schema.constant}")
    if schema.choices is not None and canonical(value) not in schema.choices:
        result.add("enum", path, f"{{field}} must be one of the following: {', '.join(schema.choices)}")
    if schema.format and not json_schema_formats.fits(schema.format, value):
        result.add("format", path, f"Does not match format '{schema.format}'")


def _array(schema: Schema, value: list[Any], path: Place, result: Result) -> None:
    _items(schema, value, path, result)
    sizes = schema.sizes
    if len(value) < sizes.get("minItems", 0):
        result.add("array_min_items", path, f"Array must have at least {sizes['minItems']} items")
    if len(value) > sizes.get("maxItems", len(value)):
        result.add("array_max_items", path, f"Array must have at most {sizes['maxItems']} items")
    if schema.unique:
        _unique(value, path, result)
    if schema.contains:
        found = [_under(schema.contains, item, path.below(place)) for place, item in enumerate(value)]
        if all(one.errors for one in found):
            result.add("contains", path, "At least one of the items must match")
            if found:
                result.merge(_nearest(found))


def _items(schema: Schema, value: list[Any], path: Place, result: Result) -> None:
    wanted = schema.items * len(value) if schema.every_item else schema.items
    for place, (below, item) in enumerate(zip(wanted, value, strict=False)):
        result.merge(_under(below, item, path.below(place)))
    if schema.every_item or not schema.items or len(value) <= len(schema.items):
        return
    if schema.further is False:
        result.add("array_no_additional_items", path, "No additional items allowed on array")
    elif isinstance(schema.further, Schema):
        for place in range(len(schema.items), len(value)):
            result.merge(_under(schema.further, value[place], path.below(place)))


def _unique(value: list[Any], path: Place, result: Result) -> None:
    seen: dict[str, int] = {}
    for place, item in enumerate(value):
        text = canonical(item)
        if text in seen:
            result.add("unique", path, f"array items[{seen[text]},{place}] must be unique")
        seen[text] = place


def _object(schema: Schema, value: dict[str, Any], path: Place, result: Result) -> None:
    sizes = schema.sizes
    if len(value) < sizes.get("minProperties", 0):
        result.add("array_min_properties", path, f"Must have at least {sizes['minProperties']} properties")
    if len(value) > sizes.get("maxProperties", len(value)):
        result.add("array_max_properties", path, f"Must have at most {sizes['maxProperties']} properties")
    for name in schema.required:
        if name in value:
            result.score += 1
        else:
            result.add("required", path, f"{name} is required")
    for name in sorted(value):
        _property(schema, name, value[name], path, result)
    for name in sorted(value) if schema.names else ():
        found = _under(schema.names, name, path)  # type: ignore[arg-type]
        if found.errors:
            result.add("invalid_property_name", path, f'Property name of "{name}" does not match')
            result.merge(found)


def _property(schema: Schema, name: str, value: Any, path: Place, result: Result) -> None:
    matched = [below for text, below in schema.patterns.items() if regex.match(text, name)]
    for below in matched:
        result.merge(_under(below, value, path.below(name)))
    result.score += bool(matched)
    if name in schema.properties or matched:
        return
    if schema.additional is False:
        text = f"Additional property {name} is not allowed"
        result.add("additional_property_not_allowed", path, text)
    elif isinstance(schema.additional, Schema):
        result.merge(_under(schema.additional, value, path.below(name)))


def _string(schema: Schema, value: str, path: Place, result: Result) -> None:
    sizes = schema.sizes
    if len(value) < sizes.get("minLength", 0):
        result.add("string_gte", path, f"String length must be greater than or equal to {sizes['minLength']}")
    if len(value) > sizes.get("maxLength", len(value)):
        result.add("string_lte", path, f"String length must be less than or equal to {sizes['maxLength']}")
    if schema.pattern is not None and not regex.match(schema.pattern, value):
        result.add("pattern", path, f"Does not match pattern '{schema.pattern}'")


_LIMITS: tuple[tuple[str, Callable[[Fraction, Fraction], bool], str, str], ...] = (
    ("multipleOf", lambda value, step: (value / step).denominator == 1, "multiple_of", "a multiple of"),
    ("maximum", lambda value, limit: value <= limit, "number_lte", "less than or equal to"),
    ("exclusiveMaximum", lambda value, limit: value < limit, "number_lt", "less than"),
    ("minimum", lambda value, limit: value >= limit, "number_gte", "greater than or equal to"),
    ("exclusiveMinimum", lambda value, limit: value > limit, "number_gt", "greater than"),
)


def _number(schema: Schema, value: int | Number, path: Place, result: Result) -> None:
    number = exact(value) or Fraction(0)
    for name, fits, kind, text in _LIMITS:
        if name in schema.limits and not fits(number, schema.limits[name]):
            result.add(kind, path, f"Must be {text} {float(schema.limits[name]):.10g}")


Part = Callable[[Schema, Any, Place, Result], None]
_PARTS: dict[str, tuple[Part, ...]] = {
    "null": (_common,),
    "boolean": (_common,),
    "string": (_common, _string),
    "array": (_array, _common),
    "object": (_object, _common),
    "integer": (_number, _common),
    "number": (_number, _common),
}
