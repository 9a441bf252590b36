"""Which family a built-in is in, and how a family declares one. Families are imported when used."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from os.path import dirname, join
from typing import Any, NamedTuple

from samakia_policy.rego.errors import BuiltinFault


class Builtin(NamedTuple):
    """A built-in: values in, a value or UNDEFINED out; may raise BuiltinFault.

    `context`: the first argument is the Context (fuel, time, caches). Whatever costs more than its operands'
    size (ranges, products, cross joins) charges the context before it does the work.
    """

    name: str
    function: Callable[..., Any]
    context: bool = False


_KNOWN: dict[str, Builtin] = {}


def builtin(name: str, *, context: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function as the built-in of that name."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        _KNOWN[name] = Builtin(name, function, context)
        return function

    return declare


@lru_cache(maxsize=1)
def signatures() -> dict[str, dict[str, Any]]:
    """Return OPA's declaration of every built-in by name (args, result, infix, relation, ...)."""
    # importlib.resources would load half of the standard library.
    with open(join(dirname(__file__), "signatures.json"), encoding="utf-8") as file:
        text = file.read()
    return {entry["name"]: entry for entry in json.loads(text)}


def find(name: str) -> Builtin:
    """Return a built-in, importing its family; raises BuiltinFault for one that is not there."""
    if name not in _KNOWN:
        from samakia_policy.rego.builtins.families import FAMILIES

        family = FAMILIES.get(name)
        if family is None:
            raise BuiltinFault(f"built-in {name} is refused here")
        import_module(f"samakia_policy.rego.builtins.{family}")
    return _KNOWN[name]
