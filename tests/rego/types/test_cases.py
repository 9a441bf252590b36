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
NOWHERE = "0:0 "
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def recorded(file: str) -> dict[str, list[str]]:
    """Return what opa said, by the names of modules."""
    found: dict[str, list[str]] = yaml.load((HERE / file).read_text("utf-8"), Loader=_LOADER)  # noqa: S506
    return found


CASES = recorded("cases.yaml")
SCHEMA_CASES = recorded("schema_cases.yaml")


def faults(text: str, schemas: dict[str, Any] | None = None) -> list[Fault]:
    """Return what is wrong with a module."""
    try:
        compile_modules({"case.rego": parse_module("case.rego", text)}, max_errors=0, schemas=schemas)
    except RegoError as error:
        return error.faults
    return []


def shown(fault: Fault) -> str:
    """Return a fault as the cases write it."""
    place = f"{fault.location.row}:{fault.location.col}" if fault.location else NOWHERE.strip()
    lines = fault.details.lines if fault.details else ()
    return "\n".join([f"{place} {fault.code}: {fault.message}", *lines])


def check(found: list[Fault], theirs: list[str]) -> None:
    """Compare faults; what opa places nowhere, as in template strings, may have a place."""
    if any(text.startswith(NOWHERE) for text in theirs):
        assert {shown(fault).split(" ", 1)[1] for fault in found} == {
            text.split(" ", 1)[1] for text in theirs
        }
    else:
        assert list(map(shown, found)) == theirs


@pytest.mark.parametrize("name", MODULES)
def test_case(name: str) -> None:
    """Every module gets the errors that opa gives it: code, words, row and column."""
    check(faults(MODULES[name]), CASES[name])


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
    check(faults(case.text, named(case)), SCHEMA_CASES[name])
