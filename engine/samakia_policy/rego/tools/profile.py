"""The profile of an evaluation: how often the literals were evaluated, and how long that took."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.tools.recorder import Recorder

_ORDER = ["total_time_ns", "num_eval", "num_redo", "num_gen_expr", "file", "line"]


def profile(recorder: Recorder, limit: int, order: list[str]) -> list[dict[str, Any]]:
    """Return a record per literal, the most expensive first; `order` names what decides, in order."""
    records = []
    for place, lines in recorder.seen.lines.items():
        file, row, column = place
        counts = [lines[line] for line in sorted(lines)]
        records.append(
            {
                "total_time_ns": recorder.time[place],
                "num_eval": sum(counts),
                "num_redo": sum(counts[1:]),
                "num_gen_expr": len(counts),
                "location": {"file": file, "row": row, "col": column},
            }
        )
    keys = [*order, *(name for name in _ORDER if name not in order)]
    records.sort(key=lambda record: [_rank(record, name) for name in keys])
    return records[:limit] if limit > 0 else records


def _rank(record: dict[str, Any], name: str) -> Any:
    if name == "file":
        return record["location"]["file"]
    return record["location"]["row"] if name == "line" else -record[name]
