"""The limits of the language: each with where the code holds it, so that the page cannot be wrong."""

from __future__ import annotations

from importlib import import_module

from samakia_policy.rego.tools.reference.tables import table

# what is limited: (module, name of the constant)
LIMITS = {
    "depth to which terms and bodies of a module nest": ("syntax.cursor", "DEPTH"),
    "depth of JSON documents": ("values.json_text", "NESTING"),
    "bytes of a file that is loaded": ("tools.loader", "SIZE_LIMIT"),
    "characters of a string that a built-in makes": ("builtins.limits", "TEXT"),
    "elements of an array that a built-in makes": ("builtins.limits", "ITEMS"),
    "bits of an integer that a built-in makes": ("builtins.limits", "BITS"),
    "width and precision in `sprintf`": ("builtins.limits", "PADDING"),
    "bytes of a compiled regular expression": ("builtins.regex", "_MEMORY"),
    "pairs of places that `regex.globs_match` compares": ("builtins.glob_intersection", "_MOST_PAIRS"),
    "addresses that `net.cidr_expand` lists": ("builtins.network", "ADDRESSES"),
    "vertices of all paths that `graph.reachable_paths` gives": ("builtins.graphs", "VERTICES"),
    "checks of parts of a document against parts of a JSON Schema": ("builtins.json_schema_check", "CHECKS"),
    "parameters of a URL's query": ("builtins.urls", "_PARAMETERS"),
    "nodes of a text template that are visited": ("builtins.template_execution", "_STEPS"),
    "depth to which text templates include one another": ("builtins.template_execution", "_DEEPEST"),
}


def limits() -> dict[str, int]:
    """Return each limit with its value."""
    return {what: _value(*where) for what, where in LIMITS.items()}


def _value(module: str, name: str) -> int:
    return int(getattr(import_module(f"samakia_policy.rego.{module}"), name))


def limits_table() -> str:
    """Return the limits as a table."""
    return table(("limited", "to"), [(what, f"{value:,}") for what, value in limits().items()])
