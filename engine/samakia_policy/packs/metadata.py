"""Read a rule's metadata as text: the METADATA block of Rego, the decorator's literals of Python."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.model.rule import SEVERITIES, Rule

_BLOCK = re.compile(r"^# METADATA\n((?:#.*\n)+)package ", re.MULTILINE)
_SCOPES = frozenset(["static", "plan", "change", "evidence", "live", "runner", "request"])
_CHOICES = {
    "severity": set(SEVERITIES),
    "scope": _SCOPES,
    "unknown": {"subject", "rule", "handled"},
    "absent": {"not_applicable", "fail", "unknown"},
}


def read_metadata(source: str, language: str, where: str) -> dict[str, Any]:
    """Return a rule's metadata; raises PackError naming the file."""
    found = _rego(source, where) if language == "rego" else _python(source, where)
    known = {field.name for field in fields(Rule)} - {"id", "language", "path", "digest"}
    if extra := sorted(set(found) - known):
        raise PackError(f"unknown metadata: {', '.join(extra)}", where=where)
    for name, allowed in _CHOICES.items():
        if found.get(name, next(iter(allowed))) not in allowed:
            raise PackError(f"{name} must be one of {', '.join(sorted(allowed))}", where=where)
    needed = {"title", "description", "severity", "scope", "subject", "needs", "message", "remediation"}
    if missing := sorted(name for name in needed if not found.get(name)):
        raise PackError(f"missing metadata: {', '.join(missing)}", where=where)
    return found


def _rego(source: str, where: str) -> dict[str, Any]:
    import yaml

    match = _BLOCK.search(source)
    if match is None:
        raise PackError("no METADATA block above the package", where=where)
    block = yaml.safe_load(re.sub(r"(?m)^# ?", "", match[1]))
    custom = block.pop("custom", {})
    block.pop("scope", None)
    return {**block, **custom}


def _python(source: str, where: str) -> dict[str, Any]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "rule":
                    return {str(k.arg): ast.literal_eval(k.value) for k in decorator.keywords}
    raise PackError("no function decorated with @rule(...)", where=where)
