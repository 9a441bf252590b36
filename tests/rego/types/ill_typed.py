"""The ill-typed modules: by hand in `sources/`, and one per built-in with an operand of every wrong kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from samakia_policy.rego.builtins.registry import signatures

HERE = Path(__file__).parent
PREAMBLE = "package case\n\n"
_MARK = "# case: "
_GOOD = {"number": "1", "string": '"a"', "boolean": "true", "null": "null", "any": "input.any"}
_WRONG = ("1", '"a"', "true", "null", "[1]", '{"k": 1}', '{"e"}')
_HIDDEN = ("internal.", "eq", "assign", "print", "rego.metadata")


@dataclass(slots=True, frozen=True)
class Annotated:
    """A module with the schema of its input, or schemas by name (`folder/name`)."""

    text: str
    schema: Any = None
    schemas: dict[str, Any] | None = None


def annotated() -> dict[str, Annotated]:
    """Return the modules of schemas.yaml by name."""
    found = yaml.safe_load((HERE / "schemas.yaml").read_text("utf-8"))
    return {
        case["name"]: Annotated(
            case.get("package", "") + PREAMBLE + case["module"], case.get("schema"), case.get("schemas")
        )
        for case in found
    }


def sources() -> dict[str, str]:
    """Return every module by its name."""
    found: dict[str, str] = {}
    for path in sorted((HERE / "sources").glob("*.rego")):
        for block in path.read_text("utf-8").split(_MARK)[1:]:
            name, text = block.split("\n", 1)
            found[f"{path.stem}: {name}"] = PREAMBLE + text.strip() + "\n"
    return found | {f"built-in: {name}": text for name, text in _builtins()}


def _builtins() -> list[tuple[str, str]]:
    found = []
    for name, entry in sorted(signatures().items()):
        args = entry["decl"].get("args", [])
        if not name.startswith(_HIDDEN) and not entry.get("deprecated"):
            found.append((name, PREAMBLE + "\n\n".join(_rules(name, args, entry["decl"]))))
    return found


def _rules(name: str, args: list[dict[str, Any]], declared: dict[str, Any]) -> list[str]:
    """Return rules: a built-in with every operand of every kind, its result as every kind."""
    good = [_good(arg) for arg in args]
    found = []
    for place in range(len(args)):
        for number, wrong in enumerate(_WRONG):
            given = [*good[:place], wrong, *good[place + 1 :]]
            found.append(f"r{place}_{number} if _ = {name}({', '.join(given)})\n")
    if "result" in declared:
        found += [
            f"result_{n} if {name}({', '.join(good)}) = {value}\n" for n, value in enumerate(_WRONG[:3])
        ]
    return found


def _good(declared: dict[str, Any]) -> str:
    kind = declared["type"]
    if kind == "any" and "of" in declared:
        return _good(declared["of"][0])
    if kind in _GOOD:
        return _GOOD[kind]
    if kind == "array":
        items = declared.get("static") or [declared["dynamic"]]
        return f"[{', '.join(map(_good, items))}]"
    if kind == "set":
        return f"{{{_good(declared['of'])}}}"
    known = [f'"{item["key"]}": {_good(item["value"])}' for item in declared.get("static", ())]
    if "dynamic" in declared and not known:
        known.append(f"{_good(declared['dynamic']['key'])}: {_good(declared['dynamic']['value'])}")
    return f"{{{', '.join(known)}}}"
