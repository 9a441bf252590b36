"""Modules of any packages, compiled together, and asked for documents below `data`.

A module may be of either version of the language: it is read as v1, and as v0 where only that can be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.refused import EFFECTS, REFUSED
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import Fault, RegoError
from samakia_policy.rego.generate.replaced import Replaced
from samakia_policy.rego.program import Code, Program, build
from samakia_policy.rego.run.documents import root, tree_step, whole
from samakia_policy.rego.run.state import new_state
from samakia_policy.rego.syntax.nodes import Module, Rule
from samakia_policy.rego.values.collections import UNDEFINED, Value

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

MOST_FAULTS = 10
"""How many faults of a set of modules are told."""
UNSAFE = frozenset((*REFUSED, *EFFECTS))
"""Built-ins that would only be undefined when they are called: what they answer is no matter of the input."""


class Text(NamedTuple):
    """A module's text; `version` is 0 or 1, None where its text tells."""

    text: str
    version: int | None = None


class Packages:
    """A compiled program, its base documents, and what it was compiled from."""

    def __init__(self, program: Program, data: Value) -> None:
        self._program = program
        self._data = data

    @classmethod
    def load(cls, code: bytes, data: Value) -> Packages:
        """Return packages from what `compile_packages` gave, never from bytes of a stranger."""
        return cls(Program.link(Code.loads(code)), data)

    def ask(
        self, path: tuple[str, ...], value: Value, context: Context, own: Mapping[str, Value] | None = None
    ) -> Value:
        """Return the document at a path below `data` for an input, or UNDEFINED; raises EvaluationFault.

        `own`: base documents of this question alone. An error of a built-in is undefined, as in OPA.
        """
        data = {**self._data, **own} if own else self._data
        state = new_state(self._program.code.slots, data, value, context, strict=False)
        with deep():
            found = root(state, self._program.tree)
            for name in path:
                found = tree_step(state, found, name)
                if found is UNDEFINED:
                    return UNDEFINED
            return whole(state, found)


def compile_packages(
    texts: Mapping[str, Text],
    data: Value,
    said: Callable[[str], bool] = lambda _: False,
    *,
    code: bool = True,
) -> tuple[bytes, dict[str, Any]]:
    """Return compiled code, if it is wanted, and what the modules hold as plain data; raises RegoError.

    `modules`: by file, the version and package; `rules`: file, line, package, name as written, and kind:
    "set", "value", "function", or "ref" where the name is more than one word; `sayings`: what the sets are
    made of whose names `said` accepts, each with its path.
    """
    from samakia_policy.rego.compiler.stages import compile_modules

    with deep():
        modules = parse(texts)
        held = describe(modules)
        compiled = compile_modules(
            modules, keep_prints=False, data=data, max_errors=MOST_FAULTS, unsafe=UNSAFE
        )
        held["sayings"] = _sayings(compiled, held["rules"], said)
        return build(compiled, Replaced()).dumps() if code else b"", held


def _sayings(compiled: Compiled, rules: list[dict[str, Any]], said: Callable[[str], bool]) -> list[Any]:
    from samakia_policy.rego.reads.said import sayings

    paths = sorted({(*rule["package"], rule["name"]) for rule in rules if said(rule["name"])})
    found = sayings(compiled, paths)
    return [[path, [one.to_json() for one in each]] for path, each in zip(paths, found, strict=True)]


def parse(texts: Mapping[str, Text]) -> dict[str, Module]:
    """Return the modules by file; raises RegoError with the faults of every module that is none."""
    modules, faults = {}, []
    for name in sorted(texts):
        try:
            modules[name] = _module(name, texts[name])
        except RegoError as error:
            faults += error.faults
    if faults:
        raise RegoError(faults[:MOST_FAULTS])
    return modules


def _module(name: str, text: Text) -> Module:
    from samakia_policy.rego.syntax.modules import parse_module

    if text.version is not None:
        return parse_module(name, text.text, version=text.version)
    try:
        return parse_module(name, text.text, version=1)
    except RegoError as newer:
        try:
            return parse_module(name, text.text, version=0)
        except RegoError as older:
            # The reading that got further is the one that was meant.
            raise max(newer, older, key=_reached) from None


def _reached(error: RegoError) -> int:
    places = [fault.location.offset for fault in error.faults if fault.location is not None]
    return min(places, default=0)


def describe(modules: Mapping[str, Module]) -> dict[str, Any]:
    """Return what modules hold, as plain data in the order of their files and rules."""
    return {
        "modules": {
            name: {"version": module.version, "package": _names(module)} for name, module in modules.items()
        },
        "rules": [told for module in modules.values() for told in _rules(module)],
    }


def _names(module: Module) -> list[str]:
    return [str(getattr(term, "value", "")) for term in module.package.path]


def _rules(module: Module) -> Iterator[dict[str, Any]]:
    package = _names(module)
    for rule in module.rules:
        line = rule.location.row if rule.location else 0
        name = str(getattr(rule.head.ref.head, "name", ""))
        yield {"file": module.file, "line": line, "package": package, "name": name, "kind": _kind(rule)}


def _kind(rule: Rule) -> str:
    head = rule.head
    if head.ref.path:
        return "ref"
    if head.args:
        return "function"
    return "value" if head.key is None else "set"


def faults_json(faults: list[Fault]) -> str:
    """Return faults as one line of JSON: file, line and column (0 where unknown), code, message and hint."""
    return json.dumps([_fault(fault) for fault in faults])


def _fault(fault: Fault) -> dict[str, Any]:
    place = fault.location
    return {
        "file": place.file if place else "",
        "line": place.row if place else 0,
        "column": place.col if place else 0,
        "code": fault.code,
        "message": fault.message,
        "hint": fault.hint,
    }
