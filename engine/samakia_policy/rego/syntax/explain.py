"""Faults for people: the line, a caret under the place, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samakia_policy.rego.errors import Details

if TYPE_CHECKING:
    from samakia_policy.rego.errors import Fault

_SPACES = b"\t\n\v\f\r \x85\xa0"
_WINDOW = 4_096


def details(text: str, offset: int) -> Details:
    """Return what OPA adds to a parse error: the line of the last character that is no space, its byte."""
    raw = text.encode("utf-8", "surrogatepass")
    at = len(text[:offset].encode("utf-8", "surrogatepass"))
    at = min(at, len(raw) - 1)
    while at > 0 and raw[at] in _SPACES:
        at -= 1
    begin = at
    while begin > 0 and raw[begin] not in b"\r\n":
        begin -= 1
    if begin < len(raw) and raw[begin : begin + 1] in (b"\r", b"\n"):
        begin += 1
    end = max(at, 0)
    while end < len(raw) and raw[end] not in b"\r\n":
        end += 1
    begin = min(begin, end)
    line = raw[begin:end].decode("utf-8", "replace")
    shown = line.lstrip("\t")
    indent = max(at - begin - (len(line) - len(shown)), 0)
    return Details({"line": line, "idx": at - begin}, (shown, " " * indent + "^"))


def show(fault: Fault, text: str) -> str:
    """Return a fault as a few lines: place, code and message, the source line with a caret, and the hint."""
    lines = [str(fault)]
    if fault.location and 0 < fault.location.row <= text.count("\n") + 1:
        lines += _excerpt(text.split("\n")[fault.location.row - 1].rstrip("\r"), fault)
    if fault.hint:
        lines.append(f"hint: {fault.hint}")
    return "\n".join(lines)


def _excerpt(line: str, fault: Fault) -> list[str]:
    assert fault.location
    width = len(str(fault.location.row))
    column = max(fault.location.col - 1, 0)
    first = max(column - 60, 0)
    shown, before = line[first : first + 120], line[first:column]
    caret = "".join("\t" if char == "\t" else " " for char in before)
    return [f" {fault.location.row} | {shown}", f" {' ' * width} | {caret}^"]
