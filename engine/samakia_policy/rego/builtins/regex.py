"""Regular expressions, on RE2 as OPA's: nothing that can run away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins import glob_intersection
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import charge_text
from samakia_policy.rego.builtins.operands import integer64, string
from samakia_policy.rego.builtins.regex_plain import LONGEST, matcher
from samakia_policy.rego.builtins.regex_syntax import for_re2, refusal
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

Span = tuple[int, int]
_MEMORY = 64 * 1024 * 1024


@lru_cache(maxsize=4)
def _options(*, captures: bool) -> Any:
    import re2

    made = re2.Options()
    made.log_errors = False
    made.max_mem = _MEMORY
    made.never_capture = not captures
    return made


@lru_cache(maxsize=2048)
def compiled(pattern: str, *, captures: bool = False) -> Any:
    """Return RE2's own object for a pattern; raises BuiltinFault."""
    import re2

    # The wrapper's search costs six times the match itself.
    made = re2._re2.RE2(to_bytes(for_re2(pattern)), _options(captures=captures))
    if not made.ok():
        raise refusal(made.error().decode("utf-8", "replace"), pattern)
    return made


@lru_cache(maxsize=2048)
def _finder(pattern: str) -> Callable[[bytes], bool]:
    import re2

    search, anywhere = compiled(pattern).Match, re2._re2.RE2.Anchor.UNANCHORED

    def found(data: bytes) -> bool:
        return bool(search(anywhere, data, 0, len(data))[0][0] >= 0)

    return found


@builtin("re_match")
@builtin("regex.match")
def match(pattern: Any, value: Any) -> bool:
    """Return whether a pattern matches anywhere in a string."""
    if pattern.__class__ is str and value.__class__ is str:
        if len(value) <= LONGEST and value.isascii() and (quick := matcher(pattern)) is not None:
            return quick(value) is not None
        return _finder(pattern)(to_bytes(value))
    text, subject = string(pattern, 1), string(value, 2)
    return _finder(text)(to_bytes(subject))


@builtin("regex.is_valid")
def is_valid(pattern: Any) -> bool:
    """Return whether a string is a pattern."""
    if pattern.__class__ is not str:
        return False
    try:
        compiled(pattern)
    except BuiltinFault:
        return False
    return True


def _matches(pattern: Any, data: bytes, most: int = -1) -> Iterator[list[Span]]:
    """Return the spans of matches that do not overlap; no empty one right after another match."""
    import re2

    place, before, anywhere = 0, -1, re2._re2.RE2.Anchor.UNANCHORED
    search = pattern.Match
    while most and place <= len(data):
        spans = search(anywhere, data, place, len(data))
        start, end = spans[0]
        if start < 0:
            return
        empty = end == place
        if not empty or start != before:
            yield spans
            most -= 1
        before = end
        place = end + _width(data, end) if empty else end


def _width(data: bytes, place: int) -> int:
    """Return how many bytes the character at a place has; 1 at the end."""
    width = 1
    while place + width < len(data) and data[place + width] & 0xC0 == 0x80:  # noqa: PLR2004 - continues
        width += 1
    return width


@builtin("regex.find_n", context=True)
def find_n(context: Context, pattern: Any, value: Any, most: Any) -> list[str]:
    """Return the first matches, or all of them for a negative number."""
    found, data, limit = _operands(context, pattern, value, most)
    return [to_text(data[spans[0][0] : spans[0][1]]) for spans in _matches(found, data, limit)]


@builtin("regex.find_all_string_submatch_n", context=True)
def find_all_string_submatch_n(context: Context, pattern: Any, value: Any, most: Any) -> list[list[str]]:
    """Return the first matches, or all, each with what its groups matched."""
    found, data, limit = _operands(context, pattern, value, most, captures=True)
    made = []
    for spans in _matches(found, data, limit):
        context.charge(len(spans))
        made.append([to_text(data[start:end]) if start >= 0 else "" for start, end in spans])
    return made


def _operands(
    context: Context, pattern: Any, value: Any, most: Any, *, captures: bool = False
) -> tuple[Any, bytes, int]:
    text, data, limit = string(pattern, 1), to_bytes(string(value, 2)), integer64(most, 3)
    context.charge(len(data) >> 4)
    return compiled(text, captures=captures), data, limit


@builtin("regex.split", context=True)
def split(context: Context, pattern: Any, value: Any) -> list[str]:
    """Return the parts between matches."""
    found, data, _ = _operands(context, pattern, value, -1)
    if pattern and not data:
        return [""]
    parts: list[str] = []
    begin = end = 0
    for spans in _matches(found, data):
        start, stop = spans[0]
        end = start
        if stop:
            parts.append(to_text(data[begin:start]))
        begin = stop
    if end != len(data):
        parts.append(to_text(data[begin:]))
    return parts


@builtin("regex.replace", context=True)
def replace(context: Context, value: Any, pattern: Any, replacement: Any) -> str:
    """Return a string with every match replaced; $1 and ${name} stand for groups."""
    data = to_bytes(string(value, 1))
    found = string(pattern, 2)
    parts = _template(string(replacement, 3), found)
    context.charge(len(data) >> 4)
    made: list[bytes] = []
    begin = size = 0
    for spans in _matches(compiled(found, captures=True), data):
        made.append(data[begin : spans[0][0]])
        for part in parts:
            made.append(part if part.__class__ is bytes else _group(data, spans, part))  # type: ignore[arg-type]
            size += len(made[-1])
        charge_text(context, size)
        begin = spans[0][1]
    made.append(data[begin:])
    return to_text(b"".join(made))


def _group(data: bytes, spans: list[Span], number: int) -> bytes:
    if number >= len(spans) or spans[number][0] < 0:
        return b""
    return data[spans[number][0] : spans[number][1]]


_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


@lru_cache(maxsize=1024)
def _template(replacement: str, pattern: str) -> list[bytes | int]:
    """Return a replacement as text and numbers of groups."""
    names = {
        name.decode(): number for name, number in compiled(pattern, captures=True).NamedCapturingGroups()
    }
    parts: list[bytes | int] = []
    begin = 0
    for reference in _REFERENCE.finditer(replacement):
        parts.append(to_bytes(replacement[begin : reference.start()]))
        begin = reference.end()
        name = reference[2] or reference[3]
        if reference[1]:
            parts.append(b"$")
        elif re.fullmatch("0|[1-9][0-9]{0,8}", name):
            parts.append(int(name))
        elif name in names:
            parts.append(names[name])
    parts.append(to_bytes(replacement[begin:]))
    return [part for part in parts if part != b""]


@builtin("regex.template_match")
def template_match(template: Any, value: Any, start: Any, end: Any) -> bool:
    """Return whether a string fits a template with patterns between delimiters."""
    text, data = string(template, 1), string(value, 2)
    first, last = string(start, 3).encode(), string(end, 4).encode()
    if len(first) != 1:
        raise BuiltinFault(f"start delimiter has to be exactly one character long but is {len(first)} long")
    if len(last) != 1:
        raise BuiltinFault(f"end delimiter has to be exactly one character long but is {len(first)} long")
    return _finder(_from_template(text, first.decode(), last.decode()))(to_bytes(data))


@lru_cache(maxsize=1024)
def _from_template(template: str, first: str, last: str) -> str:
    made, begin = "^", 0
    for start, end in _delimited(template, first, last):
        inner = template[start + 1 : end - 1]
        made += f"{_literal(template[begin:start])}({inner})"
        compiled(f"^{inner}$")
        begin = end
    return f"{made}{_literal(template[begin:])}$"


def _delimited(template: str, first: str, last: str) -> list[Span]:
    """Return the outermost pairs of delimiters; raises BuiltinFault where they do not balance."""
    level, start, found = 0, 0, []
    for place, char in enumerate(template):
        if char == first:
            level += 1
            start = place if level == 1 else start
        elif char == last:
            level -= 1
            if level == 0:
                found.append((start, place + 1))
        if level < 0:
            break
    if level:
        raise BuiltinFault(f"unbalanced braces in {quoted(template)}")
    return found


def _literal(text: str) -> str:
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)


@builtin("regex.globs_match", context=True)
def globs_match(context: Context, left: Any, right: Any) -> bool:
    """Return whether some string fits both patterns, of characters, dots, sets, * and +."""
    return glob_intersection.intersect(context, string(left, 1), string(right, 2))
