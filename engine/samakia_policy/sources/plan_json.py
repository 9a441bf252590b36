"""Exact JSON for plans: nothing is decoded before it is needed, and nothing passes unchecked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from samakia_policy.errors import InputError
from samakia_policy.model.values import unknown
from samakia_policy.sources.limits import MAX_DEPTH, exceeded
from samakia_policy.sources.numbers_text import NumberError, decimal
from samakia_policy.sources.places import line_column, quoted

if TYPE_CHECKING:
    from msgspec import Raw

_KEY = re.compile(rb'"[ \t\n\r]*+:')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_TOO_DEEP = exceeded("nested too deeply", "MAX_DEPTH", MAX_DEPTH)
MAKE_A_PLAN = "terraform plan -out=plan.bin, then terraform show -json plan.bin > plan.json"


class _RepeatedKeyError(ValueError):
    """A mapping that gives a key twice; the message names the key."""


def value_decoder() -> Callable[[Raw], Any]:
    """Return a function from a slice of a plan to plain JSON; what cannot be trusted is a marker."""
    import msgspec

    decoder = msgspec.json.Decoder(float_hook=decimal)

    def decode(raw: Raw) -> Any:
        text = bytes(raw)
        try:
            value = decoder.decode(text)
            _check_value(text, value)
        except _RepeatedKeyError as error:
            return unknown(str(error))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return unknown("the plan holds a value here that cannot be read exactly")
        return value

    return decode


def _check_value(text: bytes, value: Any) -> None:
    """Raise when a decoded value is too deep or lost a member on the way."""
    keys, depth, level = 0, 0, [value]
    while level:
        depth += 1
        mappings = [node for node in level if type(node) is dict]
        keys += sum(map(len, mappings))
        groups = [*(node.values() for node in mappings), *(n for n in level if type(n) is list)]
        level = [child for group in groups for child in group if type(child) in (dict, list)]
    if depth > MAX_DEPTH + 1:
        raise NumberError(_TOO_DEEP)
    # A key inside a string counts too, so equal counts prove that no key was given twice.
    if len(_KEY.findall(text)) != keys:
        json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for n, key in enumerate(keys) if key in keys[:n])
        raise _RepeatedKeyError(f"the plan gives the key {quoted(twice)} twice")
    return mapping


def check_text(data: bytes, name: str) -> None:
    """Raise InputError unless the bytes are UTF-8 and nested at most MAX_DEPTH deep."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            "the plan is UTF-16, not UTF-8", where=name, hint="write it as UTF-8 without a byte order mark"
        )
    if data.startswith(b"\xef\xbb\xbf"):
        raise InputError(
            "the plan starts with a byte order mark", where=name, hint="write it as UTF-8 without one"
        )
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        message = f"the plan is not UTF-8 at line {line}, byte {column}"
        raise InputError(message, where=name, hint="write the plan again: " + MAKE_A_PLAN) from error
    if is_too_deep(data):
        raise InputError(f"the plan is {_TOO_DEEP}", where=name, hint="no Terraform plan is")


def is_too_deep(data: bytes) -> bool:
    """Tell whether JSON nests deeper than MAX_DEPTH."""
    return _maybe_too_deep(data) and _depth(data) > MAX_DEPTH


def _maybe_too_deep(data: bytes) -> bool:
    """Peel brackets pair by pair, level by level; brackets in strings may leave a remainder."""
    brackets = data.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


_BRACKET_OR_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def _depth(data: bytes) -> int:
    depth = deepest = 0
    for match in _BRACKET_OR_STRING.finditer(data):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest


def check_exactly(data: bytes, name: str) -> None:
    """Read every value the slow way; raises InputError on a repeated key, wherever it is."""
    try:
        json.loads(data, object_pairs_hook=_unique, parse_float=str, parse_int=str)
    except _RepeatedKeyError as error:
        raise InputError(str(error), where=name, hint="write the plan again: " + MAKE_A_PLAN) from error
    except RecursionError as error:
        raise InputError(f"the plan is {_TOO_DEEP}", where=name, hint="no Terraform plan is") from error


def refuse_text(data: bytes, name: str, why: str) -> NoReturn:
    """Raise the InputError that says best why the bytes are not JSON; `why` if nothing else is wrong."""
    text = data.decode()
    hint = "write the plan again: " + MAKE_A_PLAN
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        line, column = line_column(text, error.pos)
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        message = "the plan is cut off" if cut else f"the plan is not JSON: {error.msg}"
        raise InputError(f"{message} (line {line}, column {column})", where=name, hint=hint) from error
    except ValueError as error:
        raise InputError(f"the plan is not JSON: {error}", where=name, hint=hint) from error
    raise InputError(f"the plan cannot be read: {why}", where=name, hint=hint)


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _place(data: bytes, offset: int) -> tuple[int, int]:
    return data.count(b"\n", 0, offset) + 1, offset - data.rfind(b"\n", 0, offset)
