"""The YAML 1.2 core schema: what a plain scalar means, and the tags a contract may use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from samakia_policy.model.values import Number
from samakia_policy.sources.numbers_text import NumberError, decimal, integer

_STARTS = frozenset("~nNtTfF.+-0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)")
_FLOAT = re.compile(
    r"(?P<sign>[-+]?)(?P<whole>[0-9]*)(?P<point>\.?)(?P<fraction>(?<=\.)[0-9]*)?"
    r"(?P<exponent>(?:[eE][-+]?[0-9]+)?)"
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PREFIX = "tag:yaml.org,2002:"


def plain(text: str) -> Any:
    """Return what a plain scalar means in the core schema; raises NumberError."""
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return integer(text)
    if _BASED.fullmatch(text):
        return integer(text[2:], 8 if text[1] == "o" else 16)
    if _NOT_FINITE.fullmatch(text):
        raise NumberError("a number must be finite, .nan and .inf are not allowed")
    written = _json_number(text)
    return text if written is None else decimal(written)


def _json_number(text: str) -> str | None:
    """Return a core schema float as JSON writes it (".5" is "0.5"), None for any other text."""
    match = _FLOAT.fullmatch(text)
    if match is None or not (match["whole"] or match["fraction"]):
        return None
    sign = "-" if match["sign"] == "-" else ""
    fraction = f".{match['fraction'] or '0'}" if match["point"] else ""
    return f"{sign}{match['whole'].lstrip('0') or '0'}{fraction}{match['exponent']}"


def tagged(tag: str, text: str) -> Any:
    """Return a scalar with a core tag; raises KeyError for an unknown tag, ValueError otherwise."""
    return _SCALAR_TAGS[tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else ""](text)


def is_container_tag(tag: str, container: type) -> bool:
    """Tell whether a tag is the core tag of a mapping (dict) or of a sequence (list)."""
    return tag == _PREFIX + ("map" if container is dict else "seq")


def _as(kind: type) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        value = plain(text)
        if type(value) is not kind:
            raise ValueError(kind.__name__)
        return value

    return convert


def _as_float(text: str) -> Any:
    value = plain(text)
    return decimal(str(value)) if type(value) is int else _as(Number)(text)


_SCALAR_TAGS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": _as(int),
    "float": _as_float,
    "bool": _as(bool),
    "null": _as(type(None)),
}
