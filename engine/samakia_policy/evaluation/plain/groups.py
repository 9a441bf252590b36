"""Questions that a runtime answers together, and apart where it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from samakia_policy.evaluation.plain import Asked, Path, Said

MOST_CHARACTERS = 60_000
"""Length of the names that are asked for together: they must fit on a command line."""


class Group(NamedTuple):
    """Every one of some paths for every one of some inputs, by their numbers."""

    inputs: Sequence[int]
    paths: Sequence[int]

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self.inputs) * len(self.paths)

    def halves(self) -> tuple[Group, Group]:
        """Return two groups that have the same questions."""
        if len(self.inputs) > 1:
            half = len(self.inputs) // 2
            return Group(self.inputs[:half], self.paths), Group(self.inputs[half:], self.paths)
        half = len(self.paths) // 2
        return Group(self.inputs, self.paths[:half]), Group(self.inputs, self.paths[half:])


Ask = Callable[[Group], list[list[Any]] | str]
"""Returns for each input of a group what its documents are, [] where undefined; or why nothing was said."""


def answers(asked: Asked, ask: Ask) -> Iterator[Said]:
    """Yield every answer."""
    for paths in _together(asked.paths):
        yield from _answers(Group(range(len(asked.inputs)), paths), ask)


def _together(paths: Sequence[Path]) -> Iterator[range]:
    start = length = 0
    for number, path in enumerate(paths):
        length += len(json.dumps(path))
        if length > MOST_CHARACTERS and number > start:
            yield range(start, number)
            start, length = number, len(json.dumps(path))
    yield range(start, len(paths))


def _answers(group: Group, ask: Ask) -> Iterator[Said]:
    said = ask(group)
    if isinstance(said, list) and _fits(said, group):
        for input, documents in zip(group.inputs, said, strict=True):
            for path, found in zip(group.paths, documents, strict=True):
                yield Said(input, path, found[0] if found else None)
    elif group.size > 1:
        for half in group.halves():
            yield from _answers(half, ask)
    else:
        yield Said(
            group.inputs[0], group.paths[0], error=said if isinstance(said, str) else "it got no answer"
        )


def _fits(said: list[list[Any]], group: Group) -> bool:
    if len(said) != len(group.inputs):
        return False
    return all(
        isinstance(documents, list)
        and len(documents) == len(group.paths)
        and all(isinstance(found, list) for found in documents)
        for documents in said
    )
