"""What the command line read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samakia_policy.rego.slotted import field, slotted

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.nodes import Module


@slotted()
class Loaded:
    """Modules by name, modules that were not parsed yet, and the data document."""

    modules: dict[str, Module] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    documents: dict[Any, Any] = field(default_factory=dict)
