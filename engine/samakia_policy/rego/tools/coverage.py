"""Coverage as OPA reports it: ranges of heads and expressions that were evaluated, and that were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from samakia_policy.rego.slotted import field_names
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.tools.recorder import Recorder, Seen, chain

Range = tuple[int, int, int, int]
_ALL = 100.0


def report(modules: list[n.Module], compiled: dict[str, n.Module], recorder: Recorder) -> dict[str, Any]:
    """Return the report over modules as parsed; compiled, they hold what OPA counts as evaluated."""
    files = {}
    lines = missed = 0
    by_file = {module.file: module for module in compiled.values()}
    for module in modules:
        covered = sorted(_covered(module, by_file[module.file], recorder.seen))
        inner = sorted(set(_ranges(module)) - set(covered))
        shown = [wanted for wanted in inner if not any(_within(wanted, outer) for outer in covered)]
        kinds = _covered(module, by_file[module.file], recorder.excluded) | set(covered)
        found = _file(covered, shown, kinds)
        if found:
            files[module.file] = found
        lines += found.get("covered_lines", 0)
        missed += found.get("not_covered_lines", 0)
    total = lines + missed
    share = _ALL * lines / total if total else 0.0
    ordered = {name: files[name] for name in sorted(files)}
    return {"files": ordered, "covered_lines": lines, "not_covered_lines": missed, "coverage": share}


def missed_lines(found: dict[str, Any]) -> list[str]:
    """Return the lines that were not covered, as `file:row` or `file:row-row`."""
    lines = []
    for name, file in found["files"].items():
        rows = sorted(_rows(_range(entry) for entry in file.get("not_covered", [])))
        for start, end in _spans(rows):
            lines.append(f"{name}:{start}" if start == end else f"{name}:{start}-{end}")
    return lines


def _file(covered: list[Range], missed: list[Range], kinds: set[Range]) -> dict[str, Any]:
    counted, uncounted = len(_rows(covered)), len(_rows(missed))
    total = counted + uncounted
    parts = {
        "covered": [_record(one) for one in covered],
        "not_covered": [
            _record(one) | ({"kinds": ["index_excluded"]} if any(_within(one, k) for k in kinds) else {})
            for one in missed
        ],
        "covered_lines": counted,
        "not_covered_lines": uncounted,
        "coverage": _ALL * counted / total if total else 0.0,
    }
    return {name: part for name, part in parts.items() if part}


def _covered(module: n.Module, compiled: n.Module, seen: Seen) -> set[Range]:
    found: set[Range] = set()
    for top in module.rules:
        for rule in chain(top):
            if _start(rule.location) in seen.gave:
                found.add(_of(rule.head.location))
    for top in compiled.rules:
        for rule in chain(top):
            start = _start(rule.location)
            ranges = _evaluated(rule.body, seen, start in seen.asked, start in seen.gave, rule)
            found.update(ranges)
            if start in seen.gave:
                for body in _bodies(rule.head):
                    found.update(_evaluated(body, seen, True, False))
    return found


def _evaluated(
    body: n.Body, seen: Seen, entered: bool, passed: bool, rule: n.Rule | None = None
) -> Iterator[Range]:
    """The literals of a body that were evaluated: those that left traces, all before one, and the first."""
    after = passed
    ranks = _ranks(body)
    for index, expr in reversed(list(enumerate(body))):
        lines = seen.lines.get(_start(expr.location), ())
        after = after or ranks[index] < len(lines) or (entered and index == 0)
        if after and expr.location is not None:
            yield _expression(expr, rule)
        for inner in _bodies(expr):
            yield from _evaluated(inner, seen, after, False)


def _ranks(body: n.Body) -> list[int]:
    """How many literals before each start at its place: a literal and what it reads start at one."""
    counts: Counter[tuple[str, int, int]] = Counter()
    ranks = []
    for expr in body:
        start = _start(expr.location)
        ranks.append(counts[start])
        counts[start] += 1
    return ranks


def _start(place: Location | None) -> tuple[str, int, int]:
    return (place.file, place.row, place.col) if place else ("", 0, 0)


def _ranges(module: n.Module) -> Iterator[Range]:
    for top in module.rules:
        for rule in chain(top):
            yield _of(rule.head.location)
            waiting: list[tuple[n.Expr, n.Rule | None]] = [(expr, rule) for expr in rule.body]
            waiting += [(inner, None) for body in _bodies(rule.head) for inner in body]
            while waiting:
                expr, owner = waiting.pop()
                if not isinstance(expr.terms, n.Some):
                    yield _expression(expr, owner)
                waiting += [(inner, None) for body in _bodies(expr) for inner in body]


def _bodies(node: Any) -> Iterator[n.Body]:
    """The bodies inside a literal that are not inside one another."""
    waiting = [node.terms, *node.withs] if isinstance(node, n.Expr) else [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list) and found and isinstance(found[0], n.Expr):
            yield found
        elif isinstance(found, list | tuple):
            waiting += found
        elif isinstance(found, n.Expr):
            yield [found]
        elif isinstance(found, n.Node):
            waiting += [getattr(found, name) for name in field_names(found) if name != "location"]


def _expression(expr: n.Expr, rule: n.Rule | None) -> Range:
    """The range of a literal; of one that stands for a missing body, that of the value."""
    if rule is None or rule.location is None or not _stands_in(expr, rule):
        return _of(expr.location)
    row, column = rule.location.row, rule.location.col
    if rule.default:
        return row, column, row, column + len("default")
    value = rule.head.value or rule.head.key
    return _of(value.location if value is not None and not rule.head.implicit_value else rule.head.location)


def _stands_in(expr: n.Expr, rule: n.Rule) -> bool:
    place, start = expr.location, rule.location
    return place is not None and start is not None and (place.row, place.col) == (start.row, start.col)


def _of(location: Location | None) -> Range:
    if location is None:
        return 0, 0, 0, 0
    *before, last = location.text.split("\n")
    column = len(last) + (1 if before else location.col)
    return location.row, location.col, location.row + len(before), column


def _within(inner: Range, outer: Range) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def _record(one: Range) -> dict[str, Any]:
    return {"start": {"row": one[0], "col": one[1]}, "end": {"row": one[2], "col": one[3]}}


def _range(entry: dict[str, Any]) -> Range:
    start, end = entry["start"], entry["end"]
    return start["row"], start["col"], end["row"], end["col"]


def _rows(ranges: Any) -> set[int]:
    return {row for start, _, end, _ in ranges for row in range(start, end + 1)}


def _spans(rows: list[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    return spans
