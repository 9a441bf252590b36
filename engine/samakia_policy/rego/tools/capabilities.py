"""Capabilities: which built-ins a policy may use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from samakia_policy.rego.errors import TYPE, Fault, RegoError
from samakia_policy.rego.slotted import field_names, slotted
from samakia_policy.rego.tools.documents import DocumentError, read_json
from samakia_policy.rego.tools.flags import UsageError
from samakia_policy.rego.tools.loader import read_file


@slotted(frozen=True)
class Capabilities:
    """The names of the built-ins that may be called."""

    builtins: frozenset[str]


def load_capabilities(path: str) -> Capabilities:
    """Return the capabilities in a file; raises UsageError."""
    try:
        found: Any = read_json(read_file(path))
    except (OSError, DocumentError):
        raise UsageError(
            f'invalid argument "{path}" for "--capabilities" flag: '
            f"no such file or capabilities version found: {path}"
        ) from None
    return Capabilities(frozenset(entry["name"] for entry in found.get("builtins") or []))


def require(capabilities: Capabilities | None, modules: Iterable[Any]) -> None:
    """Refuse calls of built-ins that are not among the capabilities; raises RegoError."""
    if capabilities is None:
        return
    from samakia_policy.rego.builtins.registry import signatures

    missing = signatures().keys() - capabilities.builtins
    faults = [
        Fault(TYPE, f"undefined function {call.name}", call.location)
        for module in modules
        for call in _calls(module)
        if call.name in missing
    ]
    if faults:
        raise RegoError(faults)


def require_in_query(capabilities: Capabilities | None, text: str) -> None:
    """Refuse calls in the text of a query; raises RegoError."""
    if capabilities is not None:
        from samakia_policy.rego.syntax.modules import parse_body

        require(capabilities, [parse_body(text)])


def _calls(node: Any) -> Iterator[Any]:
    """Every call below a node that calls something by a plain name."""
    from samakia_policy.rego.syntax.nodes import Call, Node

    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list | tuple):
            waiting += found
        elif isinstance(found, Node):
            if isinstance(found, Call) and _is_plain(found):
                yield found
            waiting += [
                getattr(found, name) for name in field_names(found) if name not in {"module", "location"}
            ]


def _is_plain(call: Any) -> bool:
    try:
        return bool(call.name)
    except (ValueError, AttributeError):
        return False
