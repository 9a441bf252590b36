"""Glob patterns, compiled to RE2: as many stars as one likes, and still linear."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins.glob_syntax import to_regex
from samakia_policy.rego.builtins.operands import ElementFault, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OperandFault
from samakia_policy.rego.values.raw_bytes import to_bytes


@lru_cache(maxsize=2048)
def _matcher(pattern: str, delimiters: str) -> Callable[[bytes], bool]:
    import re2

    from samakia_policy.rego.builtins.regex import compiled

    search, whole = compiled(to_regex(pattern, delimiters)).Match, re2._re2.RE2.Anchor.ANCHOR_BOTH

    def found(data: bytes) -> bool:
        return bool(search(whole, data, 0, len(data))[0][0] >= 0)

    return found


@builtin("glob.match")
def match(pattern: Any, delimiters: Any, value: Any) -> bool:
    """Return whether a string fits a pattern whose * and ? stop at the delimiters."""
    text, stops, subject = string(pattern, 1), _delimiters(delimiters), string(value, 3)
    return _matcher(text, stops)(to_bytes(subject))


def _delimiters(value: Any) -> str:
    if value is None:
        return ""
    if value.__class__ is not list:
        raise OperandFault(2, "one of {array, null}", type_name(value))
    for item in value:
        if item.__class__ is not str:
            raise ElementFault(2, value, item, "string")
        if len(item) != 1:
            raise ElementFault(2, value, item, "rune")
    return "".join(value) or "."


@builtin("glob.quote_meta")
def quote_meta(pattern: Any) -> str:
    """Return a string as a pattern that fits only this string."""
    return re.sub(r"[*?\\\[\]{}]", r"\\\g<0>", string(pattern, 1))
