"""Built-ins for URLs: their parts, and their queries."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.rego.builtins import url_parts
from samakia_policy.rego.builtins.operands import string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OPERAND, BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.json_text import plain
from samakia_policy.rego.values.quote import quoted
from samakia_policy.rego.values.raw_bytes import to_bytes

_PARAMETERS = 10_000
_SAFE = re.compile(rb"[^A-Za-z0-9_.~-]")


@builtin("urlquery.encode")
def encode(text: Value) -> str:
    """Return a string as it stands in a query."""
    return _encoded(string(text, 1))


def _encoded(text: str) -> str:
    return _SAFE.sub(_escaped, to_bytes(text)).decode()


def _escaped(found: re.Match[bytes]) -> bytes:
    character = found.group()
    return b"+" if character == b" " else b"%%%02X" % character[0]


@builtin("urlquery.decode")
def decode(text: Value) -> str:
    """Return the string that stands in a query."""
    return url_parts.unescape(string(text, 1), "query")


@builtin("urlquery.encode_object")
def encode_object(value: Value) -> str:
    """Return an object of strings, or of several for a key, as a query."""
    if value.__class__ is not dict:
        raise OperandFault(1, "object", type_name(value))
    parts = []
    for name, item in sorted(plain(value).items()):
        items = item if item.__class__ is list else [item]
        if any(each.__class__ is not str for each in items):
            raise BuiltinFault("operand 1 values must be string, array[string], or set[string]", OPERAND)
        parts += [f"{_encoded(name)}={_encoded(each)}" for each in items]
    return "&".join(parts)


@builtin("urlquery.decode_object")
def decode_object(text: Value) -> dict[Any, Value]:
    """Return the parameters of a query, each with an array of its values."""
    query = string(text, 1)
    if query.count("&") >= _PARAMETERS:
        raise BuiltinFault("number of URL query parameters exceeded limit")
    made: dict[Any, Value] = {}
    fault: BuiltinFault | None = None
    for part in query.split("&"):
        if ";" in part:
            # This one replaces a fault that was found before.
            fault = BuiltinFault("invalid semicolon separator in query")
            continue
        if not part:
            continue
        name, _, item = part.partition("=")
        try:
            decoded = url_parts.unescape(name, "query"), url_parts.unescape(item, "query")
        except BuiltinFault as found:
            fault = fault or found
            continue
        made.setdefault(decoded[0], []).append(decoded[1])
    if fault:
        raise fault
    return made


@builtin("uri.parse")
def parse(text: Value) -> dict[Any, Value]:
    """Return the parts of a URI that are there."""
    return _parse(string(text, 1)).named()


@builtin("uri.is_valid")
def is_valid(text: Value) -> bool:
    """Return whether something is a URI; the empty one is not."""
    if text.__class__ is not str or not text:
        return False
    try:
        _parse(text)
    except BuiltinFault:
        return False
    return True


def _parse(text: str) -> url_parts.Parts:
    front, _, fragment = text.partition("#")
    shown = front
    try:
        parts = url_parts.parse(front)
        shown = text
        parts.fragment = url_parts.unescape(fragment, "fragment")
    except BuiltinFault as fault:
        raise BuiltinFault(f"parse {quoted(shown)}: {fault.message}") from None
    return parts
