"""The rules of a partial set, each for itself: what its conditions read, and what its element does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.depth import deep
from samakia_policy.rego.generate.tree import grow
from samakia_policy.rego.reads import Reads, collected
from samakia_policy.rego.reads.analysis import Analysis, Env, TooLarge
from samakia_policy.rego.reads.found import Found
from samakia_policy.rego.syntax import nodes as n

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

Functions = Mapping[tuple[str, ...], list[n.Rule]]
_EVERYTHING = Reads(frozenset([()]), frozenset())


@dataclass(slots=True, frozen=True)
class Clause:
    """One rule of a partial set.

    `fields`: the members of its element where that is an object with constant names: their values where these
    are constant text, else None. None for any other element.
    """

    fields: Mapping[str, str | None] | None
    conditions: Reads
    element: Reads


class Clauses:
    """The partial sets of compiled modules."""

    def __init__(self, compiled: Compiled) -> None:
        with deep():
            self._tree, self._groups = grow(compiled.modules.values())
        self._rules: Functions = {group.branch.path: group.rules for group in self._groups}

    def of(self, path: tuple[str, ...]) -> list[Clause]:
        """Return the rules of the set at a path under `data`, in order; nothing where there is no set."""
        rules = [rule for rule in self._rules.get(path, []) if rule.head.key is not None]
        with deep():
            return [self._clause(rule, Analysis(self._tree, self._groups)) for rule in rules]

    def _clause(self, rule: n.Rule, analysis: Analysis) -> Clause:
        env: Env = {}
        fields = _fields(rule.head.key, rule.body, self._rules)
        own = [expr for expr in rule.body if _inside(expr, rule)]
        try:
            analysis.body([expr for expr in rule.body if expr not in own], env)
            conditions, analysis.found = collected(analysis.found), Found()
            analysis.body(own, env)
            analysis.found.whole(analysis.value(rule.head.key, env))
        except TooLarge:
            return Clause(fields, _EVERYTHING, _EVERYTHING)
        return Clause(fields, conditions, collected(analysis.found))


def _inside(expr: n.Expr, rule: n.Rule) -> bool:
    """Whether the compiler took a literal out of the element."""
    place, head = expr.location, rule.head.location
    return bool(expr.generated and place and head and head.begin <= place.offset < head.end)


def _fields(element: Any, body: n.Body, functions: Functions) -> Mapping[str, str | None] | None:
    """Return the members of an element: an object, a variable that is one, or what a function makes."""
    for expr in body if element.__class__ is n.Var else ():
        call: Any = expr.terms
        names = [getattr(arg, "name", "") for arg in call.args] if call.__class__ is n.Call else []
        if element.name not in names:
            continue
        if call.name == "eq" and call.args[0].__class__ is n.Var:
            return _members(call.args[1])
        made = functions.get(tuple([getattr(term, "value", "") for term in call.operator.path]), [])
        found = [_fields(rule.head.value, rule.body, functions) for rule in made]
        if len(found) == 1:
            # What it is given may be any text.
            return found[0]
    return _members(element)


def _members(element: Any) -> Mapping[str, str | None] | None:
    items: Any = element.items if element.__class__ is n.Object else [(element, None)]
    if any(name.__class__ is not n.Scalar for name, _ in items) or element.__class__ is n.Scalar:
        return None
    values = [(str(name.value), getattr(value, "value", None)) for name, value in items]
    return {name: value if isinstance(value, str) else None for name, value in values}


__all__ = ["Clause", "Clauses"]
