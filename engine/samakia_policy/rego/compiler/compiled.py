"""What the compiler hands on: modules in core form, and what later stages look up in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import ref_name

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.graph import Graph
    from samakia_policy.rego.compiler.tree import ModuleTree, RuleTree
    from samakia_policy.rego.syntax.nodes import Module, Ref, Rule, Term

UNKNOWN_ARITY = -1


@slotted()
class Compiled:
    """Modules in core form. `modules` is sorted by name.

    `rewritten`: the variable that a generated local was written as, by the local's name.
    `subjects`: the term that a generated local stands for, for messages.
    `unread`: generated keys of loops. `required`: the names of the built-ins that are called.
    `graph`: which rules a rule refers to. `types`: the type environment, set by the type checker.
    """

    modules: dict[str, Module]
    module_tree: ModuleTree
    tree: RuleTree
    rewritten: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, Term] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    graph: Graph | None = None
    types: Any = None

    def arity(self, ref: Ref) -> int:
        """Return how many arguments a built-in or function takes, 0 for a plain rule, or -1."""
        name = builtin_name(ref)
        if name is not None:
            return builtin_arity(name)
        found: list[Rule] = self.tree.exact(ref)
        return len(found[0].head.args or ()) if found else UNKNOWN_ARITY


def builtin_name(ref: Ref) -> str | None:
    """Return the name of the built-in that a reference is, or None."""
    if getattr(ref.head, "name", "data") == "data":
        return None
    try:
        name = ref_name(ref)
    except ValueError:
        return None
    return name if name in signatures() else None


def builtin_arity(name: str) -> int:
    """Return how many arguments a built-in takes; 0 for one that takes any number."""
    return len(signatures()[name]["decl"].get("args") or ())
