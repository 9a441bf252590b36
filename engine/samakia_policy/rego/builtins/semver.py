"""Semantic versions."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted

_NUMBER = "(0|[1-9][0-9]{0,18})"
_NAMES = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_NAMES}))?(?:\+{_NAMES})?", re.ASCII)
_LEADING_ZERO = re.compile(r"0[0-9]+", re.ASCII)
_LARGEST = (1 << 63) - 1

Version = tuple[tuple[int, ...], list[str]]


@builtin("semver.is_valid")
def is_valid(value: Any) -> bool:
    """Return whether a value is a semantic version."""
    return value.__class__ is str and _parsed(value) is not None


@builtin("semver.compare")
def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1 as the first version is older than, the same as or newer than the second."""
    texts = string(left, 1), string(right, 2)
    found = []
    for position, text in enumerate(texts, 1):
        version = _parsed(text)
        if version is None:
            raise BuiltinFault(f"operand {position}: string {quoted(text)} is not a valid SemVer")
        found.append(version)
    (one, before), (two, after) = found
    if one != two:
        return -1 if one < two else 1
    if before == after:
        return 0
    if not before or not after:
        return 1 if not before else -1
    return _compare_names(before, after)


def _parsed(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    numbers = tuple(int(match[place]) for place in (1, 2, 3))
    names = match[4].split(".") if match[4] else []
    if max(numbers) > _LARGEST or any(_LEADING_ZERO.fullmatch(name) for name in names):
        return None
    return numbers, names


def _compare_names(left: list[str], right: list[str]) -> int:
    for one, two in zip(left, right, strict=False):
        if _key(one) != _key(two):
            return -1 if _key(one) < _key(two) else 1
    return (len(left) > len(right)) - (len(left) < len(right))


def _key(name: str) -> tuple[bool, int, str]:
    """Return what orders identifiers: numbers, as far as a machine integer goes, before words."""
    if name.isdecimal():
        return False, min(int(name), _LARGEST) if len(name) < 1000 else _LARGEST, ""  # noqa: PLR2004
    return True, 0, name
