"""Imports that hide one another, and imports that nothing uses."""

from __future__ import annotations

from collections.abc import Container

from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.nodes import Import, Module, Var
from samakia_policy.rego.syntax.printer import text_of

_LANGUAGE = ("future", "rego")


def check_duplicate(module: Module) -> list[Fault]:
    """Return a fault for every import that takes a name an earlier one has."""
    first: dict[str, Import] = {}
    found = []
    for item in module.imports:
        earlier = first.setdefault(item.name, item)
        if earlier is not item:
            found.append(Fault(COMPILE, f"import must not shadow {text_of(earlier)}", item.location))
    return found


def check_unused(module: Module, used: Container[str]) -> list[Fault]:
    """Return a fault for every import whose name is not among those that were used."""
    return [
        Fault(COMPILE, f"{text_of(item)} unused", item.location)
        for item in module.imports
        if not _of_language(item) and item.name not in used
    ]


def _of_language(item: Import) -> bool:
    return isinstance(item.path.head, Var) and item.path.head.name in _LANGUAGE
