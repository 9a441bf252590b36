"""CI workflows in a small form: triggers, and every `run` line split into words."""

from __future__ import annotations

import shlex
from typing import Any

from samakia_policy.model.document import Fault, Parsed
from samakia_policy.model.values import unknown


def small_form(parsed: Parsed) -> Parsed:
    """Return {"triggers": [...], "commands": [[word, ...], ...]} of a parsed workflow."""
    workflow = parsed.data
    if not isinstance(workflow, dict):
        return Parsed(None, [*parsed.faults, Fault("a workflow is a mapping", 1, 1)], parsed.syntax)
    commands = [command for run in _runs(workflow) for command in _commands(run)]
    data = {"triggers": _triggers(workflow.get("on")), "commands": commands}
    return Parsed(data, parsed.faults, parsed.syntax)


def _triggers(on: Any) -> list[str]:
    if isinstance(on, str):
        return [on]
    return sorted(str(name) for name in on) if isinstance(on, (list, dict)) else []


def _runs(workflow: dict[str, Any]) -> list[str]:
    jobs = workflow.get("jobs")
    steps = [
        step
        for job in (jobs.values() if isinstance(jobs, dict) else [])
        if isinstance(job, dict) and isinstance(job.get("steps"), list)
        for step in job["steps"]
    ]
    return [step["run"] for step in steps if isinstance(step, dict) and isinstance(step.get("run"), str)]


def _commands(run: str) -> list[Any]:
    """Split a script into commands; a line that is no valid shell text becomes a marker."""
    joined = run.replace("\\\n", " ")
    commands: list[Any] = []
    for line in joined.splitlines():
        try:
            lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
            lexer.whitespace_split = True
            commands.extend(_split(list(lexer)))
        except ValueError:
            commands.append(unknown("this run line cannot be split into words"))
    return commands


def _split(words: list[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if set(word) <= set(";&|"):
            commands.append([])
        else:
            commands[-1].append(word)
    return [command for command in commands if command]
