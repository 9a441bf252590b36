"""An explanation as people read it: literals in the order they were tried, with what they read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from samakia_policy.reporters.escape import visible

Told = dict[str, Any]
_INDENT = "  "
_WIDEST = 100
_ENDED = {"fail": "a finding", "unknown": "unknown", "pass": "no finding"}
_KINDS = {"complete": "rule", "set": "rule", "object": "rule", "comp": "comprehension"}


def text(told: Told) -> str:
    """Return an explanation as text; names from the estate are harmless on a terminal."""
    lines = [line for part in (_head(told), _asked(told), _python(told), _notes(told)) for line in part]
    return "".join(f"{visible(line.rstrip())}\n" for line in lines)


def _head(told: Told) -> Iterator[str]:
    yield f"{told['subject']}: {_ENDED.get(told['outcome'], told['outcome'])}"
    if told["location"]:
        yield f"  at {_place(told['location'])}"
    why = f" ({told['reason']})" if told["reason"] else ""
    yield f"  the rule as a whole: {told['rule_outcome']}{why}"
    for finding in told["findings"]:
        for detail in finding["details"]:
            yield f"  finding at {_place(detail['location'])}: {detail['message']}"
    for unknown in told["unknowns"]:
        yield f"  unknown at {_place(unknown['location'])}: {unknown['pointer']} {unknown['why']}"


def _asked(told: Told) -> Iterator[str]:
    if told["rule"]["language"] == "rego" and "clauses" not in told:
        yield "  so the rule did not run" if told["reason"] else "  the rule did not run"
    for clause in told.get("clauses", ()):
        yield ""
        yield from _body(clause, 0)
    if told.get("helpers"):
        yield ""
        yield "what these looked into:"
        for helper in told["helpers"]:
            yield from _body(helper, 1)


def _body(told: Told, depth: int) -> Iterator[str]:
    margin = _INDENT * depth
    kind = _KINDS.get(told["kind"], told["kind"])
    name = f" {told['name']}" if kind in ("rule", "function", "else") else ""
    gave = f" gave {_value(told['result'])}" if "result" in told else ""
    yield f"{margin}{kind}{name}, {told['file']}:{told['line']}{gave}"
    yield from _level(told["turns"], depth + 1)
    for element in told.get("elements", ()):
        yield from _body(element, depth + 1)
    if not told["turns"] and not told.get("elements"):
        yield f"{margin}  nothing here concerns the subject"
    if told.get("others"):
        yield f"{margin}  ({told['others']} other turns are not shown)"
    if not told["turns"]:
        for end in told.get("ends", ()):
            yield f"{margin}    {end['turns']} fail at {end['line']}  {end['text']}"


def _level(literals: list[Told], depth: int) -> Iterator[str]:
    """Yield literals that were tried one after the other; of several turns, each by its number."""
    while len(literals) == 1:
        yield from _literal(literals[0], depth)
        literals = literals[0].get("next", [])
    for number, literal in enumerate(literals, 1):
        yield f"{_INDENT * depth}turn {number}:"
        yield from _level([literal], depth + 1)


def _literal(told: Told, depth: int) -> Iterator[str]:
    margin = _INDENT * depth
    inner = f"{margin}{_INDENT * 6}"
    if told["text"]:
        yield f"{margin}{'holds ' if told['held'] else 'FAILS '}{told['line']:>4}  {told['text']}"
    if told["values"]:
        yield f"{inner}{', '.join(f'{name} = {_value(value)}' for name, value in told['values'].items())}"
    if "gives" in told:
        yield f"{inner if told['text'] else margin}gives {': '.join(map(_value, told['gives']))}"
    for read in told["reads"]:
        yield f"{inner}{_read(read)}"
    for body in told.get("inside", ()):
        yield from _body(body, depth + 3)


def _read(read: Told) -> str:
    if read["location"] is None:
        return f"there is no {read['fact']}"
    where = f"{_place(read['location'])}: {read['fact']}{' ' + read['pointer'] if read['pointer'] else ''}"
    return f"{where} = {_value(read['value'])}" if "value" in read else where


def _value(value: Told) -> str:
    if "undefined" in value:
        return "undefined"
    if "fact" in value:
        return f"<{value['fact']}{value['pointer']}>"
    shown = value["cut"] if "cut" in value else json.dumps(value["value"], ensure_ascii=False)
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"


def _place(location: Told) -> str:
    return f"{location['path']}:{location['line']}" if location["line"] else str(location["path"])


def _python(told: Told) -> Iterator[str]:
    if told["rule"]["language"] != "python" or "lines" not in told:
        return
    yield ""
    yield f"{told['rule']['path']}: lines that ran with the subject's facts"
    for line in told["lines"]:
        yield f"  {line['line']:>4}  {line['text']}"
    if not told["lines"]:
        yield "  none: the rule read nothing about it"
        return
    yield "facts read:"
    for read in told["reads"]:
        yield f"  {_read(read)}"


def _notes(told: Told) -> Iterator[str]:
    if "broken" in told:
        broken = told["broken"]
        yield ""
        yield f"the rule broke at {broken['file']}:{broken['line']}: {broken['text']}"
        yield f"  {broken['code']}: {broken['message']}"
    if told.get("planned"):
        yield "the evaluation is long, so loops looked into indexes: turns that these left out are not told"
    if told.get("left_out"):
        yield f"{told['left_out']} literals more were tried than are recorded (limit MOST_STEPS)"
