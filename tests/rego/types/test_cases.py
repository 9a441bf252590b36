"""What `opa check` said about ill-typed modules, and what we say; `make_cases.py` asks anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.errors import Fault, RegoError
from samakia_policy.rego.syntax.modules import parse_module

sys.path.insert(0, str(Path(__file__).parent))
from ill_typed import HERE, Annotated, annotated, sources

MODULES = sources()
ANNOTATED = annotated()
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def recorded(file: str) -> dict[str, list[str]]:
    """Return what opa said, by the names of modules."""
    found: dict[str, list[str]] = yaml.load((HERE / file).read_text("utf-8"), Loader=_LOADER)  # noqa: S506
    return found


CASES = recorded("cases.yaml")
SCHEMA_CASES = recorded("schema_cases.yaml")

# OPA places a fault in a reference through a rule's name where the module last mentions any rule; we place it
# where it is. These modules mention a rule again behind the fault.
PLACED_ELSEWHERE = {
    "references: reference as a key of another type",
    "references: reference as a key of an object",
    "references: two faults in one body",
    "references: two faults in one literal",
    "rules: key that is faulty",
    "rules: value that is faulty",
    "rules: element that is faulty",
    "annotation of a rule's value",
}


def faults(text: str, schemas: dict[str, Any] | None = None) -> list[Fault]:
    """Return what is wrong with a module."""
    try:
        compile_modules({"case.rego": parse_module("case.rego", text)}, max_errors=0, schemas=schemas)
    except RegoError as error:
        return error.faults
    return []


def shown(fault: Fault) -> str:
    """Return a fault as the cases write it."""
    place = f"{fault.location.row}:{fault.location.col}" if fault.location else "0:0"
    lines = fault.details.lines if fault.details else ()
    return "\n".join([f"{place} {fault.code}: {fault.message}", *lines])


def without_place(text: str) -> str:
    return text.split(" ", 1)[1]


def check(name: str, ours: list[str], theirs: list[str]) -> None:
    """Compare faults, places too where they can agree."""
    if name in PLACED_ELSEWHERE:
        assert ours != theirs
        ours, theirs = sorted(map(without_place, ours)), sorted(map(without_place, theirs))
    assert ours == theirs


@pytest.mark.parametrize("name", MODULES)
def test_case(name: str) -> None:
    """Every module gets the errors that opa gives it: code, words, row and column."""
    check(name, list(map(shown, faults(MODULES[name]))), CASES[name])


def test_cases_are_many() -> None:
    """The corpus is the size that was agreed."""
    assert MODULES.keys() == CASES.keys()
    assert sum(bool(errors) for errors in CASES.values()) >= 500


def named(case: Annotated) -> dict[str, Any] | None:
    """Return the schemas of a case by the reference that annotations use."""
    if case.schema is not None:
        return {"schema": case.schema}
    if case.schemas is None:
        return None
    return {"schema." + name.replace("/", "."): schema for name, schema in case.schemas.items()}


@pytest.mark.parametrize("name", ANNOTATED)
def test_schema(name: str) -> None:
    """Types of input and data from JSON Schemas reject what opa rejects."""
    case = ANNOTATED[name]
    check(name, list(map(shown, faults(case.text, named(case)))), SCHEMA_CASES[name])
