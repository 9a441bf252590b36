"""Which documents and functions any `with` replaces: only reads of those must look out for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from samakia_policy.rego.generate.free import walk
from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax import nodes as n


@slotted(frozen=True)
class Replaced:
    """Names of functions, and paths under `data`, that some `with` names."""

    functions: frozenset[str] = frozenset()
    documents: frozenset[tuple[str, ...]] = frozenset()

    def __or__(self, other: Replaced) -> Replaced:
        return Replaced(self.functions | other.functions, self.documents | other.documents)

    def covers(self, other: Replaced) -> bool:
        """Return whether code made for this also serves the other."""
        return other.functions <= self.functions and other.documents <= self.documents


def targets(bodies: Iterable[Any], tree: Branch) -> Replaced:
    """Return what the `with` in some rules or bodies replace."""
    functions, documents = set(), set()
    for node in walk(list(bodies)):
        if node.__class__ is not n.With:
            continue
        head = getattr(node.target.head, "name", "")
        if head == "data" and not _function(node.target, tree):
            documents.add(tuple(_constant(node.target)))
        elif head != "input":
            functions.add(n.ref_name(node.target))
    return Replaced(frozenset(functions), frozenset(documents))


def _constant(target: n.Ref) -> list[str]:
    names: list[str] = []
    for term in target.path:
        if not isinstance(term, n.Scalar) or not isinstance(term.value, str):
            break
        names.append(term.value)
    return names


def _function(target: n.Ref, tree: Branch) -> bool:
    branch: Branch | None = tree
    for name in _constant(target):
        branch = branch.children.get(name) if branch else None
    return branch is not None and branch.function
