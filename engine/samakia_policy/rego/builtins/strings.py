"""Strings: search, cut, replace, join."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import charge_items, charge_text
from samakia_policy.rego.builtins.operands import ElementFault, a_collection, integer64, number, obj, string
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OPERAND, BuiltinFault
from samakia_policy.rego.values.arithmetic import floated, truncated
from samakia_policy.rego.values.collections import pairs
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

# What Go takes for white space.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _pair(name: str, doc: str, function: Callable[[str, str], Any]) -> None:
    def of_two(one: Any, two: Any) -> Any:
        if one.__class__ is str and two.__class__ is str:
            return function(one, two)
        return function(string(one, 1), string(two, 2))

    of_two.__doc__ = doc
    builtin(name)(of_two)


_pair("contains", "Return whether the second string is in the first.", lambda one, two: two in one)
_pair("startswith", "Return whether the first string starts with the second.", str.startswith)
_pair("endswith", "Return whether the first string ends with the second.", str.endswith)
_pair("trim", "Return a string without the given characters at both ends.", lambda one, two: one.strip(two))
_pair(
    "trim_left",
    "Return a string without the given characters at its start.",
    lambda one, two: one.lstrip(two),
)
_pair(
    "trim_right", "Return a string without the given characters at its end.", lambda one, two: one.rstrip(two)
)
_pair("trim_prefix", "Return a string without the given start.", str.removeprefix)
_pair("trim_suffix", "Return a string without the given end.", str.removesuffix)
_pair("strings.count", "Return how often the second string is in the first.", str.count)


@builtin("lower")
def lower(value: Any) -> str:
    """Return a string in lower case, letter by letter."""
    text = string(value, 1)
    return text.lower() if text.isascii() else "".join([_single(char, char.lower()) for char in text])


@builtin("upper")
def upper(value: Any) -> str:
    """Return a string in upper case, letter by letter."""
    text = string(value, 1)
    return text.upper() if text.isascii() else "".join([_single(char, char.upper()) for char in text])


_CASES = {"İ": "i", "ẞ": "ß"}


def _single(char: str, changed: str) -> str:
    """Return the changed letter, or, where Python would write several, what the simple mapping gives."""
    if len(changed) == 1:
        return changed
    title = char.title()
    return _CASES.get(char) or (title if len(title) == 1 else char)


@builtin("trim_space")
def trim_space(value: Any) -> str:
    """Return a string without white space at both ends."""
    return string(value, 1).strip(_SPACE)


@builtin("strings.reverse")
def reverse(value: Any) -> str:
    """Return the characters in opposite order."""
    return string(value, 1)[::-1]


@builtin("concat", context=True)
def concat(context: Context, separator: Any, values: Any) -> str:
    """Return strings joined by a separator."""
    between = string(separator, 1)
    items = a_collection(values, 2, "set, array")
    try:
        # Without a separator the result is no longer than the operand.
        if between and len(items) > 1:
            charge_text(context, sum(map(len, items)) + len(between) * (len(items) - 1))
        else:
            charge_text(context, sum(map(len, items)))
        return between.join(items)
    except TypeError:
        wrong = next(item for item in items if item.__class__ is not str)
        raise ElementFault(2, values, wrong, "string") from None


@builtin("split", context=True)
def split(context: Context, value: Any, separator: Any) -> list[str]:
    """Return the parts between separators; every character where it is empty."""
    text, between = string(value, 1), string(separator, 2)
    context.charge(len(text) >> 6)
    return text.split(between) if between else list(text)


@builtin("strings.split_n", context=True)
def split_n(context: Context, value: Any, separator: Any, limit: Any) -> list[str]:
    """Return the first `limit` parts, or the last ones for a negative limit."""
    text, between, most = string(value, 1), string(separator, 2), integer64(limit, 3)
    parts: list[str] = split(context, text, between)
    return parts[:most] if most >= 0 else parts[max(len(parts) + most, 0) :]


@builtin("replace", context=True)
def replace(context: Context, value: Any, old: Any, new: Any) -> str:
    """Return a string with every occurrence of one string replaced by another."""
    text, before, after = string(value, 1), string(old, 2), string(new, 3)
    if len(after) > len(before):
        charge_text(context, len(text) + text.count(before) * (len(after) - len(before)))
    return text.replace(before, after) if before else _replaced(text, {before: after})


@builtin("strings.replace_n", context=True)
def replace_n(context: Context, patterns: Any, value: Any) -> str:
    """Return a string with each key replaced by its value, left to right; the first key in order wins."""
    found, text = obj(patterns, 1), string(value, 2)
    changes = {}
    for old, new in pairs(found):
        if old.__class__ is not str:
            raise BuiltinFault("operand 1 non-string key found in pattern object", OPERAND)
        if new.__class__ is not str:
            raise BuiltinFault("operand 1 non-string value found in pattern object", OPERAND)
        changes[old] = new
    if not changes:
        return text
    charge_text(context, (len(text) + 1) * (1 + max(map(len, changes.values()))))
    return _replaced(text, changes)


def _replaced(text: str, changes: dict[str, str]) -> str:
    """Replace as Go's Replacer: at each place the first of the keys that fits."""
    if "" in changes:
        return _replaced_bytes(text, changes)
    if len(changes) == 1:
        ((old, new),) = changes.items()
        return text.replace(old, new)
    # Escaped literals only, tried at each place without repetition: nothing to run away with.
    keys = re.compile("|".join(map(re.escape, changes)), re.DOTALL)
    return keys.sub(lambda match: changes[match[0]], text)


def _replaced_bytes(text: str, changes: dict[str, str]) -> str:
    """Replace with the empty string among the keys: it is found between bytes, and tears characters apart."""
    coded = {to_bytes(old): to_bytes(new) for old, new in changes.items()}
    keys = re.compile(b"|".join(map(re.escape, coded)), re.DOTALL)
    return to_text(keys.sub(lambda match: coded[match[0]], to_bytes(text)))


@builtin("indexof")
def indexof(value: Any, search: Any) -> int:
    """Return where a string is found first, or -1."""
    text, wanted = string(value, 1), string(search, 2)
    if not wanted:
        raise BuiltinFault("empty search character")
    return text.find(wanted)


@builtin("indexof_n", context=True)
def indexof_n(context: Context, value: Any, search: Any) -> list[int]:
    """Return every place where a string is found, also where these overlap."""
    text, wanted = string(value, 1), string(search, 2)
    if not wanted:
        raise BuiltinFault("empty search character")
    found: list[int] = []
    place = text.find(wanted)
    while place >= 0:
        found.append(place)
        place = text.find(wanted, place + 1)
    charge_items(context, len(found))
    return found


@builtin("substring")
def substring(value: Any, offset: Any, length: Any) -> str:
    """Return `length` characters from an offset, or all of them for a negative length."""
    text, start, size = string(value, 1), integer64(offset, 2), integer64(length, 3)
    if start < 0:
        raise BuiltinFault("negative offset")
    return text[start:] if size < 0 else text[start : start + size]


_RADIX = {"2": 2, "8": 8, "10": 10, "16": 16}


@builtin("format_int")
def format_int(value: Any, base: Any) -> str:
    """Return a number in base 2, 8, 10 or 16, without its fraction."""
    from samakia_policy.rego.builtins.go_numbers import in_base

    found = number(value, 1)
    written = number(base, 2)
    radix = _RADIX.get(str(written) if written.__class__ is int else written.text)  # type: ignore[union-attr]
    if radix is None:
        raise BuiltinFault("operand 2 must be one of {2, 8, 10, 16}", OPERAND)
    whole = found if found.__class__ is int else _cut(found)
    return ("-" if whole < 0 else "") + in_base(abs(whole), radix)


def _cut(value: Any) -> int:
    return truncated(floated(value))
