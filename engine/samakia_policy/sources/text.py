"""Bytes of one file to data: size, encoding, JSON or YAML, and the places of values."""

from __future__ import annotations

from typing import Literal

from samakia_policy.model import values
from samakia_policy.model.document import Fault, Parsed
from samakia_policy.sources.json_text import locate_json, read_json
from samakia_policy.sources.limits import MAX_FAULTS, MAX_FILE_BYTES, too_large
from samakia_policy.sources.places import line_column

Root = Literal["mapping", "any"]

_RESERVED = "the key '{}' is reserved for values that are hidden, write the value itself or leave it out"
_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"


def parse_contract(
    data: bytes,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    root: Root = "mapping",
    flow: bool = True,
    markers: bool = False,
) -> Parsed:
    """Parse a contract: JSON if it starts with { or [, else YAML 1.2.

    Only duplicate keys, reserved keys and a byte order mark are faults that leave data.
    `root` is what the document must be. `flow` lets a text that starts like JSON and is none be
    YAML in flow style; a file named .json has none. `markers` allows the reserved keys, for the
    cases of rules alone.
    """
    parsed = _refused(data, max_bytes)
    if parsed is None:
        text = data.removeprefix(_BOM).decode()
        parsed = _parse(text, flow=flow)
        _check_root(text, parsed, root)
        if not markers:
            _check_reserved(data, parsed)
        _check_mark(data, parsed)
    return parsed


def parse_foreign_yaml(data: bytes, *, max_bytes: int = MAX_FILE_BYTES) -> Parsed:
    """Parse the YAML of a workflow as its tool does: `on:` and every other key stays text."""
    parsed = _refused(data, max_bytes)
    if parsed is None:
        from samakia_policy.sources.yaml_text import parse_lenient_yaml  # imports PyYAML

        parsed = parse_lenient_yaml(data.removeprefix(_BOM).decode())
    return parsed


def locate(data: bytes, syntax: str, pointer: str) -> tuple[int, int]:
    """Return the line and column (1-based) of the value at a pointer, or of its nearest parent."""
    text = data.removeprefix(_BOM).decode(errors="replace")
    if syntax == "json":
        return locate_json(text, pointer)
    from samakia_policy.sources.yaml_text import locate_yaml  # imports PyYAML

    return locate_yaml(text, pointer)


def _refused(data: bytes, max_bytes: int) -> Parsed | None:
    """Return the refusal of bytes that are too many or not UTF-8."""
    syntax = _syntax(data)
    if len(data) > max_bytes:
        return Parsed(None, [Fault(too_large(len(data), max_bytes), 1, 1)], syntax)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].removeprefix(_BOM).decode()
        place = line_column(before, len(before))
        return Parsed(None, [Fault(f"not UTF-8 at byte {error.start}", *place)], syntax)
    return None


def _syntax(data: bytes) -> str:
    """Return "json" when the first significant byte is { or [, else "yaml"."""
    start = 3 if data.startswith(_BOM) else 0
    first = data[start : start + 4096].lstrip(_SPACE)[:1] or data[start:].lstrip(_SPACE)[:1]
    return "json" if first in (b"{", b"[") else "yaml"


def _parse(text: str, *, flow: bool) -> Parsed:
    if text.lstrip(_SPACE.decode())[:1] not in ("{", "["):
        return _parse_yaml(text)[0]
    parsed, broken = read_json(text)
    # A fault before the syntax error (NaN, say) shows that JSON was meant.
    if broken and flow and len(parsed.faults) == 1:
        other, unreadable = _parse_yaml(text)
        if not unreadable:
            return other
    return parsed


def _parse_yaml(text: str) -> tuple[Parsed, bool]:
    from samakia_policy.sources.yaml_text import read_yaml  # imports PyYAML

    return read_yaml(text)


def _check_root(text: str, parsed: Parsed, root: Root) -> None:
    """Refuse a document whose root is not what it must be."""
    if root == "any" or parsed.data is None or isinstance(parsed.data, dict):
        return
    what = "a list" if isinstance(parsed.data, list) else "a single value"
    place = locate(text.encode(), parsed.syntax, "")
    parsed.faults.append(Fault(f"the document is {what}, it must be a mapping", *place))
    parsed.data = None


def _check_mark(data: bytes, parsed: Parsed) -> None:
    if data.startswith(_BOM):
        parsed.faults.insert(0, Fault("the file starts with a byte order mark, remove it", 1, 1))


def _check_reserved(data: bytes, parsed: Parsed) -> None:
    """Refuse markers that an author wrote: what they hide would be taken for what nobody can know."""
    # A key can be written as it is, or with escapes: without either there is none to look for.
    if b"$unknown" not in data and b"$redacted" not in data and b"\\" not in data:
        return
    for pointer, marker in values.markers(parsed.data):
        for key in (values.UNKNOWN, values.REDACTED):
            if key in marker and len(parsed.faults) < MAX_FAULTS:
                parsed.faults.append(Fault(_RESERVED.format(key), pointer=f"{pointer}/{key}"))
