"""Values that a Terraform plan marks as sensitive, wherever it is: nobody may see them in a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_SHORTEST = 3
# Where the parts of a plan lie that have marks; values that may be large are not searched for more.
_PARTS = frozenset(
    (
        *("resource_changes", "resource_drift", "change", "output_changes", "planned_values", "prior_state"),
        *("values", "root_module", "child_modules", "resources", "outputs"),
    )
)
_SUFFIX = "_sensitive"
# Their members have names of their own.
_NAMED = frozenset(("output_changes", "outputs"))


def is_plan(document: Any) -> bool:
    """Tell whether a document is the output of `terraform show -json`."""
    return isinstance(document, dict) and "format_version" in document and "resource_changes" in document


def sensitive_texts(plan: Any) -> set[str]:
    """Return the texts of all values that a plan marks; what is shorter than 3 characters hides nothing."""
    declared = plan.get("configuration", {}).get("root_module", {}).get("variables", {})
    variables = plan.get("variables", {})
    named = [name for name, found in declared.items() if isinstance(found, dict) and found.get("sensitive")]
    found = {text for name in named for text in _texts(variables.get(name))}
    pending: list[tuple[str, Any]] = [("", plan)]
    while pending:
        name, node = pending.pop()
        if isinstance(node, list):
            pending += [("", item) for item in node]
        elif isinstance(node, dict):
            found.update(text for mask, value in _masks(node) for text in _masked(mask, value))
            every = name in _NAMED
            pending += [(key, below) for key, below in node.items() if every or key in _PARTS]
    return {text for text in found if len(text) >= _SHORTEST}


def _masks(node: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name, mask in node.items():
        if name.endswith(_SUFFIX):
            yield mask, node.get(name.removesuffix(_SUFFIX))
    yield node.get("sensitive_values"), node.get("values")
    if node.get("sensitive") is True:
        yield True, node.get("value")


def _masked(mask: Any, value: Any) -> Iterator[str]:
    if mask is True:
        yield from _texts(value)
    elif isinstance(mask, dict) and isinstance(value, dict):
        for name, below in mask.items():
            yield from _masked(below, value.get(name))
    elif isinstance(mask, list) and isinstance(value, list):
        for below, item in zip(mask, value, strict=False):
            yield from _masked(below, item)


def _texts(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        node = pending.pop()
        pending += _below(node)
        if node is not None and not isinstance(node, bool | dict | list):
            yield str(node)


def _below(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
