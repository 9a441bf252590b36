"""Calls of built-ins: operands by their declared types, or such as are known to be at an edge."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from fuzz import terms
from fuzz.chance import Chance
from fuzz.kinds import Kind, declared, fits
from fuzz.scope import Scope

sys.path.insert(0, str(Path(__file__).parents[1] / "builtins"))

from against_opa import CALLS

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.values.collections import Set, pairs
from samakia_policy.rego.values.number import Number

# Of a service, of chance, or deprecated in Rego v1.
LEFT_OUT = frozenset(("any", "all", "set_diff", "re_match", "walk", "rego.parse_module"))


@lru_cache(maxsize=1)
def known() -> dict[str, dict[str, Any]]:
    """Return the declarations of what is called."""
    found = {name: entry for name, entry in signatures().items() if name in CALLS and "infix" not in entry}
    return {
        name: entry
        for name, entry in found.items()
        if name not in LEFT_OUT and not name.startswith(("internal.", "cast_")) and not entry.get("relation")
    }


@lru_cache(maxsize=1)
def _results() -> dict[str, list[str]]:
    """Return the built-ins that give a kind, by its name."""
    found: dict[str, list[str]] = {}
    for name, entry in known().items():
        kind = declared(entry["decl"]["result"], Chance(0)).name
        found.setdefault({"object": "map"}.get(kind, kind), []).append(name)
    return found


def built_in(scope: Scope, kind: Kind, depth: int) -> str:
    """Return a call that gives a kind, or nothing."""
    chance = scope.chance
    names = _results().get(kind.name) if kind.name != "any" else [*known()]
    if not names:
        return ""
    name = chance.choice(names)
    declaration = known()[name]["decl"]
    if not fits(declared(declaration["result"], chance), kind) and kind.name not in ("array", "set", "map"):
        return ""
    typed = "static" not in json.dumps(declaration["args"])
    given = None if typed and chance.maybe(0.6) else CALLS[name](chance)
    operands = []
    for place, wanted in enumerate(declaration["args"]):
        if given is not None and not (typed and chance.maybe(0.2)):
            operands.append(_given(given[place], wanted, chance))
        else:
            operands.append(terms.term(scope, declared(wanted, chance), depth))
    return f"{name}({', '.join(operands)})"


def _given(value: Any, wanted: dict[str, Any], chance: Chance) -> str:
    """Return a value as a term; where its type is wrong, as one whose type nobody knows before it runs."""
    text = written(value)
    if matches(value, wanted) and not chance.maybe(0.1):
        return text
    return f'object.get({{}}, "", {text})'


def matches(value: Any, wanted: dict[str, Any]) -> bool:
    """Return whether a value is of a type, as OPA's compiler will see it."""
    name = wanted["type"]
    if name == "any":
        return "of" not in wanted or any(matches(value, other) for other in wanted["of"])
    if name == "array" and value.__class__ is list:
        if "static" in wanted:
            each = zip(value, wanted["static"], strict=False)
            return len(value) == len(wanted["static"]) and all(matches(*pair) for pair in each)
        return all(matches(item, wanted["dynamic"]) for item in value)
    if name == "set" and value.__class__ is Set:
        return all(matches(item, wanted["of"]) for item in value)
    if name == "object" and value.__class__ is dict and "static" not in wanted:
        below = wanted["dynamic"]
        return all(matches(key, below["key"]) and matches(item, below["value"]) for key, item in pairs(value))
    kinds = {str: "string", int: "number", Number: "number", bool: "boolean", type(None): "null"}
    return kinds.get(value.__class__) == name


def written(value: Any) -> str:
    """Return a value as a term."""
    if value.__class__ is Number:
        return str(value.text)
    if value.__class__ is dict:
        return "{" + ", ".join([f"{written(key)}: {written(item)}" for key, item in pairs(value)]) + "}"
    if value.__class__ is list or value.__class__ is Set:
        items = ", ".join(map(written, value))
        return f"[{items}]" if value.__class__ is list else f"{{{items}}}" if items else "set()"
    return json.dumps(value)
