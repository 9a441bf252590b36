"""Faults for people: the line, a caret under the place, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samakia_policy.rego.errors import Details

if TYPE_CHECKING:
    from samakia_policy.rego.errors import Fault

_SPACES = " \t\n\v\f\r"


def details(text: str, offset: int) -> Details:
    """Return what OPA adds to a parse error: the line of the last character that is no space, its byte."""
    at = min(offset, len(text) - 1)
    past_end = at < offset
    while at > 0 and text[at] in _SPACES:
        at -= 1
        past_end = False
    if at < 0:
        return Details({"line": "", "idx": 0}, ("", "^"))
    begin = max(text.rfind("\n", 0, at + 1), text.rfind("\r", 0, at + 1)) + 1
    ends = [found for found in (text.find("\n", at), text.find("\r", at)) if found >= 0]
    line = text[min(begin, at + 1) : min(ends, default=len(text))]
    index = _bytes(text[begin:at]) + (_bytes(text[at]) - 1 if past_end else 0)
    if begin > at:
        line, index = "", -1
    shown = line.lstrip("\t")
    indent = max(index - (len(line) - len(shown)), 0)
    return Details({"line": line, "idx": index}, (shown, " " * indent + "^"))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


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
