"""JSON text as OPA writes it: indented by two, HTML characters escaped, numbers as they were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from samakia_policy.rego.values.collections import Set, pairs
from samakia_policy.rego.values.json_text import literal
from samakia_policy.rego.values.number import Number

# What Go escapes and Python does not.
_UNLIKE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_ESCAPED = re.compile('["\\\\\x00-\x1f<>&\u2028\u2029\ud800-\udfff]')
_EXPONENT = 1e21
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def plain(value: Any) -> Any:
    """Return a Rego value as JSON has it: sets are arrays, keys are text, objects in order of key."""
    kind = value.__class__
    if kind is list or kind is Set:
        return [plain(item) for item in value]
    if kind is dict:
        named = [(key_text(name), item) for name, item in pairs(value)]
        return {name: plain(item) for name, item in sorted(named, key=_first)}
    return value


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def key_text(name: Any) -> str:
    """Return an object's key as JSON has it: a string is itself, anything else its JSON text."""
    return name if name.__class__ is str else compact(plain(name))


def compact(found: Any) -> str:
    """Return JSON on one line, without spaces."""
    return "".join(_compact(found))


def indented(found: Any) -> str:
    """Return indented JSON, with a newline at its end."""
    from json.encoder import encode_basestring

    parts: list[str] = []
    _indent(found, "\n", parts, encode_basestring)
    text = "".join(parts)
    if _UNLIKE.search(text):
        parts.clear()
        _indent(found, "\n", parts, _quote)
        text = "".join(parts)
    return text + "\n"


def _compact(found: Any) -> Iterator[str]:
    kind = found.__class__
    if kind is dict:
        yield "{"
        for index, (name, item) in enumerate(found.items()):
            yield f"{',' if index else ''}{_quote(name)}:"
            yield from _compact(item)
        yield "}"
    elif kind is list:
        yield "["
        for index, item in enumerate(found):
            if index:
                yield ","
            yield from _compact(item)
        yield "]"
    else:
        yield _quote(found) if kind is str else scalar(found)


def _indent(found: Any, margin: str, parts: list[str], quote: Callable[[str], str]) -> None:
    kind = found.__class__
    inner = margin + "  "
    if kind is dict and found:
        before = "{" + inner
        for name, item in found.items():
            parts.append(f"{before}{quote(name)}: ")
            _indent(item, inner, parts, quote)
            before = "," + inner
        parts.append(margin + "}")
    elif kind is list and found:
        before = "[" + inner
        for item in found:
            if item.__class__ is str:
                parts.append(before + quote(item))
            else:
                parts.append(before)
                _indent(item, inner, parts, quote)
            before = "," + inner
        parts.append(margin + "]")
    else:
        parts.append(quote(found) if kind is str else scalar(found))


def scalar(found: Any) -> str:
    """Return the JSON text of what is neither a string nor a collection with something in it.

    Raises ValueError for a number that JSON cannot hold.
    """
    if found is None:
        return "null"
    if found is True or found is False:
        return "true" if found else "false"
    if found.__class__ is Number:
        return literal(found)
    if found.__class__ is dict:
        return "{}"
    if found.__class__ is list:
        return "[]"
    if found.__class__ is float:
        return _float(found)
    return str(found)


def _float(found: float) -> str:
    return str(int(found)) if found.is_integer() and abs(found) < _EXPONENT else repr(found)


def _quote(text: str) -> str:
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    if "\ud800" <= character <= "\udfff":
        return "\\ufffd"
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
