"""Which rules lie where under `data`, and what kind of document those of one name make."""

from __future__ import annotations

from collections.abc import Iterable

from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax import nodes as n


@slotted(eq=False)
class Group:
    """The rules whose names end, up to their first variable, at one branch.

    `kind`: complete, function, set, or object (rules with variables in their names).
    """

    branch: Branch
    rules: list[n.Rule] = field(default_factory=list)
    kind: str = "complete"
    arity: int = 0

    def depth(self, rule: n.Rule) -> int:
        """Return how many steps of a rule's own name lie above the part with variables."""
        package = len(rule.module.package.path) if rule.module else 0
        return len(self.branch.path) - package - 1


def grow(modules: Iterable[n.Module]) -> tuple[Branch, list[Group]]:
    """Return the tree under `data` and the groups of rules, in the order first met."""
    root = Branch(())
    groups: dict[tuple[str, ...], Group] = {}
    for module in modules:
        package = [str(term.value) for term in module.package.path]  # type: ignore[union-attr]
        _descend(root, package)
        for rule in module.rules:
            path = [*package, *_static(rule.head)]
            branch = _descend(root, path)
            groups.setdefault(branch.path, Group(branch)).rules.append(rule)
    for group in groups.values():
        _settle(group)
    return root, list(groups.values())


def _descend(branch: Branch, path: list[str]) -> Branch:
    for name in path:
        below = branch.children.get(name)
        if below is None:
            below = branch.children[name] = Branch((*branch.path, name))
        branch = below
    return branch


def _static(head: n.Head) -> list[str]:
    names = [head.ref.head.name]  # type: ignore[union-attr]
    for term in head.ref.path:
        if not isinstance(term, n.Scalar) or not isinstance(term.value, str):
            break
        names.append(term.value)
    return names


def _settle(group: Group) -> None:
    first = group.rules[0]
    dynamic = any(len(_static(rule.head)) <= len(rule.head.ref.path) for rule in group.rules)
    if first.head.args:
        group.kind, group.arity = "function", len(first.head.args)
        group.branch.function = True
    elif dynamic:
        group.kind = "object"
    elif first.head.key is not None:
        group.kind = "set"
        group.branch.depths = (0,)
    group.branch.open = group.kind == "object"
    if group.kind == "object":
        group.branch.depths = tuple(
            sorted({len(rule.head.ref.path) - group.depth(rule) for rule in group.rules})
        )
