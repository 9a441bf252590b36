"""Modules in core form are those that OPA compiles: heads, literals, their order, what is hoisted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.compiler.walk import rules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.printer import text_of

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LOCAL = re.compile(r"__local(\d+)__")


def load(folder: Path) -> list[dict[str, Any]]:
    """Return all cases of a folder, each with the name of its file: the construct it is about."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        for case in yaml.load(path.read_text("utf-8"), LOADER):  # noqa: S506 - it is a safe loader
            found.append(case | {"file": path.stem})
    return found


CASES = load(Path(__file__).parent / "core")


def core(modules: dict[str, str]) -> str:
    """Return modules in core form: the head of each rule, and below it one literal per line."""
    with deep():
        compiled = compile_modules({name: parse_module(name, source) for name, source in modules.items()})
    lines: list[str] = []
    for module in compiled.modules.values():
        for rule in rules(module):
            head, *body = numbered([text_of(rule.head), *map(text_of, rule.body)])
            lines += [head, *[f"  {literal}" for literal in body]]
    return "\n".join(lines)


def numbered(lines: Iterable[str]) -> list[str]:
    """Return lines with their generated locals named L0, L1... in the order met."""
    names: dict[str, str] = {}
    return [LOCAL.sub(lambda found: names.setdefault(found[0], f"L{len(names)}"), line) for line in lines]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']}: {case['note']}" for case in CASES])
def test_the_core_form_of_opa(case: dict[str, Any]) -> None:
    """The expected text is what opa's own compiler makes of the module."""
    assert core(case.get("modules") or {"a.rego": case["module"]}) == case["expected"]


def test_what_is_given_stays_as_it_is() -> None:
    """The stages work on a copy."""
    module = parse_module(
        "a.rego", "package a\n\nimport data.b\n\np contains x if some x in b.xs with input as q\n\nq := 1"
    )
    before = [(text_of(rule.head), [text_of(expr) for expr in rule.body]) for rule in module.rules]
    compile_modules({"a.rego": module})
    after = [(text_of(rule.head), [text_of(expr) for expr in rule.body]) for rule in module.rules]
    assert after == before
    assert len(module.imports) == 1
