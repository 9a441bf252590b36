"""OPA's own conformance cases, read from the Go module of the opa that is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from samakia_policy.rego.values.yaml_text import load as load_yaml

MODULE = "github.com/open-policy-agent"
_BELOW = "v1/test/cases/testdata"


class SuiteMissingError(Exception):
    """The suite is not on this machine; the text says what was looked for."""


@dataclass(slots=True)
class Case:
    """One case, with the fields that OPA's suite gives it."""

    note: str
    query: str
    version: int
    folder: str
    file: str
    modules: list[str] = field(default_factory=list)
    data: Any = None
    input: Any = None
    input_term: str | None = None
    has_input: bool = False
    want_result: list[dict[str, Any]] | None = None
    want_defined: bool | None = None
    want_error_code: str | None = None
    want_error: str | None = None
    sort_bindings: bool = False
    ignore_generated_vars: bool = False
    strict_error: bool = False
    experimental_keywords: bool = False
    env: dict[str, str] = field(default_factory=dict)


_KNOWN = {known.name for known in fields(Case)} - {"version", "folder", "file", "has_input"}


def find_suite() -> Path:
    """Return the folder that holds `v0` and `v1`; raises SuiteMissingError."""
    named = os.environ.get("OPA_SUITE")
    if named:
        return Path(named)
    module = _modules() / f"opa@v{opa_version()}"
    found = module / _BELOW
    if not found.is_dir():
        raise SuiteMissingError(f"no {found}: run `go mod download {MODULE}/opa@v{opa_version()}`")
    return found


@lru_cache(maxsize=1)
def opa_version() -> str:
    """Return the version of the opa on the path; raises SuiteMissingError."""
    opa = shutil.which("opa")
    if opa is None:
        raise SuiteMissingError("opa is not installed")
    text = subprocess.run([opa, "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^Version: (\S+)", text, re.MULTILINE)
    if found is None:
        raise SuiteMissingError(f"`opa version` says {text!r}")
    return found.group(1)


def _modules() -> Path:
    cache = os.environ.get("GOMODCACHE")
    go = shutil.which("go")
    if cache is None and go:
        cache = subprocess.run([go, "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout
    return Path((cache or str(Path.home() / "go/pkg/mod")).strip()) / MODULE


def load_cases(version: int, wanted: str = "") -> list[Case]:
    """Return the cases of one language version whose folder or note contains `wanted`, in order of note."""
    root = find_suite() / f"v{version}"
    cases: list[Case] = []
    for path in sorted(root.rglob("*.yaml")):
        folder = path.parent.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        if wanted in folder or wanted in text:
            cases += _cases(text, version, folder, path.name)
    if wanted:
        cases = [case for case in cases if wanted in case.folder or wanted in case.note]
    return sorted(cases, key=lambda case: case.note)


def _cases(text: str, version: int, folder: str, file: str) -> Iterator[Case]:
    for entry in load_yaml(text)["cases"]:
        unknown = entry.keys() - _KNOWN
        if unknown:
            raise ValueError(f"{folder}/{file}: unknown fields {unknown}")
        yield Case(version=version, folder=folder, file=file, has_input="input" in entry, **entry)
