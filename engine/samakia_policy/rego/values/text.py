"""Values written as terms, as OPA shows them in messages and in strings that are put together."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.values.collections import pairs
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.quote import quoted

_CONSTANTS = {None: "null", True: "true", False: "false"}


def written(value: Any) -> str:
    """Return a value as a term of the language."""
    kind = value.__class__
    if kind is str:
        return quoted(value)
    if kind is int:
        return str(value)
    if kind is Number:
        return value.text  # type: ignore[no-any-return]
    if value is None or kind is bool:
        return _CONSTANTS[value]
    if kind is list:
        return f"[{', '.join([written(item) for item in value])}]"
    if kind is dict:
        shown = [f"{written(name)}: {written(item)}" for name, item in pairs(value)]
        return f"{{{', '.join(shown)}}}"
    return f"{{{', '.join([written(item) for item in value])}}}" if len(value) else "set()"


def shown(value: Any) -> str:
    """Return a string as it is, any other value as a term."""
    return value if value.__class__ is str else written(value)
