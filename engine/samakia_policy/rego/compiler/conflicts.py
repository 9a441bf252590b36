"""Rules that contradict one another: of several kinds or arities, below one another, against base data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from samakia_policy.rego.compiler.tree import ModuleTree, RuleTree, ground_prefix, rule_ref
from samakia_policy.rego.compiler.walk import is_ground
from samakia_policy.rego.errors import COMPILE, TYPE, Fault
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Module, Ref, Rule, Scalar, Term, Var
from samakia_policy.rego.syntax.order import Form, form
from samakia_policy.rego.syntax.printer import text_of

PathExists = Callable[[list[str]], bool]


def check_conflicts(
    tree: RuleTree,
    modules: ModuleTree,
    rewritten: Mapping[str, str],
    path_exists: PathExists | None = None,
) -> list[Fault]:
    """Return a fault for each path whose rules contradict one another, a package, or base data."""
    found: list[Fault] = []
    tree.visit(lambda node: _at(node, rewritten, found))
    if path_exists is not None:
        found += path_conflicts(tree, path_exists)
    for node in modules:
        for module in node.modules:
            found += _package_conflicts(node, module)
    return found


def _at(node: RuleTree, rewritten: Mapping[str, str], found: list[Fault]) -> None:
    if not node.rules:
        return
    first = node.rules[0]
    name = shown_ref(rule_ref(node.rules[-1]), rewritten)
    below = _rules_below(node)
    if below:
        lines = "".join([f"\n  rule {shown_ref(ref, rewritten)} at {place}" for ref, place in below])
        found.append(Fault(TYPE, f"rule {name} conflicts with:{lines}", first.location))
    elif _mixed(node.rules):
        found.append(Fault(TYPE, f"conflicting rules {name} found", first.location))
    else:
        _check_defaults(node.rules, name, found)


def _check_defaults(rules: list[Rule], name: str, found: list[Fault]) -> None:
    defaults = [rule for rule in rules if rule.default]
    if len(defaults) > 1:
        assert defaults[0].module is not None
        places = ", ".join([str(rule.location) for rule in defaults])
        message = f"multiple default rules {name} found at {places}"
        found.append(Fault(TYPE, message, defaults[0].module.package.location))


def multi_value(rule: Rule) -> bool:
    """Return whether a rule is a partial set (`contains`)."""
    return rule.head.value is None


def _mixed(rules: list[Rule]) -> bool:
    """Return whether rules at one path differ in kind or arity."""
    shapes = set()
    for rule in rules:
        ground = is_ground(rule.head.ref)
        complete = ground and not multi_value(rule)
        shapes.add((multi_value(rule), len(rule.head.args or ()), complete, multi_value(rule) and ground))
    return len(shapes) > 1


Found = tuple[Ref, Location | None]


def _rules_below(node: RuleTree) -> list[Found]:
    """Return the rules that must not lie below: all, below a ground rule; functions, below any other."""
    if not node.children:
        return []
    if any(is_ground(rule.head.ref) for rule in node.rules):
        return _Below(functions=False).of(node)
    return _Below(functions=True).of(node)


@slotted()
class _Below:
    """Rules below a node; of rules below one another only the uppermost."""

    functions: bool
    refs: dict[Form, Found] = field(default_factory=dict)

    def of(self, node: RuleTree) -> list[Found]:
        for child in node.ordered():
            child.visit(self._take)
        return [self.refs[key] for key in sorted(self.refs)]

    def _take(self, node: RuleTree) -> None:
        wanted = [rule for rule in node.rules if not self.functions or rule.head.args is not None]
        # Shorter paths first, so that what lies below them is known to.
        for rule in sorted(wanted, key=lambda rule: len(rule.head.ref.path)):
            ref = rule_ref(rule)
            key = tuple([form(term) for term in ref.terms])
            if not any(key[:length] in self.refs for length in range(1, len(key) + 1)):
                self.refs[key] = (ref, rule.location)


def path_conflicts(tree: RuleTree, exists: PathExists) -> list[Fault]:
    """Return a fault for each rule that lies where base data has a value."""
    found: list[Fault] = []
    root = tree.find([Var("data")])
    for child in root.ordered() if root is not None else ():
        _document_conflicts(child, exists, [], found)
    return found


def _document_conflicts(node: RuleTree, exists: PathExists, above: list[str], found: list[Fault]) -> None:
    if not isinstance(node.term, Scalar) or not isinstance(node.term.value, str):
        return
    path = [*above, node.term.value]
    if node.rules and exists(path):
        message = f"conflicting rule for data path {'/'.join(path)} found"
        found.append(Fault(COMPILE, message, node.rules[0].location))
        return
    for child in node.ordered():
        _document_conflicts(child, exists, path, found)


def _package_conflicts(node: ModuleTree, module: Module) -> list[Fault]:
    """Return a fault for each package that lies where a rule of another module does."""
    found = []
    for rule in module.rules:
        terms = rule.head.ref.terms
        if len(ground_prefix(terms)) < len(terms):
            continue
        below = node.find(_named(terms))
        for other in below.modules if below is not None else ():
            path = other.package.path
            shown = f"package {text_of(Ref(path[0], path[1:]))}"
            message = f"{shown} conflicts with rule {text_of(rule.head.ref)} defined at {rule.location}"
            found.append(Fault(TYPE, message, module.package.location))
    return found


def _named(terms: Iterable[Term]) -> list[Term]:
    return [Scalar(term.name) if isinstance(term, Var) else term for term in terms]


def shown_ref(ref: Ref, rewritten: Mapping[str, str]) -> str:
    """Return a reference as text, with variables under the names they were written with."""
    head, *path = [
        Var(rewritten.get(term.name, term.name)) if isinstance(term, Var) else term for term in ref.terms
    ]
    return text_of(Ref(head, path))
