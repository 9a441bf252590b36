"""SetAnnotationSet: which METADATA belongs to which rule, document and package, and how it nests."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from samakia_policy.rego.compiler.faults import place_order
from samakia_policy.rego.compiler.tree import ground_prefix, rule_ref
from samakia_policy.rego.errors import TYPE, Fault
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.nodes import Annotations, Import, Module, Rule, Term
from samakia_policy.rego.syntax.order import Form, form

Path = tuple[Form, ...]
Link = tuple[list[Term], Annotations | None]


@slotted()
class AnnotationSet:
    """Annotations by what they belong to."""

    by_rule: dict[Rule, list[Annotations]] = field(default_factory=dict)
    by_path: dict[Path, tuple[list[Term], Annotations]] = field(default_factory=dict)
    by_package: dict[Path, Annotations] = field(default_factory=dict)

    def add_module(self, module: Module) -> list[Fault]:
        """Add a module's annotations; returns a fault for each that repeats another."""
        statements = sorted(_placed([module, *module.imports, *module.rules]), key=lambda found: found[0])
        rows = [row for row, _ in statements]
        found = []
        for item in module.annotations:
            if item.location is not None:
                index = bisect_right(rows, item.location.row)
                target = statements[index][1] if index < len(statements) else None
                earlier = self._add(item, target)
                if earlier is not None:
                    message = f"{item.scope} annotation redeclared: {earlier.location}"
                    found.append(Fault(TYPE, message, item.location))
        return found

    def _add(self, item: Annotations, target: object) -> Annotations | None:
        """Add one block; returns the one that has its place already."""
        if isinstance(target, Rule) and item.scope == "rule":
            self.by_rule.setdefault(target, []).append(item)
        elif isinstance(target, Rule) and item.scope == "document":
            return self._add_path(ground_prefix(rule_ref(target).terms), item)
        elif isinstance(target, Module) and item.scope == "subpackages":
            return self._add_path(target.package.terms, item)
        elif isinstance(target, Module) and item.scope == "package":
            earlier = self.by_package.setdefault(_path(target.package.terms), item)
            return None if earlier is item else earlier
        return None

    def _add_path(self, terms: list[Term], item: Annotations) -> Annotations | None:
        earlier = self.by_path.setdefault(_path(terms), (terms, item))[1]
        return None if earlier is item else earlier

    def of_rule(self, rule: Rule) -> Annotations | None:
        """Return the uppermost block of the rule's own, or None."""
        return min(self.by_rule.get(rule, ()), key=lambda item: place_order(item.location), default=None)

    def chain(self, rule: Rule) -> list[Link]:
        """Return the path and annotations of a rule, its document, its package and those around it."""
        own = ground_prefix(rule_ref(rule).terms)
        mine = sorted(self.by_rule.get(rule, ()), key=lambda item: place_order(item.location), reverse=True)
        links: list[Link] = [(own, item) for item in mine] or [(own, None)]
        document = self.by_path.get(_path(own))
        if document is not None:
            links.append((own, document[1]))
        assert rule.module is not None
        package = rule.module.package.terms
        block = self.by_package.get(_path(package))
        if block is not None:
            links.append((package, block))
        return links + self._around(package)

    def _around(self, package: list[Term]) -> list[Link]:
        path = _path(package)
        found = [self.by_path.get(path[:length]) for length in range(len(path), 0, -1)]
        return [(terms, item) for terms, item in filter(None, found)]


def _placed(
    statements: Iterable[Module | Import | Rule],
) -> Iterable[tuple[int, Module | Import | Rule]]:
    for statement in statements:
        place = statement.package.location if isinstance(statement, Module) else statement.location
        if place is not None:
            yield place.row, statement


def _path(terms: list[Term]) -> Path:
    return tuple([form(term) for term in terms])


def annotation_set(modules: Iterable[Module]) -> tuple[AnnotationSet, list[Fault]]:
    """Return the annotations of some modules, and a fault for each that repeats another."""
    made = AnnotationSet()
    faults = []
    for module in modules:
        faults += made.add_module(module)
    return made, faults
