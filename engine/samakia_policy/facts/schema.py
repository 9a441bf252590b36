"""JSON Schema validation of documents, with messages that never hold a value."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from samakia_policy.model.document import Fault
from samakia_policy.model.values import escape

_NAMES = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean", int: "an integer"}


def schema_faults(data: Any, schema_text: str) -> list[Fault]:
    """Return what is wrong with a document, by pointer then message; drafts 07 and 2020-12."""
    found = {(_pointer(error), _message(error)) for error in _leaves(_validator(schema_text), data)}
    return [Fault(message, pointer=pointer) for pointer, message in sorted(found)]


@lru_cache(maxsize=64)
def _validator(schema_text: str) -> Any:
    import json

    from jsonschema import validators
    from referencing import Registry

    schema = json.loads(schema_text)
    base = validators.validator_for(schema)
    checker = base.TYPE_CHECKER.redefine("integer", _is_integer).redefine("number", _is_number)
    # An empty registry: a remote $ref is an error, never a request.
    extend: Any = validators.extend
    return extend(base, type_checker=checker)(schema, registry=Registry())


def _is_integer(_checker: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_checker: Any, value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _leaves(validator: Any, data: Any) -> Any:
    for error in validator.iter_errors(data):
        yield from error.context or [error]


def _pointer(error: Any) -> str:
    return "".join(f"/{escape(str(token))}" for token in error.absolute_path)


def _message(error: Any) -> str:
    keyword, wanted, value = error.validator, error.validator_value, error.instance
    if keyword == "required":
        missing = sorted(key for key in wanted if key not in value)
        return f"lacks {', '.join(map(quoted, missing))}"
    if keyword == "additionalProperties":
        extra = sorted(set(value) - set(error.schema.get("properties", {})))
        return f"has unknown key {', '.join(map(quoted, extra))}"
    if keyword == "type":
        return f"must be {_type_name(wanted)}, is {_NAMES.get(type(value), _other(value))}"
    if keyword in {"enum", "const"}:
        allowed = wanted if keyword == "enum" else [wanted]
        return f"must be one of {', '.join(map(str, allowed))}"
    return f"breaks {keyword} {wanted}" if isinstance(wanted, (int, str)) else f"breaks {keyword}"


def _other(value: Any) -> str:
    return "null" if value is None else "a number"


def _type_name(wanted: Any) -> str:
    return " or ".join(wanted) if isinstance(wanted, list) else str(wanted)


def quoted(key: object) -> str:
    """Return a key for a message: escaped, quoted, at most 60 characters."""
    text = str(key)
    shown = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - said in the docstring
    return f"'{shown.encode('unicode_escape').decode()}'"
