"""The page of the built-ins: from their declarations, their families, and the list of those refused."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from samakia_policy.rego.builtins.families import FAMILIES
from samakia_policy.rego.builtins.refused import EFFECTS, REFUSED
from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.tools.reference.tables import code, table

_OF_THE_COMPILER = ("assign", "eq", "print")
_INTRODUCTION = """\
# Built-ins

Generated from the code by `make generate`; do not edit. What each does is told in OPA's documentation: they
answer alike, errors included. [Differences](differences.md) lists what does not.

An error of a built-in makes the call undefined, or stops the evaluation under `--strict-builtin-errors` (in
Python `strict_errors=True`). In rules of packs it always stops the rule, which is unknown then.
"""
_REFUSED = """\
## Refused

A module that calls one of these compiles, and `with` can replace it; a call stops the evaluation.
"""
_EFFECTS = """\
## Effects

What these give depends on more than their operands. A call is an error unless the caller permits the effect:
`policy rego eval --allow EFFECT`, in Python `compile(..., allowed=frozenset({"EFFECT"}))`. Rules of packs
never have it. `time.now_ns` gives the one time of the evaluation: `--as-of`, in Python `now_ns=`.
"""


def page() -> str:
    """Return the page."""
    parts = [_INTRODUCTION]
    for family, names in _families().items():
        parts.append(f"## {_title(family)}\n\n{_declared(names)}")
    parts.append(f"{_REFUSED}\n{table(('built-in', 'why'), ((code(n), why) for n, why in REFUSED.items()))}")
    effects = ((code(name), EFFECTS[name]) for name in sorted(EFFECTS))
    parts.append(f"{_EFFECTS}\n{table(('built-in', 'effect'), effects)}")
    if missing := absent():
        parts.append(f"## Not there yet\n\n{_declared(missing)}")
    return "\n".join(parts)


def _declared(names: list[str]) -> str:
    rows = ((code(name), code(_signature(name)), _notes(name)) for name in names)
    return table(("built-in", "operands and result", "notes"), rows)


def absent() -> list[str]:
    """Return the built-ins of OPA that neither are there nor are refused."""
    known = {*FAMILIES, *REFUSED, *_OF_THE_COMPILER}
    return sorted(name for name in signatures() if name not in known and not name.startswith("internal."))


def _families() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        if name in signatures() and not name.startswith("internal."):
            found.setdefault(family, []).append(name)
    return {family: sorted(names) for family, names in sorted(found.items())}


def _title(family: str) -> str:
    text = import_module(f"samakia_policy.rego.builtins.{family}").__doc__ or family
    text = text.splitlines()[0].rstrip(".").removeprefix("Built-ins for ")
    return text[0].upper() + text[1:]


def _signature(name: str) -> str:
    declared = signatures()[name]["decl"]
    operands = ", ".join(_operand(operand) for operand in declared.get("args") or ())
    if "variadic" in declared:
        operands = f"{declared['variadic']['type']}..."
    result = declared.get("result")
    return f"({operands}) -> {_type(result)}" if result else f"({operands})"


def _operand(declared: dict[str, Any]) -> str:
    return f"{declared['name']}: {_type(declared)}" if "name" in declared else _type(declared)


def _type(declared: dict[str, Any]) -> str:
    return _TYPES.get(declared["type"], _plain)(declared)


def _plain(declared: dict[str, Any]) -> str:
    return str(declared["type"])


def _any(declared: dict[str, Any]) -> str:
    return " | ".join(_unique(_type(one) for one in declared.get("of") or ())) or "any"


def _array(declared: dict[str, Any]) -> str:
    if "static" in declared:
        return f"[{', '.join(_type(item) for item in declared['static'])}]"
    return _of("array", declared.get("dynamic"))


def _set(declared: dict[str, Any]) -> str:
    return _of("set", declared.get("of"))


def _of(kind: str, items: dict[str, Any] | None) -> str:
    found = _type(items) if items else "any"
    return kind if found == "any" else f"{kind}[{found}]"


def _object(declared: dict[str, Any]) -> str:
    static = [f"{entry['key']}: {_type(entry['value'])}" for entry in declared.get("static") or ()]
    dynamic = declared.get("dynamic")
    more = [f"{_type(dynamic['key'])}: {_type(dynamic['value'])}"] if dynamic else []
    if not static and more == ["any: any"]:
        return "object"
    return f"{{{', '.join([*static, *more])}}}" if static or more else "object"


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


_TYPES = {"any": _any, "array": _array, "set": _set, "object": _object}


def _notes(name: str) -> str:
    declared = signatures()[name]
    infix = declared.get("infix")
    notes = [f"operator {code(infix)}"] if infix else []
    notes += ["deprecated: refused in Rego v1"] if declared.get("deprecated") else []
    notes += ["a loop: each pair is one solution"] if declared.get("relation") else []
    notes += [f"effect: {EFFECTS[name]}"] if name in EFFECTS else []
    return "; ".join(notes)
