"""JSON text to values and back: numbers exactly as written, keys sorted, sets as arrays in OPA's order."""

from __future__ import annotations

import json
from typing import Any

from samakia_policy.rego.values.collections import Set, Value, pairs
from samakia_policy.rego.values.number import Number


def load(text: str | bytes) -> Value:
    """Return the value of a JSON text; raises ValueError. Of a repeated key the last wins, as in OPA."""
    try:
        import msgspec
    except ImportError:
        return json.loads(text, parse_float=Number, parse_int=_integer, parse_constant=_refuse)
    try:
        return msgspec.json.Decoder(float_hook=Number).decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None


def _refuse(name: str) -> Value:
    raise ValueError(f"{name} is no JSON")


def _integer(text: str) -> int | Number:
    return int(text) if len(text) < 4_000 else Number(text)


def dump(value: Value) -> str:
    """Return a value's JSON text as OPA writes it, on one line."""
    out: list[str] = []
    _write(value, out)
    return "".join(out)


def _write(value: Any, out: list[str]) -> None:
    kind = value.__class__
    if kind is str:
        out.append(_text(value))
    elif value is None or kind is bool:
        out.append("null" if value is None else str(value).lower())
    elif kind is int:
        out.append(str(value))
    elif kind is Number:
        out.append(value.text)
    elif kind is dict:
        _write_object(value, out)
    else:
        _write_items(value, out)


def _write_object(value: dict[Any, Any], out: list[str]) -> None:
    out.append("{")
    for number, (name, item) in enumerate(_named(value)):
        out.append(f"{',' if number else ''}{_text(name)}:")
        _write(item, out)
    out.append("}")


def _named(value: dict[Any, Any]) -> list[tuple[str, Any]]:
    named = [(name if name.__class__ is str else dump(name), item) for name, item in pairs(value)]
    return sorted(named, key=lambda pair: pair[0])


def _write_items(value: list[Any] | Set, out: list[str]) -> None:
    out.append("[")
    for number, item in enumerate(value):
        if number:
            out.append(",")
        _write(item, out)
    out.append("]")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
