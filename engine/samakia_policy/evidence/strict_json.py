"""The subset of JSON that evidence is written in, and a reader that accepts nothing else.

UTF-8 without a byte order mark, unique keys below U+D800, strings in NFC without lone surrogates, whole
numbers within +-(2^53-1), no other numbers, at most `MAX_DEPTH` levels.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.model.canonical import canonical

MAX_DEPTH = 64
"""Objects and lists inside one another."""
MAX_INTEGER = 2**53 - 1
"""The largest absolute value of a number."""
MAX_BYTES = 4 << 20
"""Bytes of one text, where the caller names no other limit."""
_DIGITS = len(str(MAX_INTEGER)) + 1
_SURROGATES = "\ud800"


def parse(data: bytes, *, where: str = "", limit: int = MAX_BYTES) -> Any:
    """Return the value of strict JSON; raises Refusal `json-...` for anything outside the subset."""
    if len(data) > limit:
        raise Refusal("json-too-large", f"the text has {len(data)} bytes (limit {limit})", where=where)
    try:
        value = _decode(data)
        check(value)
    except Refusal as refusal:
        raise refusal.at(where) from None
    return value


def canonical_line(value: object) -> bytes:
    """Return the bytes that are signed: canonical JSON of the subset and a newline; raises Refusal."""
    check(value)
    return canonical(value) + b"\n"


def parse_canonical(data: bytes, *, where: str = "", limit: int = MAX_BYTES) -> Any:
    """Return the value of a text that is exactly its own canonical form and a newline; raises Refusal."""
    value = parse(data, where=where, limit=limit)
    if canonical(value) + b"\n" != data:
        raise Refusal("json-not-canonical", "the text is not in canonical form", where=where)
    return value


def check(value: object) -> None:
    """Refuse a value that the subset cannot hold."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[object] = []
        for found in level:
            deeper += _children(found)
        if not deeper:
            return
        level = deeper
    if any(isinstance(found, dict | list) for found in level):
        raise Refusal("json-too-deep", f"nested too deeply (limit MAX_DEPTH = {MAX_DEPTH})")
    for found in level:
        _children(found)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        for key in value:
            _check_key(key)
        return list(value.values())
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > MAX_INTEGER:
            raise Refusal("json-number", f"a number is larger than {MAX_INTEGER}")
    elif value is not None and not isinstance(value, bool):
        raise Refusal("json-number", f"a {type(value).__name__} has no place in evidence")
    return []


def _check_key(key: object) -> None:
    if not isinstance(key, str) or any(character >= _SURROGATES for character in key):
        raise Refusal("json-key", "a key is no text or has a character above U+D7FF")
    _check_text(key)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refusal("json-text", "a text holds a lone surrogate") from None
    if not unicodedata.is_normalized("NFC", text):
        raise Refusal("json-text", "a text is not in Unicode normal form C")


def _decode(data: bytes) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refusal("json-malformed", "the text is not UTF-8") from None
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique, parse_float=_float, parse_int=_integer, parse_constant=_float
    )
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refusal("json-malformed", f"the text is not JSON at {place}") from None
    except RecursionError:
        raise Refusal("json-too-deep", f"nested too deeply (limit MAX_DEPTH = {MAX_DEPTH})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Refusal("json-duplicate-key", "an object has a key twice")
    return made


def _float(_text: str) -> None:
    raise Refusal("json-number", "only whole numbers are allowed; write others as text")


def _integer(text: str) -> int:
    if len(text) > _DIGITS or text == "-0":
        raise Refusal("json-number", f"a number is larger than {MAX_INTEGER}, or -0")
    return int(text)
