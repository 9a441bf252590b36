"""Regular expressions, on RE2 as OPA's: nothing that can run away."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise BuiltinFault(f"error parsing regexp: {error}") from None


@builtin("regex.match")
def match(pattern: Any, value: Any) -> bool:
    """Return whether a pattern matches anywhere in a string."""
    return _compiled(string(pattern, 1)).search(string(value, 2)) is not None
