"""Where a finding lies when its rule does not say: at what the rule reads of the fact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from samakia_policy.model.rule import Rule
from samakia_policy.packs.kinds import Kinds
from samakia_policy.packs.reads import WHOLE, sort_out

if TYPE_CHECKING:
    from samakia_policy.rego.reads.clauses import Clause, Clauses

Place = dict[str, Any]
_SAYS = {"at", "path"}


def rego_places(package: str, clauses: Clauses, kinds: Kinds) -> list[Place]:
    """Return for each kind of hit of a Rego rule where it lies.

    A place has `fields`, the members of such a hit (none: of any), `constants`, the values some always have,
    and `at`: pointers to the attributes that it can be about, by kind; "" is the whole fact.
    """
    found = [_place(clause, kinds) for clause in clauses.of((*package.split("."), "findings"))]
    return [place for place in found if place is not None]


def python_places(rule: Rule, kinds: Kinds) -> list[Place]:
    """Return where the hits of a Python rule lie, by the `reads` it declares."""
    at = {kind: _pointers(_placed(kind, paths, kinds)) for kind, paths in sorted(rule.reads.items())}
    at = {kind: pointers for kind, pointers in at.items() if pointers}
    return [{"at": at}] if at else []


def _place(clause: Clause, kinds: Kinds) -> Place | None:
    if clause.fields is not None and _SAYS & set(clause.fields):
        return None
    tested, shown = sort_out(clause.conditions).facts, sort_out(clause.element).facts
    at = {}
    for kind in sorted(set(tested) | set(shown)):
        paths, told = _placed(kind, tested.get(kind, []), kinds), _placed(kind, shown.get(kind, []), kinds)
        # Of several that are tested, those that the hit shows are what it is about.
        both = paths & told if len(paths) > 1 else set()
        at[kind] = _pointers(both or paths or told)
    at = {kind: pointers for kind, pointers in at.items() if pointers}
    if not at:
        return None
    place: Place = {"at": at}
    if clause.fields is not None:
        place["fields"] = sorted(clause.fields)
        constants = {name: value for name, value in sorted(clause.fields.items()) if value is not None}
        place |= {"constants": constants} if constants else {}
    return place


def _placed(kind: str, paths: Iterable[str], kinds: Kinds) -> set[str]:
    """Return the attributes that lie in a document, not those that the engine makes; a marker hides one."""
    found = {path.partition(".$")[0] for path in paths if kind in kinds}
    return {path for path in found if path == WHOLE or kinds.placed(kind, path.partition(".")[0])}


def _pointers(paths: Iterable[str]) -> list[str]:
    return sorted("".join(f"/{step}" for step in path.split(".") if step) for path in paths)
