"""A plain query over modules that were compiled before: nothing is parsed or compiled again."""

from __future__ import annotations

import marshal
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import time_ns
from typing import TYPE_CHECKING, Any

from samakia_policy.rego import cache
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import EvaluationFault, RegoError
from samakia_policy.rego.run.documents import root, tree_step, whole
from samakia_policy.rego.run.state import new_state
from samakia_policy.rego.tools import common_flags as common
from samakia_policy.rego.tools.given import LARGE
from samakia_policy.rego.tools.go_json import plain as written
from samakia_policy.rego.tools.loaded import Loaded
from samakia_policy.rego.tools.problems import Problem, Refused, problems_of
from samakia_policy.rego.tools.results import Row
from samakia_policy.rego.values.collections import UNDEFINED, Value

if TYPE_CHECKING:
    from samakia_policy.rego.engine import Policy
    from samakia_policy.rego.program import Program
    from samakia_policy.rego.run.state import State
    from samakia_policy.rego.tools.flags import Chosen
    from samakia_policy.rego.tools.given import Given

_PLAIN = re.compile(r"data(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_WORDS = frozenset(
    ("as", "default", "else", "false", "import", "not", "null", "package", "some", "true", "with")
)
# Flags that want more than a value, or change what is compiled.
_REST = (
    "bundle",
    "capabilities",
    "coverage",
    "coverage-runs",
    "explain",
    "import",
    "instrument",
    "metrics",
    "package",
    "profile",
    "profile-limit",
    "profile-sort",
)
_MORE = ("plan", "schema", "strict", "stdin", "var-values")


def plain(chosen: Chosen, query: str) -> bool:
    """Return whether a query names one document, and nothing but its value is wanted."""
    if chosen["as-of"] or chosen.given & {*_REST, *_MORE}:
        return False
    return bool(_PLAIN.fullmatch(query)) and not _WORDS & set(query.split("."))


class Memory:
    """Modules as text, and their program when an earlier run compiled the very same."""

    def __init__(self, asked: tuple[Chosen, str, Given], loaded: Loaded, name: str) -> None:
        self._chosen, self._query, self._given = asked
        self._loaded, self._name = loaded, name
        self._path = tuple(self._query.split(".")[1:])
        self._shared = self._given.size >= LARGE and common.processes_of(self._chosen) > 1

    @classmethod
    def of(cls, chosen: Chosen, query: str, given: Given) -> Memory | None:
        """Read what `--data` names; None where there are data documents, too. Raises Refused."""
        from samakia_policy.rego.tools.loader import load_paths

        version = common.version_of(chosen)
        loaded = load_paths(chosen["data"], version=version, ignore=chosen["ignore"], parse=False)
        if loaded.documents or loaded.modules or not loaded.texts:
            return None
        parts = [f"eval {version} {sorted(chosen['allow'])} {query}"]
        for path, content in sorted(loaded.texts.items()):
            parts += [path, content.decode("latin-1")]
        return cls((chosen, query, given), loaded, cache.name_of(parts))

    def rows(self) -> list[Row] | None:
        """Return the answer of the program that was kept, or None; raises EvaluationFault and Refused."""
        kept = cache.read(cache.user_folder(), self._name)
        if not kept:
            return None
        code, paths, shares = marshal.loads(kept)  # noqa: S302 - the user's own cache, checked by digest
        if self._shared and shares is None:
            return None
        from samakia_policy.rego.program import Code, Program

        program = Program.link(Code.loads(code))
        run = _Run(self._chosen, program, self._given)
        with run.limits():
            if self._shared and shares:
                from samakia_policy.rego.tools.shares import evaluate

                found = evaluate(program, shares, run.begin)
            else:
                found = _document(program, self._path, run.begin(paths))
        return [] if found is UNDEFINED else [Row([(written(found), self._query, 1, 1)], {})]

    def parse(self) -> Loaded:
        """Parse the texts; raises Refused with every fault."""
        from samakia_policy.rego.tools.loader import read_module

        problems: list[Problem] = []
        for path, content in self._loaded.texts.items():
            try:
                self._loaded.modules[path] = read_module(path, content, common.version_of(self._chosen))
            except RegoError as error:
                problems += problems_of(error)
        if problems:
            raise Refused(problems)
        return self._loaded

    def keep(self, policy: Policy) -> None:
        """Keep what was compiled and what the query reads; where work is shared, what each rule does."""
        from samakia_policy.rego.reads import reads

        branch = policy.program.find(self._path)
        if branch is None or branch.function:
            return
        paths, shares = reads(policy.compiled, [self._path]).paths(), None
        if self._shared:
            from samakia_policy.rego.tools.shares import shares_of

            shares = shares_of(policy.compiled, policy.program, self._path)
        held = marshal.dumps((policy.program.code.dumps(), paths, shares))
        cache.write(cache.user_folder(), self._name, held)


class _Run:
    """One evaluation by a program that was kept."""

    def __init__(self, chosen: Chosen, program: Program, given: Given) -> None:
        from samakia_policy.rego.builtins.context import Context

        self._chosen, self._program, self._given = chosen, program, given
        self._context = Context(now_ns=time_ns(), allowed=frozenset(chosen["allow"]))

    def begin(self, paths: Any) -> State:
        """Return a state for the input, of which at least these paths are read; raises Refused."""
        value, strict = self._given.parts(paths), self._chosen["strict-builtin-errors"]
        return new_state(self._program.code.slots, {}, value, self._context, strict=strict)

    @contextmanager
    def limits(self) -> Iterator[None]:
        """Stop what runs inside in time, and print what it printed."""
        from samakia_policy.rego.tools.limits import time_limit

        try:
            with time_limit(self._chosen["timeout"]):
                yield
        finally:
            for _, printed in self._context.printed:
                sys.stderr.write(printed + "\n")


def _document(program: Program, path: tuple[str, ...], state: State) -> Value:
    with deep():
        try:
            place = root(state, program.tree)
            for step in path:
                place = tree_step(state, place, step)
            return whole(state, place)
        except EvaluationFault as fault:
            fault.location = fault.location or program.places.find(fault.__traceback__)
            raise
