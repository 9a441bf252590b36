"""YAML as OPA reads it: the core schema of YAML 1.2, the first document, the last of equal keys."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.number import Number

_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
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
    import yaml

    try:
        documents = list(yaml.load_all(text, _loader()))
    except yaml.YAMLError as error:
        raise ValueError(_message(error)) from None
    return documents[0] if documents else None


def _message(error: Any) -> str:
    """What OPA's reader says: a line only where it is not the first, counted from 0 but for the scanner."""
    import yaml

    marks = (getattr(error, "context_mark", None), getattr(error, "problem_mark", None))
    line: int = next((mark.line for mark in marks if mark is not None and mark.line), 0)
    line += int(isinstance(error, yaml.scanner.ScannerError) and bool(line))
    problem = getattr(error, "problem", None) or str(error)
    return f"yaml: line {line}: {problem}" if line else f"yaml: {problem}"


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012
        yaml_constructors = dict(base.yaml_constructors)  # noqa: RUF012

    for tag, pattern, first in _RESOLVERS:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    for tag, made in (("int", _integer), ("float", _float), ("map", _mapping), ("timestamp", _text)):
        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", made)
    return Loader


def _text(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


def _integer(loader: Any, node: Any) -> int | Number:
    text = node.value.replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    for prefix, base in (("0x", 16), ("0b", 2), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    octal = len(digits) > 1 and digits.startswith("0") and not set(digits) & {"8", "9"}
    return sign * int(digits, 8 if octal else 10)


def _float(loader: Any, node: Any) -> int | Number:
    text = node.value.replace("_", "").lower()
    if text.lstrip("+-") in {".inf", ".nan"}:
        raise ValueError(f"json: unsupported value: {text}")
    found = float(text)
    return int(found) if found.is_integer() and abs(found) < 1e21 else Number(repr(found))  # noqa: PLR2004


def _mapping(loader: Any, node: Any) -> Any:
    made: dict[str, Any] = {}
    yield made
    loader.flatten_mapping(node)
    for name, value in node.value:
        made[_key(loader.construct_object(name, deep=True))] = loader.construct_object(value, deep=True)


def _key(name: Any) -> str:
    if name.__class__ is str:
        return str(name)
    if name is None:
        return "null"
    if name.__class__ is bool:
        return "true" if name else "false"
    if name.__class__ in {int, Number}:
        return str(getattr(name, "text", name))
    raise ValueError(f"yaml: unsupported map key of type {type(name).__name__}")
