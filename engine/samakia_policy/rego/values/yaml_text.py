"""YAML as OPA reads it: the core schema of YAML 1.2, the first document, the last of equal keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.raw_bytes import to_text

_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_EXPONENT_BELOW, _EXPONENT_FROM = 1e-6, 1e21
_BOOLEANS = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
# What YAML 1.1 takes for booleans besides.
_TRUE = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "off", "Off", "OFF")
_OLD_BOOLEANS = ("bool", rf"(?:{'|'.join((*_TRUE, *_FALSE))})$", "yYnNoO")
_RESOLVERS = (
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", _INTEGER.pattern, "-+0123456789"),
    ("float", _FLOAT.pattern, "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$", "-+."),
    ("merge", r"<<$", "<"),
    ("null", r"(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
)


def load(text: str) -> Value:
    """Return the first document of a YAML text as a value; raises ValueError."""
    documents = load_all(text)
    return documents[0] if documents else None


def load_all(text: str, *, old_booleans: bool = False) -> list[Value]:
    """Return every document; `old_booleans`: yes, no, on, off, y and n are booleans. Raises ValueError."""
    import yaml

    if text.startswith("%") and _DIRECTIVE.match(text):
        raise ValueError("yaml: found incompatible YAML document")
    try:
        return list(yaml.load_all(text, _loader(old_booleans)))
    except yaml.YAMLError as error:
        raise ValueError(_message(error, text)) from None


_DIRECTIVE = re.compile(r"^%YAML (?!1\.1[ \t\r]*$)", re.MULTILINE)


def _message(error: Any, text: str) -> str:
    """What OPA's reader says: a line only where it is not the first, counted from 0 but for the scanner."""
    import yaml

    marks = (getattr(error, "context_mark", None), getattr(error, "problem_mark", None))
    line: int = next((mark.line for mark in marks if mark is not None and mark.line), 0)
    line += int(isinstance(error, yaml.scanner.ScannerError) and bool(line))
    problem = getattr(error, "problem", None) or str(error)
    if problem == "found undefined alias":
        return f"yaml: unknown anchor {_alias(error, text)!r} referenced"
    return f"yaml: line {line}: {problem}" if line else f"yaml: {problem}"


def _alias(error: Any, text: str) -> str:
    found = re.match(r"\*?([^\s,\]}]*)", text[error.problem_mark.index :])
    return found[1] if found else ""


@lru_cache(maxsize=2)
def _loader(old_booleans: bool) -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        takes_old_booleans = old_booleans
        yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012
        yaml_constructors = dict(base.yaml_constructors)  # noqa: RUF012

    for tag, pattern, first in (_OLD_BOOLEANS, *_RESOLVERS) if old_booleans else _RESOLVERS:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    for tag, made in (
        ("int", _integer),
        ("float", _float),
        ("map", _mapping),
        ("timestamp", _text),
        ("binary", _binary),
        ("bool", _boolean),
    ):
        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", made)
    Loader.add_constructor(None, _unknown)
    return Loader


def _text(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


def _binary(loader: Any, node: Any) -> str:
    import base64
    from binascii import Error

    try:
        return to_text(base64.b64decode(node.value))
    except (ValueError, Error):
        raise ValueError("yaml: !!binary value contains invalid base64 data") from None


def _decoded(node: Any, kind: str, decode: Callable[[], Any]) -> Any:
    try:
        return decode()
    except ValueError:
        raise ValueError(f"yaml: cannot decode !!str `{node.value}` as a !!{kind}") from None


def _boolean(loader: Any, node: Any) -> bool:
    if loader.takes_old_booleans and node.value in (*_TRUE, *_FALSE):
        return node.value in _TRUE
    if node.value not in _BOOLEANS:
        raise ValueError(f"yaml: cannot decode !!str `{node.value}` as a !!bool")
    return bool(node.value.lower() == "true")


def _unknown(loader: Any, node: Any) -> Any:
    """A tag that means nothing here: what it marks is read as if it had none, a scalar as a string."""
    if isinstance(node.value, str):
        return node.value
    pairs = isinstance(node.value, list) and bool(node.value) and isinstance(node.value[0], tuple)
    return loader.construct_mapping(node, deep=True) if pairs else loader.construct_sequence(node, deep=True)


def _integer(loader: Any, node: Any) -> int | Number:
    return _decoded(node, "int", lambda: _read_integer(node))  # type: ignore[no-any-return]


def _read_integer(node: Any) -> int | Number:
    text = node.value.replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    for prefix, base in (("0x", 16), ("0b", 2), ("0o", 8)):
        if digits.startswith(prefix):
            return _whole(sign * int(digits[2:], base))
    octal = len(digits) > 1 and digits.startswith("0") and not set(digits) & {"8", "9"}
    return _whole(sign * int(digits, 8 if octal else 10))


def _whole(found: int) -> int | Number:
    """Return an integer; of more than 64 bits it becomes a float, as in OPA."""
    return found if -(1 << 63) <= found < 1 << 64 else as_float(float(found))


def _float(loader: Any, node: Any) -> int | Number | str:
    text = node.value.replace("_", "").lower()
    if text.lstrip("+-") in {".inf", ".nan"}:
        shown = {".": "+", "+": "+", "-": "-"}[text[0]] + "Inf" if text.endswith("inf") else "NaN"
        raise ValueError(f"json: unsupported value: {shown}")
    found = _decoded(node, "float", lambda: float(text))
    # What is out of range stays a string.
    return str(node.value) if abs(found) == float("inf") else as_float(found)


def as_float(found: float) -> int | Number:
    """Return a float as OPA's way through JSON writes it."""
    if found.is_integer() and abs(found) < _EXPONENT_FROM:
        return int(Decimal(repr(found)))
    text = repr(found)
    if _EXPONENT_BELOW <= abs(found) < _EXPONENT_FROM:
        return Number(format(Decimal(text), "f"))
    return Number(text.replace("e-0", "e-"))


def _mapping(loader: Any, node: Any) -> Any:
    made: dict[str, Any] = {}
    yield made
    loader.flatten_mapping(node)
    for name, value in node.value:
        made[_key(loader.construct_object(name, deep=True))] = loader.construct_object(value, deep=True)


def _key(name: Any) -> str:
    if name.__class__ is str:
        return str(name)
    if name.__class__ is bool:
        return "true" if name else "false"
    if name.__class__ in {int, Number}:
        return str(getattr(name, "text", name))
    if name is None:
        raise ValueError("unsupported map key of type: %!s(<nil>), key: <nil>")
    raise ValueError("yaml: invalid map key")
