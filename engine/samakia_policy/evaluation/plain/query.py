"""The text of a Rego query that asks documents of packages for many inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from samakia_policy.evaluation.plain import Asked, Path
from samakia_policy.evaluation.plain.groups import Group

NOW = "time.now_ns"
"""The built-in that tells the time: a run fixes it."""


def timed(asked: Asked) -> bool:
    """Tell whether a module asks for the time."""
    return any(NOW in text for text, _ in asked.compiled.modules.values())


def reference(path: Path, root: str = "data") -> str:
    """Return a path below `data` as Rego writes it, whatever characters it holds."""
    return root + "".join(f"[{json.dumps(name)}]" for name in path)


def references(asked: Asked, group: Group) -> Sequence[str]:
    """Return the documents of a group's paths."""
    return [reference(asked.paths[number]) for number in group.paths]


def selection(documents: Iterable[str], withs: str) -> str:
    """Return a query that binds `said` to an array for each of `input.documents`; [] is what is undefined.

    What a `with` gives is bound before: opa takes `with input as d.input` for undefined.
    """
    each = ", ".join(f"[v | v := {document}]" for document in documents)
    return (
        "said := [found | some document in input.documents; given := document.input; file := document.file; "
        f"found := [{each}] with input as given {withs}]"
    )
