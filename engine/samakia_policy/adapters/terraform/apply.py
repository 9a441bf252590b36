"""Apply a saved plan from a private copy, then see what became of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.adapters.command import Finished
from samakia_policy.adapters.private_copy import PrivateCopy
from samakia_policy.adapters.terraform.plan import serial
from samakia_policy.adapters.terraform.tool import Tool, summary

APPLIED, FAILED, STALE, INTERRUPTED = "applied", "failed", "stale", "interrupted"
DRIFTED, UNVERIFIED = "drifted", "unverified"
_LOCK = "-lock-timeout=60s"
_CHANGED = 2


@dataclass(slots=True)
class Result:
    """What happened: how it ended, why, the state before and after, and what the tool wrote.

    `after`: the JSON of a plan made afterwards, from which what was unknown can be read; empty without one.
    """

    outcome: str
    reason: str
    before: Mapping[str, Any]
    behind: Mapping[str, Any]
    applied: str
    refreshed: str
    after: bytes = b""


def apply_plan(tool: Tool, copy: PrivateCopy, digest: str) -> Result:
    """Apply exactly the bytes with this digest, and verify; raises Refused when the copy has another."""
    before = serial(tool)
    copy.verify(digest)
    finished = tool.run("apply", "-input=false", "-no-color", _LOCK, copy.path)
    written = tool.redact(finished.text + finished.errors)
    if finished.code or finished.interrupted:
        outcome = STALE if "Saved plan is stale" in finished.errors else FAILED
        outcome = INTERRUPTED if finished.interrupted else outcome
        reason = f"{tool.name} apply ended with {finished.code}: {summary(finished.errors)}"
        return Result(outcome, reason, before, _serial_or_none(tool), written, "")
    return _verify(tool, copy, before, written)


def _verify(tool: Tool, copy: PrivateCopy, before: Mapping[str, Any], written: str) -> Result:
    refreshed = tool.run("plan", "-refresh-only", "-detailed-exitcode", "-input=false", "-no-color", _LOCK)
    text = tool.redact(refreshed.text + refreshed.errors)
    again, document = _plan_again(tool, os.path.join(os.path.dirname(copy.path), "after"))
    outcome, reason = _judge(tool, refreshed, again)
    return Result(outcome, reason, before, _serial_or_none(tool), written, text, document)


def _plan_again(tool: Tool, path: str) -> tuple[Finished, bytes]:
    words = ("plan", "-detailed-exitcode", "-input=false", "-no-color", _LOCK, f"-out={path}")
    finished = tool.run(*words)
    if finished.code not in {0, _CHANGED}:
        return finished, b""
    shown = tool.run("show", "-json", "-no-color", path)
    return finished, shown.output if shown.code == 0 else b""


def _judge(tool: Tool, refreshed: Finished, again: Finished) -> tuple[str, str]:
    for finished, what in ((refreshed, "a refresh-only plan"), (again, "a second plan")):
        if finished.code == _CHANGED:
            return DRIFTED, f"{what} after the apply is not empty"
        if finished.code:
            said = summary(finished.errors)
            return UNVERIFIED, f"{what} after the apply ended with {finished.code}: {said}"
    return APPLIED, f"{tool.name} applied the plan, and a second plan is empty"


def _serial_or_none(tool: Tool) -> Mapping[str, Any]:
    finished = tool.run("state", "pull")
    return serial(tool) if finished.code == 0 else {"serial": None, "lineage": None}
