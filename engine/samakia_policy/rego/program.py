"""A linked program: the code of a set of modules, with the tree under `data` that it evaluates."""

from __future__ import annotations

import marshal
import types
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from samakia_policy.rego.generate.link import SUPPORT, Places, bind
from samakia_policy.rego.plan.notes import SILENT, Notes
from samakia_policy.rego.run.documents import Branch

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.generate.replaced import Replaced
    from samakia_policy.rego.generate.unit import Unit

FILE = "<rego>"


class Code(NamedTuple):
    """All that a program is, as plain data that `marshal` can hold.

    `branches`: path, name of its Python function ("" for a package), is it a function, is it open, arity,
    depths, slot of the memo (-1 without one).
    `names`: the Rego variables that Python variables hold. `members`: the functions of the rules of each set.
    """

    code: types.CodeType
    branches: list[tuple[tuple[str, ...], str, bool, bool, int, tuple[int, ...], int]]
    built_ins: dict[str, str]
    places: list[tuple[str, int, int] | None]
    slots: int
    mocks: tuple[str, ...]
    masks: tuple[tuple[str, ...], ...]
    names: dict[str, str]
    members: dict[tuple[str, ...], tuple[str, ...]]

    def dumps(self) -> bytes:
        """Return bytes from which this Python version makes the same code."""
        return marshal.dumps(tuple(self))

    @classmethod
    def loads(cls, data: bytes) -> Code:
        """Return code from bytes of this very Python version; never from bytes of a stranger."""
        return cls(*marshal.loads(data))  # noqa: S302 - the caller's own cache, checked by digest


class Program:
    """Linked code: functions that can be called."""

    __slots__ = ("code", "namespace", "places", "tree")

    def __init__(self, code: Code, tree: Branch, namespace: dict[str, Any]) -> None:
        self.code = code
        self.tree = tree
        self.namespace = namespace
        self.places = Places()

    @classmethod
    def link(cls, code: Code) -> Program:
        """Run the code in a namespace of its own and hang its functions into the tree."""
        tree = Branch(())
        program = cls(code, tree, {**SUPPORT, "tree": tree})
        bind(code.code, code.built_ins, program.namespace)
        program.places.add(FILE, code.places)
        for path, name, function, is_open, _, depths, _ in code.branches:
            branch = _descend(tree, path)
            if name:
                branch.function, branch.open, branch.depths = function, is_open, depths
                branch.value = program.namespace[name]
        return program

    def unit(self, tag: str) -> Unit:
        """Return a new unit whose code may call this program's functions."""
        from samakia_policy.rego.generate.unit import Unit

        named = [entry for entry in self.code.branches if entry[1]]
        return Unit(
            tag=tag,
            slots=count(self.code.slots),
            tree=self.tree,
            rule_names={path: name for path, name, *_ in named},
            rule_slots={path: slot for path, *_, slot in named if slot >= 0},
            arities={path: arity for path, _, function, _, arity, *_ in named if function},
            mocks=frozenset(self.code.mocks),
            masks=frozenset(self.code.masks),
        )

    def find(self, path: tuple[str, ...]) -> Branch | None:
        """Return the branch at a path under `data`, or None."""
        branch: Branch | None = self.tree
        for name in path:
            branch = branch.children.get(name) if branch else None
        return branch


def build(compiled: Compiled, replaced: Replaced, notes: Notes = SILENT) -> Code:
    """Return the code of compiled modules; `replaced` is what queries will replace by `with`."""
    from samakia_policy.rego.generate.replaced import targets
    from samakia_policy.rego.generate.rules import emit_group
    from samakia_policy.rego.generate.tree import grow
    from samakia_policy.rego.generate.unit import Unit

    tree, groups = grow(compiled.modules.values())
    replaced = replaced | targets([rule for group in groups for rule in group.rules], tree)
    unit = Unit(tree=tree, mocks=replaced.functions, masks=replaced.documents, notes=notes)
    unit.unread = compiled.unread
    unit.rule_names = {group.branch.path: f"n{number}" for number, group in enumerate(groups)}
    unit.rule_slots = {group.branch.path: next(unit.slots) for group in groups if group.kind != "function"}
    unit.arities = {group.branch.path: group.arity for group in groups if group.kind == "function"}
    for group in groups:
        emit_group(group, unit)
    arities = unit.arities
    branches = [
        (
            branch.path,
            unit.rule_names.get(branch.path, ""),
            branch.function,
            branch.open,
            arities.get(branch.path, 0),
            branch.depths,
            unit.rule_slots.get(branch.path, -1),
        )
        for branch in _all(tree)
    ]
    places = [(place.file, place.row, place.col) if place else None for place in unit.places]
    made = compile(unit.module(), FILE, "exec", dont_inherit=True)
    masks = tuple(sorted(replaced.documents))
    mocks = tuple(sorted(replaced.functions))
    return Code(
        made, branches, unit.built_ins, places, next(unit.slots), mocks, masks, unit.names, unit.members
    )


def _descend(branch: Branch, path: tuple[str, ...]) -> Branch:
    for name in path:
        below = branch.children.get(name)
        if below is None:
            below = branch.children[name] = Branch((*branch.path, name))
        branch = below
    return branch


def _all(branch: Branch) -> list[Branch]:
    return [branch, *[below for child in branch.children.values() for below in _all(child)]]
