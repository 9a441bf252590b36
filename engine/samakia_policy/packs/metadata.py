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
    known = {field.name for field in fields(Rule)} - {"id", "language", "path", "digest", "places"}
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


def place_of(source: str, language: str, key: str, name: str) -> tuple[int, int]:
    """Return the line and column of a name in a rule's metadata, or of its key; (0, 0) without either."""
    found = _rego_place(source, key, name) if language == "rego" else _python_place(source, key, name)
    return found or (0, 0)


def _rego_place(source: str, key: str, name: str) -> tuple[int, int] | None:
    at = re.search(rf"(?m)^#( +){re.escape(key)}:.*\n(?:#\1 .*\n)*", source)
    if at is None:
        return None
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])").search(at[0], at[0].index(":"))
    offset = at.start() + (word.start() if word else at[0].index(key))
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


def _python_place(source: str, key: str, name: str) -> tuple[int, int] | None:
    for keyword in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword)):
        if keyword.arg == key:
            literals = (node for node in ast.walk(keyword.value) if isinstance(node, ast.Constant))
            node = next((node for node in literals if node.value == name), keyword.value)
            return node.lineno, node.col_offset + 1
    return None
