"""What `opa check` rejects we reject: with the same code, at the same place, in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import Fault, RegoError
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.nodes import Module

ALONE = "module.rego"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(folder: Path) -> list[dict[str, Any]]:
    """Return all cases of a folder, each with the name of its file."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        for case in yaml.load(path.read_text("utf-8"), LOADER):  # noqa: S506 - it is a safe loader
            found.append(case | {"file": path.stem})
    return found


CASES = load(Path(__file__).parent / "faults")


def parse(case: dict[str, Any]) -> dict[str, Module]:
    """Parse a case's modules; raises RegoError with the faults of all of them."""
    texts = case.get("modules") or {ALONE: case["module"]}
    modules, faults = {}, []
    for name, text in texts.items():
        try:
            modules[name] = parse_module(name, text, version=0 if case.get("v0") else 1)
        except RegoError as error:
            faults += error.faults
    if faults:
        raise RegoError(faults)
    return modules


def check(case: dict[str, Any]) -> list[list[Any]]:
    """Return our faults as `record.py` writes opa's errors."""
    try:
        with deep():
            compile_modules(parse(case), strict=bool(case.get("strict")))
    except RegoError as error:
        return [row_of(fault, "modules" in case) for fault in error.faults]
    return []


def row_of(fault: Fault, several: bool) -> list[Any]:
    """Return a fault as a row."""
    place = fault.location
    row = [fault.code, place.row if place else 0, place.col if place else 0, fault.message]
    return [*row, place.file if place else ""] if several else row


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']}: {case['note']}" for case in CASES])
def test_the_same_faults_as_opa(case: dict[str, Any]) -> None:
    """Codes, places and messages. Where opa has lost the place, at row 0, ours may still know it."""
    found, expected = check(case), case["expected"]
    assert [row[0] for row in found] == [row[0] for row in expected]
    placed = [want if want[1] else [*got[:3], *want[3:]] for got, want in zip(found, expected, strict=True)]
    assert found == placed


def test_the_corpus_is_large_and_varied() -> None:
    """At least 300 faulty modules, of all five codes."""
    faulty = [case for case in CASES if case["expected"]]
    codes = [code for case in faulty for code in {row[0] for row in case["expected"]}]
    least = {
        "rego_parse_error": 70,
        "rego_compile_error": 50,
        "rego_unsafe_var_error": 50,
        "rego_recursion_error": 20,
        "rego_type_error": 100,
    }
    assert len(faulty) >= 300
    assert {code: codes.count(code) >= count for code, count in least.items()} == dict.fromkeys(least, True)
