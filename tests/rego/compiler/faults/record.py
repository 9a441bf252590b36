"""Write into the cases what `opa check` says about them: python record.py [FILE.yaml ...]."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ALONE = "module.rego"


class Literal(str):
    """A text written as a block."""


class Row(list[Any]):
    """A list written on one line."""


yaml.SafeDumper.add_representer(
    Literal, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)
yaml.SafeDumper.add_representer(
    Row, lambda dumper, row: dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)
)


def modules_of(case: dict[str, Any]) -> dict[str, str]:
    """Return a case's modules by file name."""
    return case["modules"] if "modules" in case else {ALONE: case["module"]}


def check(case: dict[str, Any]) -> list[list[Any]]:
    """Return [code, row, column, message, and the file where there are several] per error."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in modules_of(case).items():
            Path(folder, name).write_text(text, "utf-8")
        command = ["opa", "check", "--format", "json"]
        command += ["--strict"] if case.get("strict") else []
        command += ["--v0-compatible"] if case.get("v0") else []
        done = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True, check=False)
    errors = json.loads(done.stdout or done.stderr)["errors"] if done.returncode else []
    return [row_of(error, "modules" in case) for error in errors]


def row_of(error: dict[str, Any], several: bool) -> list[Any]:
    """Return one error as a row."""
    place = error.get("location") or {}
    row = [error.get("code", ""), place.get("row", 0), place.get("col", 0), error["message"]]
    return [*row, place.get("file", "")] if several else row


def shaped(case: dict[str, Any], found: list[list[Any]]) -> dict[str, Any]:
    """Return a case as it is written down."""
    made = {name: case[name] for name in ("note", "v0", "strict") if name in case}
    if "modules" in case:
        made["modules"] = {name: Literal(text) for name, text in case["modules"].items()}
    else:
        made["module"] = Literal(case["module"])
    return made | {"expected": [Row(row) for row in found]}


def record(path: Path) -> None:
    """Check every case of a file with opa and write the file anew."""
    cases = yaml.safe_load(path.read_text("utf-8"))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(check, cases))
    made = [shaped(case, found) for case, found in zip(cases, results, strict=True)]
    text = yaml.dump(made, Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True, width=10_000)
    path.write_text(text, "utf-8")
    accepted = [case["note"] for case, found in zip(cases, results, strict=True) if not found]
    sys.stdout.write(f"{path.name}: {len(cases)} cases, accepted: {accepted}\n")


if __name__ == "__main__":
    for chosen in [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*.yaml")):
        record(chosen)
