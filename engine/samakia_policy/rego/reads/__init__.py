"""Which parts of `input` a policy reads, found without running it.

Variables and arguments carry sets of paths. What flows into a built-in, a comparison, a head that somebody
reads, or the elements of a set is read whole; type tests, `count` and comparisons with a constant read only
the value itself; a member with a computed name is any member. Functions are followed for the shapes of their
arguments: rules cannot be recursive, so that comes to an end. Where nothing better is known, all is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samakia_policy.rego.depth import deep
from samakia_policy.rego.generate.tree import grow
from samakia_policy.rego.reads.analysis import Analysis, TooLarge
from samakia_policy.rego.reads.found import Compared, Found
from samakia_policy.rego.reads.shapes import ANY, Path

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.syntax.location import Location


@dataclass(slots=True, frozen=True)
class Reads:
    """Paths of `input`: of `wholes` everything below is read, of `tops` only the value itself.

    Of `tops` without `sizes` it only matters whether there is something, and of which type.
    `ANY` stands for a step whose name is known only at run time. `sites`: where a path is named first.
    `compared`: values that are compared with one another.
    """

    wholes: frozenset[Path]
    tops: frozenset[Path]
    sites: Mapping[Path, Location] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    sizes: frozenset[Path] = frozenset()

    def paths(self) -> list[list[Path]]:
        """Return wholes, tops and sizes as plain lists, in order."""
        return [sorted(found, key=repr) for found in (self.wholes, self.tops, self.sizes)]


def reads(compiled: Compiled, documents: Iterable[tuple[str, ...]]) -> Reads:
    """Return what documents under `data`, given by their paths, read of `input`."""
    with deep():
        tree, groups = grow(compiled.modules.values())
        analysis = Analysis(tree, groups)
        try:
            for path in documents:
                branch = tree
                for name in path:
                    branch = branch.children[name]
                analysis.found.whole(analysis.document(branch))
        except TooLarge:
            return Reads(frozenset([()]), frozenset())
    return collected(analysis.found)


def reads_by_rule(compiled: Compiled, path: tuple[str, ...]) -> list[Reads]:
    """Return what each rule of one name reads of `input`, in the order of the rules."""
    with deep():
        tree, groups = grow(compiled.modules.values())
        (group,) = [group for group in groups if group.branch.path == path]
        made = []
        for rule in group.rules:
            analysis = Analysis(tree, groups)
            try:
                analysis.found.whole(analysis.rule(rule, group))
            except TooLarge:
                made.append(Reads(frozenset([()]), frozenset()))
            else:
                made.append(collected(analysis.found))
    return made


def collected(found: Found) -> Reads:
    """Return what was found."""
    return Reads(
        frozenset(found.wholes),
        frozenset(found.tops - found.wholes),
        found.sites,
        tuple(dict.fromkeys(found.compared)),
        frozenset(found.sizes - found.wholes),
    )


__all__ = ["ANY", "Compared", "Path", "Reads", "reads", "reads_by_rule"]
