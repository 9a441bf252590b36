"""Many rules, each a module of its own, compiled together; a broken one leaves the others alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import EvaluationFault, RegoError
from samakia_policy.rego.program import Code, Program
from samakia_policy.rego.run.state import new_state
from samakia_policy.rego.values.collections import UNDEFINED, Value


class Rules:
    """Rules by their file name, with the libraries they import."""

    def __init__(self, libraries: Mapping[str, str], sources: Mapping[str, str]) -> None:
        self._libraries = dict(libraries)
        self._sources = dict(sources)
        self._program: Program | None = None

    def load(self, code: bytes) -> bytes:
        """Make the rules ready; returns bytes to hand in next time, empty if those handed in were good."""
        if code:
            self._program = Program.link(Code.loads(code))
            return b""
        made = self._compiled()
        self._program = Program.link(made)
        return made.dumps()

    def _compiled(self) -> Code:
        from samakia_policy.rego.compiler.stages import compile_modules
        from samakia_policy.rego.generate.replaced import Replaced
        from samakia_policy.rego.program import build

        with deep():
            modules = self._parsed()
            while True:
                try:
                    return build(compile_modules(dict(modules), keep_prints=False), Replaced())
                except RegoError as error:
                    faulty = {fault.location.file for fault in error.faults if fault.location} & set(
                        self._sources
                    )
                    if not faulty & set(modules):
                        return build(compile_modules({}, keep_prints=False), Replaced())
                    modules = self._parsed(without=set(self._sources) - set(modules) | faulty)

    def _parsed(self, without: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
        from samakia_policy.rego.syntax.modules import parse_module

        made = {f"lib/{name}": parse_module(f"lib/{name}", text) for name, text in self._libraries.items()}
        for name, text in self._sources.items():
            if name in without:
                continue
            try:
                made[name] = parse_module(name, text)
            except RegoError:
                continue
        return made

    def document(self, path: tuple[str, ...], value: Value, fuel: int | None) -> str:
        """Return a document's JSON for an input; raises EvaluationFault when it is undefined."""
        from samakia_policy.rego.values.json_text import dump

        program = self._program
        branch = program.find(path) if program else None
        if program is None or branch is None or branch.value is None:
            raise EvaluationFault("eval_internal_error", "the rule did not compile")
        state = new_state(program.code.slots, {}, value, Context(fuel=fuel), strict=True)
        with deep():
            found = branch.value(state)
            if found is UNDEFINED:
                raise EvaluationFault("eval_internal_error", "the document is undefined")
            return dump(found)
