"""Ask `opa check` about every ill-typed module and write down what it says: `python make_cases.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from ill_typed import HERE, Annotated, annotated, sources

NAME = "case.rego"
_HEADING = re.compile(r"^\d+ errors? occurred:\s")
_SHOWN = re.compile(rf"\n(?:{NAME}:\d+: )?(rego_\w+: .*(?:\n\t.*)*)")


def ask(case: Annotated) -> list[str]:
    """Return OPA's errors about a module: row and column, code, message, and the lines below."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_text(case.text, "utf-8")
        flags = _schemas(Path(folder), case)
        plain = _run(folder, "json", flags)
        if not plain.strip() or plain.strip() == "{}":
            return []
        errors = json.loads(plain)["errors"]
        shown = _SHOWN.findall("\n" + _HEADING.sub("", _run(folder, "pretty", flags)))
    assert len(errors) == len(shown), (case, errors, shown)
    found = []
    for error, lines in zip(errors, shown, strict=True):
        place = error.get("location", {"row": 0, "col": 0})
        rest = lines.rstrip("\n").replace("\n\t", "\n")
        found.append(f"{place['row']}:{place['col']} {rest}")
    return found


def _schemas(folder: Path, case: Annotated) -> list[str]:
    if case.schema is not None:
        (folder / "schema.json").write_text(json.dumps(case.schema), "utf-8")
        return ["-s", "schema.json"]
    for name, schema in (case.schemas or {}).items():
        path = folder / "schemas" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema), "utf-8")
    return [] if case.schemas is None else ["-s", "schemas"]


def _run(folder: str, form: str, flags: list[str]) -> str:
    command = ["opa", "check", "-m", "0", "-f", form, *flags, NAME]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr or done.stdout


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def main() -> None:
    """Write both files of cases anew."""
    yaml.SafeDumper.add_representer(str, _block)
    _write("cases.yaml", {name: Annotated(text) for name, text in sources().items()})
    _write("schema_cases.yaml", annotated())


def _write(file: str, modules: dict[str, Annotated]) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, modules.values()))
    found = dict(zip(modules, answers, strict=True))
    text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=4000)
    (HERE / file).write_text(f"# Written by make_cases.py with opa 1.22.2.\n{text}", "utf-8")
    faulty = sum(map(bool, answers))
    sys.stdout.write(f"{file}: {len(found)} modules, {faulty} rejected, {sum(map(len, answers))} errors\n")


if __name__ == "__main__":
    main()
