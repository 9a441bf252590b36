"""What is wrong with what a rule reads: kinds and names that do not exist, types that never agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from samakia_policy.model.rule import Rule
from samakia_policy.packs.input_types import CONTEXT, input_type
from samakia_policy.packs.kinds import Kinds, nearest
from samakia_policy.packs.metadata import place_of
from samakia_policy.packs.reads import RuleReads, covered, idle
from samakia_policy.rego.reads import ANY, Path

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled
    from samakia_policy.rego.errors import Fault
    from samakia_policy.rego.reads.shapes import Shape
    from samakia_policy.rego.syntax.location import Location
    from samakia_policy.rego.syntax.nodes import Rule as Clause
    from samakia_policy.rego.types.shape import Type

_ATTRIBUTE = 3  # facts, kind, id: attributes come after these


class Complaint(NamedTuple):
    """One thing wrong with a rule, at a place in its file; 0 where it is about the whole."""

    line: int
    column: int
    text: str

    def at(self, path: str) -> str:
        """Return it as compilers write it."""
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{path}{place}: {self.text}"


def declared_wrongly(rule: Rule, source: str, kinds: Kinds) -> Iterator[Complaint]:
    """Yield what the metadata of a rule names that does not exist: kinds, and attributes in `reads`."""
    for key in ("subject", "needs", "uses"):
        named = getattr(rule, key)
        for kind in [named] if isinstance(named, str) else named:
            if kind not in kinds:
                yield Complaint(*place_of(source, rule.language, key, kind), kinds.unknown(kind))
    listed = {"reads": rule.reads, "where": {kind: list(wanted) for kind, wanted in rule.where.items()}}
    for key, entries in listed.items():
        for kind, paths in entries.items():
            if kind not in rule.kinds:
                text = f"{key} names {kind}, which is neither in needs nor in uses"
                yield Complaint(*place_of(source, rule.language, key, kind), text)
                continue
            for path in paths if kind in kinds else ():
                if said := kinds.problem(kind, path.split(".") if path else ()):
                    yield Complaint(*place_of(source, rule.language, key, path), said)


def read_wrongly(rule: Rule, source: str, found: RuleReads, kinds: Kinds) -> list[Complaint]:
    """Return where what a Rego rule reads is not what it declares, or does not exist."""
    made = [*_undeclared(rule, found), *_unread(rule, source, found), *_misnamed(rule, found, kinds)]
    return sorted({*made, *_incomparable(found, kinds)})


def _undeclared(rule: Rule, found: RuleReads) -> Iterator[Complaint]:
    known = {
        "facts": (set(found.facts), rule.kinds, "neither in needs nor in uses", ""),
        "edges": (set(found.relations), rule.edges, "not in edges", "the relation "),
        "params": (set(found.params), rule.params, "not in params", "the parameter "),
        "context": (set(found.context), CONTEXT, "not in context", "the context "),
    }
    for part, (read, declared, how, what) in known.items():
        for name in read - set(declared):
            place = _site(found, (part, name)) or _site(found, ("reverse", name))
            text = f"reads {what}{name}, which is {how}{nearest(name, declared)}"
            yield _complaint(place, text)
    for kind, paths in found.facts.items():
        listed = rule.reads.get(kind)
        for path in paths:
            if listed is not None and not covered(path, listed):
                place = _site(found, ("facts", kind, ANY, *path.split(".")))
                yield _complaint(place, f"reads {kind} {path or 'as a whole'}, which is not in reads")


def _unread(rule: Rule, source: str, found: RuleReads) -> Iterator[Complaint]:
    for kind in idle(rule, found):
        # The first kind may be there to say when the rule applies: then its findings are about another.
        first = kind == rule.needs[0]
        if not first or (kind == rule.subject and rule.reads.get(kind) != []):
            key = "needs" if kind in rule.needs else "uses"
            place = place_of(source, rule.language, key, kind)
            yield Complaint(*place, f"declares {kind} and never reads it")
    for name in set(rule.edges) - set(found.relations):
        place = place_of(source, rule.language, "edges", name)
        yield Complaint(*place, f"declares the relation {name} and never reads it")


def _misnamed(rule: Rule, found: RuleReads, kinds: Kinds) -> Iterator[Complaint]:
    for path in found.raw.sites:
        if path[:1] == ("facts",) and len(path) > _ATTRIBUTE and path[1] in rule.kinds and path[1] in kinds:
            said = kinds.problem(str(path[1]), path[_ATTRIBUTE:])
            # What lies below something that does not exist is not wrong again.
            if said and not kinds.problem(str(path[1]), path[_ATTRIBUTE:-1]):
                yield _complaint(_site(found, path), said)


def _incomparable(found: RuleReads, kinds: Kinds) -> Iterator[Complaint]:
    for one in found.raw.compared:
        left, right = _side(one.left, one.one, kinds), _side(one.right, one.other, kinds)
        if left and right and not {kind for kind, _ in left} & {kind for kind, _ in right}:
            yield _complaint(one.location, f"compares {_words(left)} with {_words(right)}")


def _side(shape: Shape, scalar: str, kinds: Kinds) -> set[tuple[str, str]]:
    """Return the types a value can have, each with the attribute it is of; nothing where that is open."""
    if scalar:
        return {(scalar, "")}
    if shape.opaque or shape.parts or shape.members or shape.names:
        return set()
    made = {("string" if isinstance(value, str) else "number", "") for value in shape.constants}
    for path in shape.paths:
        attribute = path[_ATTRIBUTE:]
        types = kinds.types(str(path[1]), attribute) if path[:1] == ("facts",) and attribute else frozenset()
        if not types:
            return set()
        made |= {(name, ".".join([str(path[1]), *map(str, attribute)])) for name in types}
    return made


def _words(side: set[tuple[str, str]]) -> str:
    names = sorted({name for _, name in side if name})
    types = " or ".join(
        f"{'an' if kind[0] in 'aeo' else 'a'} {kind}" for kind in sorted({k for k, _ in side})
    )
    return f"{', '.join(names)}, {types}," if names else types


def mistyped(
    rules: Compiled, by_package: Mapping[str, Rule], kinds: Kinds
) -> Iterator[tuple[str, Complaint]]:
    """Yield what the type checker refuses once it knows what `input` is, with the package it lies in."""
    from samakia_policy.rego.depth import deep
    from samakia_policy.rego.types import check_input_types

    types = {package: input_type(rule, kinds) for package, rule in by_package.items()}

    def input_of(clause: Clause) -> Type | None:
        return types.get(clause.location.file) if clause.location else None

    with deep():
        faults = check_input_types(rules, input_of)
    for fault in faults:
        if fault.location is not None:
            yield fault.location.file, _complaint(fault.location, _fault_text(fault))


def _fault_text(fault: Fault) -> str:
    lines = fault.details.lines if fault.details else ()
    return "; ".join([fault.message, *[" ".join(line.split()) for line in lines if line.strip(" ^")]])


def merge(named: Iterable[Complaint], typed: Iterable[Complaint]) -> list[Complaint]:
    """Return all complaints by place; the type checker's only where nothing else is wrong on the line."""
    made = set(named)
    lines = {complaint.line for complaint in made}
    return sorted(made | {complaint for complaint in typed if complaint.line not in lines})


def _site(found: RuleReads, path: Path) -> Location | None:
    return found.raw.sites.get(path)


def _complaint(place: Location | None, text: str) -> Complaint:
    return Complaint(place.row, place.col, text) if place else Complaint(0, 0, text)
