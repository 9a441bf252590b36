"""ResolveRefs: names become paths from `data`. What comes out is a copy; what was given stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from samakia_policy.rego.compiler.declared import declared_vars
from samakia_policy.rego.compiler.locals import PREFIX
from samakia_policy.rego.compiler.notes import Notes
from samakia_policy.rego.compiler.patterns import pattern_names, shadowed_root
from samakia_policy.rego.compiler.variables import RESERVED, all_vars
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Head,
    Import,
    Logical,
    Module,
    Not,
    Object,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Term,
    Var,
    With,
)
from samakia_policy.rego.syntax.order import Form, form
from samakia_policy.rego.syntax.printer import text_of

Globals = dict[str, Ref]
_PREFIX_LENGTH = len(PREFIX)
_LANGUAGE = ("future", "rego")


def global_names(package: Ref, rules: Iterable[str], imports: Iterable[Import]) -> Globals:
    """Return what a name means where no variable has it: a rule of the package, or an import.

    All references to rules share one head, and those to an import another: as in OPA, each new reference
    moves it to its own place, and messages about any of them show the last.
    """
    root = Var("data", location=package.head.location)
    found = {name: Ref(root, [*package.path, Scalar(name)]) for name in rules}
    for item in imports:
        head = item.path.head
        if isinstance(head, Var) and head.name not in _LANGUAGE:
            found[item.name] = Ref(Var(head.name, location=head.location), item.path.path)
    return found


def exported_names(modules: Iterable[Module]) -> dict[str, list[str]]:
    """Return the names of the rules of each package, by the package's text."""
    found: dict[str, list[str]] = {}
    for module in modules:
        heads = [rule.head.ref.head for rule in module.rules]
        found.setdefault(text_of(module.package), []).extend(
            [head.name for head in heads if isinstance(head, Var)]
        )
    return found


def resolve_module(module: Module, rules: Iterable[str], notes: Notes) -> tuple[Module, list[Fault]]:
    """Return a copy of a module with its names resolved, and a fault for every argument named as a root."""
    resolver = Resolver(global_names(module.package, rules, module.imports), notes)
    faults: list[Fault] = []
    copy = Module(
        module.package,
        module.imports,
        [],
        module.annotations,
        module.comments,
        module.file,
        module.text,
        module.version,
        module.future,
        location=module.location,
    )
    copy.rules = [resolver.rule(rule, copy, faults) for rule in module.rules]
    return copy, faults


class Resolver:
    """Copies nodes of one module, replacing each global name by its path."""

    def __init__(self, names: Globals, notes: Notes) -> None:
        self.names = names
        self.notes = notes
        self._hidden: list[set[str]] = []
        self._rewrite: dict[type, Callable[[Any], Any]] = {
            Var: self._var,
            Ref: self._ref,
            Array: self._array,
            Object: self._object,
            SetTerm: self._set,
            Call: self._call,
            ArrayComp: self._comp,
            SetComp: self._comp,
            ObjectComp: self._object_comp,
            TemplateString: self._template,
            Some: self._some,
            Every: self._every,
            Not: self._not,
            Logical: self._logical,
        }

    def rule(self, rule: Rule, module: Module, faults: list[Fault]) -> Rule:
        """Return a copy of a rule and its else clauses."""
        shadow = shadowed_root(rule.head.args or [])
        if shadow and not rule.is_else:
            message = f"args must not shadow {shadow} (use a different variable name)"
            faults.append(Fault(COMPILE, message, rule.location))
        self._hidden = [pattern_names(rule.head.args or []), declared_vars(rule.body)]
        head, body = self._head(rule.head), self.body(rule.body)
        otherwise = None if rule.otherwise is None else self.rule(rule.otherwise, module, faults)
        return Rule(
            head,
            body,
            otherwise,
            rule.default,
            rule.is_else,
            rule.annotations,
            module,
            location=rule.location,
        )

    def query(self, body: Body) -> Body:
        """Return a copy of a query."""
        self._hidden = [declared_vars(body)]
        return self.body(body)

    def body(self, body: Body) -> Body:
        """Return a copy of a body."""
        return [self._expr(expr) for expr in body]

    def _head(self, head: Head) -> Head:
        terms = [self._term(term) for term in head.ref.path]
        args = None if head.args is None else [_copy(self, arg) for arg in head.args]
        return Head(
            Ref(head.ref.head, terms, location=head.ref.location),
            args,
            None if head.key is None else self._term(head.key),
            None if head.value is None else self._term(head.value),
            head.assign,
            head.implicit_value,
            location=head.location,
        )

    def _term(self, node: Any) -> Any:
        rewrite = self._rewrite.get(node.__class__)
        return node if rewrite is None else rewrite(node)

    def _global_at(self, node: Var) -> Ref | None:
        name = node.name
        found = self.names.get(name)
        if found is None or any(name in names for names in self._hidden):
            return None
        self.notes.used.add(name)
        return _path_at(found, node)

    def _named(self, node: Var) -> Var:
        name = node.name
        if name in self.notes.watched:
            self.notes.seen.add(name)
        if name[:_PREFIX_LENGTH] == PREFIX:
            self.notes.generated.add(name)
        return Var(name, location=node.location)

    def _var(self, node: Var) -> Term:
        found = self._global_at(node)
        if found is not None:
            return found
        made = self._named(node)
        return Ref(made, [], location=node.location) if node.name in RESERVED else made

    def _ref(self, node: Ref) -> Ref:
        start = self._start(node.head)
        # OPA leaves a template string that is a step of a ref as it is, so what it names there is unsafe.
        path = [
            _copy(self, term) if isinstance(term, TemplateString) else self._term(term) for term in node.path
        ]
        return Ref(start.head, [*start.path, *path] if start.path else path, location=node.location)

    def _start(self, head: Term) -> Ref:
        """Return the beginning of a reference: its head, or the path of the global that this is."""
        if not isinstance(head, Var):
            return Ref(self._term(head), [])
        return self._global_at(head) or Ref(self._named(head), [])

    def _operator(self, node: Ref) -> Ref:
        head = node.head
        if node.path or not isinstance(head, Var):
            made = self._ref(node)
            self.notes.called.add(text_of(made))
            return made
        found = self._global_at(head)
        if found is not None:
            return found
        self.notes.called.add(head.name)
        return Ref(Var(head.name, location=head.location), [], location=node.location)

    def _array(self, node: Array) -> Array:
        return Array([self._term(item) for item in node.items], location=node.location)

    def _set(self, node: SetTerm) -> SetTerm:
        return SetTerm([self._term(item) for item in node.items], location=node.location)

    def _object(self, node: Object) -> Object:
        term = self._term
        items = [(term(name), term(value)) for name, value in node.items]
        return Object(_last_of_each(items), location=node.location)

    def _call(self, node: Call) -> Call:
        operator = self._operator(node.operator)
        return Call(operator, [self._term(arg) for arg in node.args], location=node.location)

    def _comp(self, node: ArrayComp | SetComp) -> ArrayComp | SetComp:
        self.notes.comprehensions = True
        self._hidden.append(declared_vars(node.body))
        made = node.__class__(self._term(node.term), self.body(node.body), location=node.location)
        self._hidden.pop()
        return made

    def _object_comp(self, node: ObjectComp) -> ObjectComp:
        self.notes.comprehensions = True
        self._hidden.append(declared_vars(node.body))
        key, value = self._term(node.key), self._term(node.value)
        made = ObjectComp(key, value, self.body(node.body), location=node.location)
        self._hidden.pop()
        return made

    def _template(self, node: TemplateString) -> TemplateString:
        self.notes.templates = True
        parts = [self._expr(part) if isinstance(part, Expr) else part for part in node.parts]
        return TemplateString(parts, node.multi_line, location=node.location)

    def _some(self, node: Some) -> Some:
        symbols = [self._named(item) if isinstance(item, Var) else self._term(item) for item in node.symbols]
        return Some(symbols, location=node.location)

    def _every(self, node: Every) -> Every:
        self._hidden.append(all_vars([item for item in (node.key, node.value) if item is not None]))
        made = Every(
            None if node.key is None else _copy(self, node.key),
            _copy(self, node.value),
            self._term(node.domain),
            self.body(node.body),
            location=node.location,
        )
        self._hidden.pop()
        return made

    def _not(self, node: Not) -> Not:
        return Not(self.body(node.body), node.explicit, location=node.location)

    def _logical(self, node: Logical) -> Logical:
        left, right = self.body(node.left), self.body(node.right)
        sides = (node.explicit_left, node.explicit_right)
        return Logical(node.operator, left, right, *sides, location=node.location)

    def _with(self, node: With) -> With:
        self.notes.withs = True
        return With(self._target(node.target), self._term(node.value), location=node.location)

    def _target(self, node: Any) -> Ref:
        found = self._term(node)
        return found if isinstance(found, Ref) else Ref(found, [], location=found.location)

    def _expr(self, node: Expr) -> Expr:
        terms = self._term(node.terms)
        withs = [self._with(item) for item in node.withs] if node.withs else []
        return Expr(terms, node.negated, withs, node.generated, node.assigned, location=node.location)


_NO_NAMES: Globals = {}


def _copy(resolver: Resolver, node: Any) -> Any:
    """Copy a pattern, whose names are variables even where a rule has the same name."""
    names, resolver.names = resolver.names, _NO_NAMES
    made = resolver._term(node)
    resolver.names = names
    return made


def _path_at(path: Ref, node: Var) -> Ref:
    place = path.head.location = node.location
    steps: list[Term] = [Scalar(term.value, location=place) for term in path.path if isinstance(term, Scalar)]
    return Ref(path.head, steps, location=place)


def _last_of_each(items: list[tuple[Term, Term]]) -> list[tuple[Term, Term]]:
    """Return an object's items; a key that is written twice keeps its place and has its last value."""
    if len(items) <= 1:
        return items
    found: dict[Form, tuple[Term, Term]] = {}
    for name, value in items:
        key = form(name)
        found[key] = (found[key][0] if key in found else name, value)
    return items if len(found) == len(items) else list(found.values())
