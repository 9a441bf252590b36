"""Generated calls of built-ins, answered by us and by `opa eval`: `against_opa.py [NAME-OR-FAMILY ...]`.

Every call is a rule on a line of its own, its operands come from the input, and one process of opa
answers all of them, errors included.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[3] / "engine"))

import certificate_operands
import document_operands
import format_operands
import schema_operands
import token_operands
import value_operands
import yaml_operands

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.families import FAMILIES
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.values.collections import UNDEFINED, Set, pairs
from samakia_policy.rego.values.number import Number
from samakia_policy.rego.values.text import written

_MODULES = (
    value_operands,
    document_operands,
    format_operands,
    schema_operands,
    yaml_operands,
    certificate_operands,
    token_operands,
)
CALLS = {name: made for module in _MODULES for name, made in module.CALLS.items()}
_PATIENCE = 120
_HEADER = 2
_INFIX = {"plus": "+", "minus": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|"}
_INFIX |= {"equal": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


@dataclass(slots=True, frozen=True)
class Call:
    """One call: the built-in and its operands as our values."""

    name: str
    operands: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(written, self.operands))})"


def differences(names: list[str], count: int, seed: int) -> list[str]:
    """Return where we and opa differ over `count` generated calls of each built-in."""
    source = random.Random(seed)  # noqa: S311 - no secret
    calls = [Call(name, tuple(CALLS[name](source))) for name in names for _ in range(count)]
    theirs = _opa(calls)
    found = []
    for call, their in zip(calls, theirs, strict=True):
        our = _ours(call)
        if our != their:
            found.append(f"{call}\n    opa: {their}\n    we:  {our}")
    return found


def _ours(call: Call) -> str:
    built_in = find(call.name)
    arguments = (Context(), *call.operands) if built_in.context else call.operands
    try:
        with deep():
            result = built_in.function(*arguments)
    except EvaluationFault as fault:
        return f"{fault.code}: {call.name}: {fault.message}"
    return "undefined" if result is UNDEFINED else _text(result)


def _opa(calls: list[Call]) -> list[str]:
    lines = [_rule(number, call) for number, call in enumerate(calls)]
    with tempfile.TemporaryDirectory() as folder:
        module, document = Path(folder, "t.rego"), Path(folder, "input.json")
        module.write_text("package t\nimport future.keywords.in\n" + "\n".join(lines), "utf-8")
        document.write_text(f"[{','.join([_text(list(call.operands)) for call in calls])}]", "utf-8")
        command = ["opa", "eval", "--v0-compatible", "--show-builtin-errors", "-f", "json"]
        command += ["-d", str(module), "-i", str(document), "data.t"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE)
    answer = json.loads(done.stdout, parse_float=Number, parse_int=_integer)
    if "result" not in answer and "errors" not in answer:
        raise RuntimeError(done.stdout.decode() + done.stderr.decode())
    if any("location" not in error for error in answer.get("errors", [])):
        raise RuntimeError(done.stdout.decode())
    errors = {error["location"]["row"] - _HEADER - 1: error for error in answer.get("errors", [])}
    values = answer["result"][0]["expressions"][0]["value"] if "result" in answer else {}
    return [_their(number, values, errors) for number in range(len(calls))]


def _integer(text: str) -> Any:
    return int(text) if len(text) < 4000 and text != "-0" else Number(text)


def _their(number: int, values: dict[str, Any], errors: dict[int, dict[str, Any]]) -> str:
    if f"r{number}" in values:
        return _text(values[f"r{number}"])
    if number in errors:
        return f"{errors[number]['code']}: {errors[number]['message']}"
    return "undefined"


def _rule(number: int, call: Call) -> str:
    operands = [_operand(value, f"input[{number}][{place}]") for place, value in enumerate(call.operands)]
    if call.name == "internal.member_2":
        return f"r{number} := {operands[0]} in {operands[1]}"
    if call.name == "internal.member_3":
        return f"r{number} := ({operands[0]}, {operands[1]} in {operands[2]})"
    if call.name in _INFIX:
        return f"r{number} := {operands[0]} {_INFIX[call.name]} {operands[1]}"
    return f"r{number} := {call.name}({', '.join(operands)})"


def _operand(value: Any, place: str) -> str:
    """Return an operand as an expression whose type opa does not know before it runs."""
    if not _has_set(value):
        return place
    return f'object.get({{"x": {_decoded(value, place)}}}, "x", null)'


def _has_set(value: Any) -> bool:
    if value.__class__ is Set:
        return True
    items = value if value.__class__ is list else value.values() if value.__class__ is dict else ()
    return any(map(_has_set, items))


def _decoded(value: Any, place: str) -> str:
    """Return an expression that builds a value from the input, where a set stands as an array."""
    if value.__class__ is list:
        return f"[{', '.join([_decoded(item, f'{place}[{index}]') for index, item in enumerate(value)])}]"
    if value.__class__ is dict:
        names = {name: json.dumps(name) for name in value}
        items = [f"{text}: {_decoded(value[name], f'{place}[{text}]')}" for name, text in names.items()]
        return f"{{{', '.join(items)}}}"
    if value.__class__ is not Set:
        return place
    items = [_decoded(item, f"{place}[{index}]") for index, item in enumerate(value)]
    return f"{{{', '.join(items)}}}" if items else "set()"


def _text(value: Any) -> str:
    """Return a value as JSON, a set as an array in order, numbers as they are written."""
    if value.__class__ is Number:
        return str(value.text)
    if value.__class__ is list or value.__class__ is Set:
        return f"[{','.join([_text(item) for item in value])}]"
    if value.__class__ is dict:
        names = [(name if name.__class__ is str else written(name), item) for name, item in pairs(value)]
        return f"{{{','.join([f'{json.dumps(name)}:{_text(item)}' for name, item in names])}}}"
    if value.__class__ is str:
        # A byte that is no UTF-8 shows as U+FFFD.
        value = "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in value)
    return json.dumps(value)


def families(chosen: list[str]) -> dict[str, list[str]]:
    """Return the built-ins with a generator, by family, that were asked for."""
    found: dict[str, list[str]] = {}
    for name in CALLS:
        family = FAMILIES[name]
        if not chosen or name in chosen or family in chosen:
            found.setdefault(family, []).append(name)
    return found


def main() -> int:
    """Compare, print what differs; returns 1 when something did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-n", type=int, default=200, help="calls of each built-in (200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-s", type=int, default=20, help="differences to show of each family (20)")
    chosen = parser.parse_args()
    total = 0
    for family, names in families(chosen.names).items():
        found = differences(names, chosen.n, chosen.seed)
        total += len(found)
        sys.stdout.write(f"{family}: {len(found)} of {len(names) * chosen.n} differ\n")
        sys.stdout.writelines(f"  {text}\n" for text in found[: chosen.s])
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
