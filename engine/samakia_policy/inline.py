"""Waivers written beside what they excuse: `# policy:waive <rule> until=YYYY-MM-DD <reason>`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from samakia_policy.errors import InputError
from samakia_policy.model.decision import Finding, RuleResult
from samakia_policy.model.waiver import Waiver, read_waiver

MAX_BYTES = 8 << 20
"""Bytes of a file that is searched for waivers."""
_MARK = b"policy:waive"
_WAIVER = re.compile(r"policy:waive\s+(\S+)\s+until=(\S+)\s*(.*?)\s*(?:\*/|-->)?\s*$")


def inline_waivers(root: str, results: Sequence[RuleResult]) -> list[Waiver]:
    """Return the waivers on the lines of findings, and on the lines above them; raises InputError.

    Nobody signed them: they count in a check, and never in a gate.
    """
    files: dict[str, list[str]] = {}
    found = {
        waiver: None
        for result in results
        for finding in result.findings
        for waiver in _of_finding(root, files, finding)
    }
    return list(found)


def _of_finding(root: str, files: dict[str, list[str]], finding: Finding) -> Iterator[Waiver]:
    for detail in finding.details:
        where = detail.location
        if where.line is None or where.path.startswith("@"):
            continue
        if where.path not in files:
            files[where.path] = _lines(os.path.join(root, where.path))
        for number in (where.line, where.line - 1):
            line = files[where.path][number - 1 : number]
            match = _WAIVER.search(line[0]) if line else None
            if match is not None and match[1] == finding.rule:
                pointer = where.pointer or ""
                yield _waiver(match, finding.subject, pointer, f"{where.path}:{number}")


def _waiver(match: re.Match[str], subject: str, pointer: str, where: str) -> Waiver:
    rule, expires, reason = match.groups()
    stated = {"rule": rule, "subject": subject, "reason": reason, "owner": "inline", "expires": expires}
    try:
        return read_waiver({**stated, "pointer": pointer}, source=where)
    except ValueError as error:
        hint = "# policy:waive DOMAIN/RULE until=2026-01-31 why it is so"
        raise InputError(f"the waiver is faulty: {error}", where=where, hint=hint) from None


def _lines(path: str) -> list[str]:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
    except OSError:
        return []
    return data.decode("utf-8", "replace").splitlines() if _MARK in data else []
