"""contracts/facts.json and its page: every kind of fact, generated from the readers and the contracts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samakia_policy.facts.kind_schemas import fact_schemas
from samakia_policy.packs.data import data_root

_HEAD = """# Kinds of facts

What a rule finds below `input.facts[<kind>][<id>]` (Rego) or in `facts.of(<kind>)` (Python). Generated from
the readers and the contracts by `make generate`; `contracts/facts.json` is the same as JSON Schema. A rule
that reads a kind or an attribute that is not here, or compares one with a value of another type, does not
get into `packs/index.json`.

Every attribute may be missing. Where a document does not satisfy its contract, a value may have another type
than here.
"""


def written(root: Path) -> dict[str, str]:
    """Return the text of each generated file by its path; `root` holds contracts/."""
    schema = fact_schemas(lambda name: _contract(root, name))
    text = json.dumps(schema, indent=1, sort_keys=True) + "\n"
    return {"contracts/facts.json": text, "docs/reference/facts.md": page(schema)}


def page(schema: dict[str, Any]) -> str:
    """Return the page of all kinds."""
    parts = [_HEAD]
    for name, kind in sorted(schema["$defs"].items()):
        rows = "".join(f"| `{path}` | {_cell(found)} |\n" for path, found in _attributes(kind, ""))
        parts.append(f"## {name}\n\n{kind['title']}\n\n| attribute | type |\n| --- | --- |\n{rows}")
    return "\n".join(parts)


def _attributes(schema: dict[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, found in sorted(schema.get("properties", {}).items()):
        path = f"{above}{name}"
        yield path, found
        yield from _attributes(found, f"{path}.")
        for below in (found.get("items"), found.get("additionalProperties")):
            if isinstance(below, dict):
                yield from _attributes(below, f"{path}[_].")


def _cell(schema: dict[str, Any]) -> str:
    text = _type(schema)
    if "enum" in schema:
        text += ": " + ", ".join(f"`{value}`" for value in schema["enum"])
    description = schema.get("description")
    return f"{text}. {description}" if description else text


def _type(schema: dict[str, Any]) -> str:
    stated = schema.get("type", "any")
    if stated == "array":
        return f"list of {_type(schema.get('items', {}))}"
    others = schema.get("additionalProperties")
    if stated == "object" and isinstance(others, dict):
        return f"object of {_type(others)}"
    return stated if isinstance(stated, str) else " or ".join(stated)


def _contract(root: Path, name: str) -> dict[str, Any]:
    path = root / "contracts" / name / "v1alpha1" / "schema.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def main() -> int:
    """Write the files, or with --check name the stale ones; returns the exit code."""
    root = Path(data_root())
    texts = written(root)
    stale = [path for path, text in texts.items() if _read(root / path) != text]
    if "--check" in sys.argv:
        sys.stdout.write("".join(f"{path} is stale: run `make generate`\n" for path in stale))
        return 1 if stale else 0
    for path in stale:
        (root / path).write_text(texts[path], encoding="utf-8")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
