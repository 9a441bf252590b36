"""Modules that a server needs besides plain packages: stubs, and what asks them for each of many inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samakia_policy.evaluation.plain import Asked, Path
from samakia_policy.evaluation.plain.query import NOW, reference, timed
from samakia_policy.rego.syntax.upgrade import functions


def stub(run: str, text: str, package: Path) -> str:
    """Return a module with the functions of another one: of any result, and without one."""
    found = sorted(functions(reference(package), text).items())
    return f"package {reference(package, run)}\n" + "".join(_stub(*one) for one in found)


def _stub(name: str, arguments: int) -> str:
    listed = [f"a{number}" for number in range(arguments)]
    return f"\n{name}({', '.join(listed)}) := a0 if false\n"


def asked_documents(run: str, asked: Asked) -> str:
    """Return a module whose rule for each path is [] where the document is undefined, else it alone."""
    rules = (
        f"r{number} := [v | v := {reference(path, f'data.{run}')}]\n"
        for number, path in enumerate(asked.paths)
    )
    return f"package {run}_asks.refs\n\n" + "\n".join(rules)


def answering(run: str, asked: Asked) -> str:
    """Return the module that answers: what is wanted, for each input, with the base documents laid over.

    What a `with` gives is bound before: opa takes `with input as d.input` for undefined.
    """
    found = [("input", "document.input"), (f"data.{run}.conftest.file", "document.file")]
    found += [(f"data.{run}_asks.wanted", "input.wanted")]
    found += [
        (reference(path, f"data.{run}"), reference(path, "input.data"))
        for path in overlays(asked.compiled.value, asked.compiled.packages.values())
    ]
    found += [(NOW, str(asked.now_ns))] if timed(asked) else []
    bound = "".join(f"\n\tg{number} := {value}" for number, (_, value) in enumerate(found))
    withs = "".join(f"\n\t\twith {target} as g{number}" for number, (target, _) in enumerate(found))
    wanted = f"[data.{run}_asks.refs[name] | some name in data.{run}_asks.wanted]"
    return (
        f"package {run}_asks.answer\n\ndecision := input.decision\n\n"
        f"said := [found |\n\tsome document in input.documents{bound}\n\tfound := {wanted}{withs}\n]\n"
    )


def overlays(data: Any, packages: Any) -> list[Path]:
    """Return the paths of base documents that hide no rule: a package's own place is taken apart."""
    taken = {path[:size] for path in packages for size in range(len(path) + 1)}
    found: list[Path] = []
    pending: list[tuple[Path, Any]] = [((), data)]
    while pending:
        path, value = pending.pop()
        if path not in taken:
            found.append(path)
        elif isinstance(value, Mapping):
            pending += [((*path, name), below) for name, below in value.items()]
    return sorted(found)
