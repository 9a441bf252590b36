"""What `eval` prints: results, errors, measurements and coverage, in OPA's formats."""

from __future__ import annotations

import sys
from typing import Any

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.tools.go_json import compact, indented, plain
from samakia_policy.rego.tools.problems import Problem, listed


@slotted()
class Row:
    """One result: expressions as (value, text, row, column), and bindings; values as JSON has them."""

    expressions: list[tuple[Any, str, int, int]]
    bindings: dict[str, Any]


@slotted()
class Output:
    """All that one evaluation has to say."""

    errors: list[Problem] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    metrics: dict[str, int] | None = None
    explanation: list[dict[str, Any]] = field(default_factory=list)
    explained: str = ""
    profile: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, Any] | None = None
    plan: str = ""


def row_of(result: Any) -> Row:
    """Return a result of a query as JSON has it."""
    expressions = [(plain(e.value), e.text, e.row, e.col) for e in result.expressions]
    return Row(expressions, {name: plain(result.bindings[name]) for name in sorted(result.bindings)})


def write(output: Output, form: str) -> None:
    """Print an output in a format: results on standard output, errors where OPA puts them; or just a plan."""
    if output.plan:
        sys.stdout.write(output.plan)
    else:
        _FORMS[form](output)


def record(output: Output) -> dict[str, Any]:
    """Return an output as the one JSON object that the format `json` prints."""
    parts: dict[str, Any] = {
        "errors": [problem.record() for problem in output.errors],
        "result": [_row_record(row) for row in output.rows],
        "metrics": output.metrics,
        "explanation": output.explanation,
        "profile": output.profile,
        "coverage": output.coverage,
    }
    return {name: part for name, part in parts.items() if part}


def _row_record(row: Row) -> dict[str, Any]:
    expressions = [
        {"value": value, "text": text, "location": {"row": line, "col": column}}
        for value, text, line, column in row.expressions
    ]
    return {"expressions": expressions} | ({"bindings": row.bindings} if row.bindings else {})


def _json(output: Output) -> None:
    sys.stdout.write(indented(record(output)))


def _discard(output: Output) -> None:
    made = record(output)
    if "result" in made:
        made["result"] = "discarded"
    sys.stdout.write(indented({name: made[name] for name in sorted(made)}))


def _errors(output: Output) -> bool:
    if output.errors:
        sys.stderr.write(listed(output.errors) + "\n")
    return bool(output.errors)


def _bindings(output: Output) -> None:
    if not _errors(output):
        for row in output.rows:
            sys.stdout.write(indented(row.bindings))


def _values(output: Output) -> None:
    if not _errors(output):
        for row in output.rows:
            sys.stdout.write(indented([value for value, *_ in row.expressions]))


def _raw(output: Output) -> None:
    if not _errors(output):
        for row in output.rows:
            values = [value for value, *_ in row.expressions]
            sys.stdout.write(" ".join(v if v.__class__ is str else compact(v) for v in values) + "\n")


def _pretty(output: Output) -> None:
    from samakia_policy.rego.tools.table import draw

    sys.stdout.write(output.explained)
    if not _errors(output):
        sys.stdout.write(_pretty_rows(output.rows) if output.rows else "undefined\n")
    if output.metrics:
        sys.stdout.write(
            draw([[name, str(n)] for name, n in sorted(output.metrics.items())], ("Metric", "Value"))
        )
    if output.profile:
        sys.stdout.write(_pretty_profile(output.profile))
    if output.coverage is not None:
        sys.stdout.write(draw([["Overall Coverage", f"{output.coverage['coverage']:.2f}"]]))


def _pretty_rows(rows: list[Row]) -> str:
    from samakia_policy.rego.tools.table import draw

    first = rows[0]
    flags = [value.__class__ is bool for value, *_ in first.expressions]
    if len(rows) == 1 and not first.bindings and (len(flags) == 1 or all(flags)):
        return indented(first.expressions[0][0])
    shown = [index for index, flag in enumerate(flags) if not flag or not first.bindings]
    names = list(first.bindings)
    header = [first.expressions[index][1] for index in shown] + names
    cells = [
        [compact(row.expressions[index][0]) for index in shown]
        + [compact(row.bindings[name]) for name in names]
        for row in rows
    ]
    return draw(cells, header)


def _pretty_profile(profile: list[dict[str, Any]]) -> str:
    from samakia_policy.rego.tools.durations import duration
    from samakia_policy.rego.tools.table import draw

    rows = []
    for entry in profile:
        at = entry["location"]
        where = f"{at['file']}:{at['row']}" if at["file"] else entry.get("text", f"{at['row']}:{at['col']}")
        counts = [str(entry[name]) for name in ("num_eval", "num_redo", "num_gen_expr")]
        rows.append([duration(entry["total_time_ns"]), *counts, where])
    return draw(rows, ("Time", "Num Eval", "Num Redo", "Num Gen Expr", "Location"))


_FORMS = {
    "json": _json,
    "discard": _discard,
    "bindings": _bindings,
    "values": _values,
    "raw": _raw,
    "pretty": _pretty,
}
