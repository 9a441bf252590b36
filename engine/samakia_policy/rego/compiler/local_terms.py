"""Renaming variables in terms, as the scopes around them say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.scopes import Scopes
from samakia_policy.rego.compiler.variables import RESERVED, all_vars
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Expr,
    Object,
    ObjectComp,
    Ref,
    SetComp,
    SetTerm,
    TemplateString,
    Term,
    Var,
    With,
)
from samakia_policy.rego.syntax.printer import text_of


class LocalTerms(ABC):
    """Rewrites terms in place; collects what is wrong with the declarations met.

    `faults` stop the compilation; `unused` lets it go on.
    """

    def __init__(self, scopes: Scopes, *, strict: bool = False) -> None:
        self.scopes = scopes
        self.strict = strict
        self.faults: list[Fault] = []
        self.unused: list[Fault] = []
        self._terms: dict[type, Callable[[Any], Any]] = {
            Var: self._var,
            Ref: self._ref,
            Call: self._call,
            Array: self._items,
            SetTerm: self._items,
            Object: self._object,
            ArrayComp: self._comp,
            SetComp: self._comp,
            ObjectComp: self._object_comp,
            TemplateString: self._template,
        }

    @abstractmethod
    def body(self, body: Body, used: set[str]) -> Body:
        """Return a body with its declarations rewritten; `used`: what is needed of it outside."""

    def term(self, node: Any) -> Any:
        """Return a term, or another node, with its variables renamed."""
        rewrite = self._terms.get(node.__class__)
        return node if rewrite is None else rewrite(node)

    def template(self, node: TemplateString) -> TemplateString:
        """Rename the variables of a template string of a head: each part is a scope of its own."""
        for part in node.parts:
            if isinstance(part, Expr):
                self.scopes.push()
                self._inside(part)
                self.scopes.pop()
        return node

    def _fault(self, message: str, place: Location | None) -> None:
        self.faults.append(Fault(COMPILE, message, place))

    def _inside(self, expr: Expr) -> Expr:
        terms = expr.terms
        if isinstance(terms, Call):
            self._ref(terms.operator)
            self._arguments(terms)
        else:
            expr.terms = self.term(terms)
        return self._withs(expr)

    def _withs(self, expr: Expr) -> Expr:
        for item in expr.withs:
            self._with(item)
        return expr

    def _with(self, item: With) -> None:
        """Rename in a `with`; its target stays `input` even where a variable hides that."""
        target = item.target
        root = target.head.name if isinstance(target.head, Var) else ""
        if target.path or root not in RESERVED:
            self._ref(target)
        if root == "input":
            target.head = Var(root, location=target.head.location)
        item.value = self.term(item.value)

    def _mention(self, node: Any) -> None:
        """Note variables that no inner scope declares, comprehensions not looked into."""
        if isinstance(node, Var):
            node.name = self.scopes.use(node.name)
        elif isinstance(node, Ref) and isinstance(node.head, Var):
            node.head = self._var(node.head)
            for item in node.path:
                self._mention(item)
        elif not isinstance(node, COMPREHENSIONS):
            for child in children(node):
                self._mention(child)

    def _var(self, node: Var) -> Var:
        name = self.scopes.use(node.name)
        return node if name == node.name else Var(name, location=node.location)

    def _ref(self, node: Ref) -> Term:
        head = node.head
        if not node.path and isinstance(head, Var) and head.name in RESERVED:
            shadow = self.scopes.shadowed(head.name)
            return node if shadow is None else Var(shadow, location=node.location)
        node.head = self.term(head)
        if node.path:
            node.path = [self.term(item) for item in node.path]
        return node

    def _call(self, node: Call) -> Call:
        for name in sorted(all_vars([node.operator])):
            if self.scopes.name_of(name) not in (None, name):
                self._fault(f"called function {text_of(node.operator)} shadowed", node.location)
        self._ref(node.operator)
        return self._arguments(node)

    def _arguments(self, node: Call) -> Call:
        node.args = [self.term(item) for item in node.args]
        return node

    def _items(self, node: Array | SetTerm) -> Term:
        node.items = [self.term(item) for item in node.items]
        return node

    def _object(self, node: Object) -> Object:
        node.items = [(self.term(name), self.term(value)) for name, value in node.items]
        return node

    def _comp(self, node: ArrayComp | SetComp) -> Term:
        used = all_vars([node.term])
        self.scopes.push()
        node.body = self.body(node.body, used)
        node.term = self.term(node.term)
        self.scopes.pop()
        return node

    def _object_comp(self, node: ObjectComp) -> ObjectComp:
        used = all_vars([node.key, node.value])
        self.scopes.push()
        node.body = self.body(node.body, used)
        node.key, node.value = self.term(node.key), self.term(node.value)
        self.scopes.pop()
        return node

    def _template(self, node: TemplateString) -> TemplateString:
        for part in node.parts:
            if isinstance(part, Expr):
                self._inside(part)
        return node
