"""The decision for people, as plain text; the same lines in a pipe and on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from samakia_policy.model.decision import Decision, Finding, Location, Unknown
from samakia_policy.model.rule import SEVERITIES, WAIVED
from samakia_policy.reporters.escape import visible

_WORD = {"allow": "ALLOWED", "deny": "DENIED", "unknown": "UNDECIDED"}
_MOST_DETAILS = 8
_MOST_UNKNOWNS = 3


def report(decision: Decision) -> str:
    """Return findings by severity, unknowns, packs, and one line that sums up."""
    lines = [*_findings(decision), *_unknowns(decision), *_packs(decision), *_summary(decision)]
    return "\n".join(lines) + "\n"


def summary(decision: Decision) -> str:
    """Return the last lines only."""
    return "\n".join(_summary(decision)) + "\n"


def _findings(decision: Decision) -> Iterator[str]:
    for severity in reversed(SEVERITIES):
        for finding in decision.findings:
            if finding.severity == severity:
                yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    note = "" if finding.effective else " (not yet effective)"
    note += " (waived)" if finding.outcome == WAIVED else ""
    yield f"{finding.severity.upper():<8} {finding.rule}  {visible(finding.subject)}{note}"
    for detail in finding.details[:_MOST_DETAILS]:
        yield f"         {_place(detail.location)}  {visible(detail.message)}"
    if len(finding.details) > _MOST_DETAILS:
        yield f"         and {len(finding.details) - _MOST_DETAILS} more"
    if finding.remediation:
        yield from textwrap.wrap(
            f"fix: {finding.remediation}", 100, initial_indent=" " * 9, subsequent_indent=" " * 14
        )
    yield ""


def _unknowns(decision: Decision) -> Iterator[str]:
    by_rule: dict[str, list[Unknown]] = {}
    for entry in decision.unknowns:
        by_rule.setdefault(entry.rule, []).append(entry)
    for rule, entries in by_rule.items():
        yield f"UNKNOWN  {rule} ({entries[0].severity})"
        for entry in entries[:_MOST_UNKNOWNS]:
            where, subject = _place(entry.location), visible(entry.subject + entry.pointer)
            yield f"         {where}  {subject}: {visible(entry.why)}"
        if len(entries) > _MOST_UNKNOWNS:
            yield f"         and {len(entries) - _MOST_UNKNOWNS} more; -o json lists them all"
        yield ""


def _place(location: Location) -> str:
    path = visible(location.path)
    column = f":{location.column}" if location.column else ""
    return f"{path}:{location.line}{column}" if location.line else path


def _packs(decision: Decision) -> Iterator[str]:
    for pack in decision.packs:
        notes = [] if pack.applicable else ["does not apply here"]
        notes += ["incomplete"] if pack.version.startswith("0.") else []
        notes += [f"expects {kind}, which is missing" for kind in pack.missing if pack.applicable]
        yield f"pack {visible(pack.name)} {pack.version}" + (f" ({', '.join(notes)})" if notes else "")
    apart: dict[str, int] = {}
    for rule in decision.rules:
        if rule.outcome == "not_applicable":
            apart[rule.reason] = apart.get(rule.reason, 0) + 1
    for reason, count in sorted(apart.items()):
        yield f"not applicable: {count} rule{'s' * (count > 1)}, {reason}"
    if decision.unread:
        yield f"read without rules: {decision.unread} files"


def _summary(decision: Decision) -> Iterator[str]:
    counts = decision.counts
    yield (
        f"{_WORD[decision.outcome]}: {counts['rules']} rules over {counts['facts']} facts: "
        f"{counts['pass']} passed, {counts['fail']} failed with {counts['findings']} findings, "
        f"{counts['unknown']} unknown, {counts['not_applicable']} not applicable, "
        f"{counts['waived']} waived"
    )
