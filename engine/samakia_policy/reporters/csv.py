"""Findings and unknowns as rows (RFC 4180), for spreadsheets that may not be made to run anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = (
    "kind", "rule", "severity", "outcome", "effective", "subject", "message", "path", "line", "column",
    "pointer", "remediation", "controls", "packs", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report(decision: Mapping[str, Any]) -> str:
    """Return a row for every hit of every finding, and for every unknown. `decision`: as it is written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for row in (*_findings(decision), *_unknowns(decision)):
        writer.writerow([_harmless(row.get(name)) for name in _HEAD])
    return out.getvalue()


def _findings(decision: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for finding in decision["findings"]:
        for detail in finding["details"]:
            lists = {name: "; ".join(finding[name]) for name in ("controls", "packs")}
            yield {"kind": "finding", **finding, **lists, **detail["location"], "message": detail["message"]}


def _unknowns(decision: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for unknown in decision["unknowns"]:
        place = {name: value for name, value in unknown["location"].items() if name != "pointer"}
        yield {"kind": "unknown", **unknown, **place, "outcome": "unknown", "message": unknown["why"]}


def _harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
