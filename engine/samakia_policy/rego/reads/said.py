"""What the messages of a partial set are made of: their format, where its values lie, and what is tested.

From this and one message it can be told which values of an input it is about; nothing is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.depth import deep
from samakia_policy.rego.generate.tree import grow
from samakia_policy.rego.reads.analysis import Analysis, Env, TooLarge
from samakia_policy.rego.reads.shapes import ANY, Path
from samakia_policy.rego.syntax import nodes as n

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

MOST_CLAUSES = 1_000
"""Rules of one name that are looked at; messages of a larger set lie at their document."""


@dataclass(slots=True, frozen=True)
class Saying:
    """One rule of a set: the format of its message, None where it is not constant, and where its values lie.

    `values`: the paths that each may be at. `tested`: those that its conditions test last, beside these.
    """

    format: str | None
    values: list[list[Path]]
    tested: list[Path]

    def to_json(self) -> list[Any]:
        """Return it as plain data."""
        return [self.format, self.values, self.tested]


def sayings(compiled: Compiled, paths: Iterable[tuple[str, ...]]) -> Iterator[list[Saying]]:
    """Yield for each set, by its path under `data`, what its rules say; nothing for what is none."""
    with deep():
        tree, groups = grow(compiled.modules.values())
        rules = {group.branch.path: group.rules for group in groups}
        for path in paths:
            found = [rule for rule in rules.get(path, []) if rule.head.key is not None]
            few = found if len(found) <= MOST_CLAUSES else []
            yield [_saying(rule, Analysis(tree, groups)) for rule in few]


def _saying(rule: n.Rule, analysis: Analysis) -> Saying:
    env: Env = {}
    made = _definitions(rule.body)
    text, values = _format(_message(rule.head.key, made), made)
    try:
        analysis.body(rule.body, env)
        paths = [sorted(analysis.value(value, env).paths) for value in values]
    except TooLarge:
        return Saying(text, [[] for _ in values], [])
    return Saying(text, paths, _tested(rule, analysis, paths))


def _definitions(body: n.Body) -> dict[str, Any]:
    """Return the terms that variables were set to, and the calls whose results they are."""
    made: dict[str, Any] = {}
    for expr in body:
        call = expr.terms
        if not isinstance(call, n.Call) or not call.args or expr.negated:
            continue
        if call.name == "eq" and isinstance(call.args[0], n.Var):
            made.setdefault(call.args[0].name, call.args[1])
        elif isinstance(call.args[-1], n.Var):
            made.setdefault(call.args[-1].name, call)
    return made


def _followed(term: Any, made: Mapping[str, Any]) -> Any:
    seen = set[str]()
    while isinstance(term, n.Var) and term.name in made and term.name not in seen:
        seen.add(term.name)
        term = made[term.name]
    return term


def _message(element: Any, made: Mapping[str, Any]) -> Any:
    """Return what a message is: the element of a set, or the member `msg` of one that is an object."""
    found = _followed(element, made)
    for name, value in found.items if isinstance(found, n.Object) else ():
        if isinstance(name, n.Scalar) and name.value == "msg":
            return _followed(value, made)
    return found


def _format(message: Any, made: Mapping[str, Any]) -> tuple[str | None, list[Any]]:
    if isinstance(message, n.Scalar) and isinstance(message.value, str):
        return message.value.replace("%", "%%"), []
    if isinstance(message, n.Call) and message.name == "sprintf":
        text, values = (_followed(term, made) for term in message.args[:2])
        if isinstance(text, n.Scalar) and isinstance(text.value, str) and isinstance(values, n.Array):
            return text.value, values.items
    return None, []


def _tested(rule: n.Rule, analysis: Analysis, values: Iterable[list[Path]]) -> list[Path]:
    found = analysis.found
    paths = (found.tops | found.wholes) - {path for each in values for path in each}
    begin = rule.location.offset if rule.location else 0
    end = max((expr.location.end for expr in rule.body if expr.location), default=begin)
    file = rule.module.file if rule.module else ""
    sites = {path: site.offset for path in paths if (site := found.sites.get(path)) and site.file == file}
    own = {path: offset for path, offset in sites.items() if begin <= offset <= end}
    last = [path for path, offset in own.items() if offset == max(own.values())]
    return sorted(path for path in _deepest(paths, last) if path)


def _deepest(paths: Iterable[Path], above: list[Path]) -> Iterable[Path]:
    """Return paths, each as deep as it is the only one: a function may test a part of what it is given."""
    for one in above:
        below = [path for path in paths if path[: len(one)] == one]
        ends = [path for path in below if not any(p != path and p[: len(path)] == path for p in below)]
        if not any(path != one and path[: len(one)] == one for path in above):
            yield ends[0] if len(ends) == 1 else one


__all__ = ["ANY", "MOST_CLAUSES", "Saying", "sayings"]
