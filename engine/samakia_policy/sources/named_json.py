"""JSON as Conftest reads it: the last of equal keys counts, and a fraction is the nearest binary number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from samakia_policy.rego.values import json_text
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.yaml_text import as_float
from samakia_policy.sources.plan_json import is_too_deep

_BOM = b"\xef\xbb\xbf"


def read_json(data: bytes) -> Any:
    """Return a value; integers keep every digit. Raises ValueError, and RecursionError past MAX_DEPTH."""
    import msgspec

    data = data.removeprefix(_BOM)
    if is_too_deep(data):
        raise RecursionError
    try:
        return _decoder().decode(data)
    except msgspec.DecodeError:
        # Long integers and escapes of half characters are for the slower reader, as are its words.
        return json_text.load(data)


@lru_cache(maxsize=1)
def _decoder() -> Any:
    import msgspec

    return msgspec.json.Decoder(float_hook=_number)


def _number(text: str) -> int | Number:
    found = float(text)
    return as_float(found) if abs(found) != float("inf") else Number(text)
