"""RewriteLocalVars in bodies: `:=` becomes `=` on a fresh local, `some` goes, inner scopes shadow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.declared import is_call_of
from samakia_policy.rego.compiler.locals import EQ
from samakia_policy.rego.compiler.scopes import Met, Scopes
from samakia_policy.rego.compiler.text import text
from samakia_policy.rego.compiler.unused_vars import unused_faults
from samakia_policy.rego.compiler.variables import RESERVED, Collector, all_vars, pattern_vars
from samakia_policy.rego.errors import COMPILE, Fault
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Every,
    Expr,
    Logical,
    Not,
    Object,
    ObjectComp,
    Ref,
    Scalar,
    SetComp,
    SetTerm,
    Some,
    TemplateString,
    Term,
    Var,
    With,
)

NEGATED = "cannot assign vars inside negated expression"
IN_OPERAND = "cannot assign vars inside implicit {} operand"
_SIDES = 2
_KEYED = 3
_DOMAIN = Collector(closures=False)


class LocalVars:
    """Rewrites the bodies of one rule or query in place; collects what is wrong with their declarations.

    `faults` stop the compilation; `unused` lets it go on.
    """

    def __init__(self, scopes: Scopes, *, strict: bool = False) -> None:
        self.scopes = scopes
        self.strict = strict
        self.faults: list[Fault] = []
        self.unused: list[Fault] = []
        self._exprs: dict[type, Callable[[Expr, Any], Expr | None]] = {
            Some: self._some,
            Every: self._every,
            Not: self._not,
            Logical: self._logical,
        }
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
            Some: self._symbols,
            Every: self._inside_every,
            Not: self._inside_not,
            Logical: self._inside_logical,
        }

    def body(self, body: Body, used: set[str]) -> Body:
        """Return a body with its declarations rewritten; `used`: what is needed of it outside."""
        kept = []
        for expr in body:
            made = self._statement(expr)
            if made is not None:
                kept.append(made)
        if not kept:
            kept.append(Expr(Scalar(True)))
        if not self.faults and not self.unused:
            self.unused += unused_faults(self.scopes, body, kept, used, strict=self.strict)
        return kept

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

    def _statement(self, expr: Expr) -> Expr | None:
        terms = expr.terms
        if is_call_of(terms, "assign"):
            return self._assignment(expr, terms)
        special = self._exprs.get(terms.__class__)
        return self._inside(expr) if special is None else special(expr, terms)

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

    def _assignment(self, expr: Expr, call: Any) -> Expr:
        if expr.negated:
            self._fault(NEGATED, expr.location)
            return expr
        if len(call.args) != _SIDES:
            return expr
        before = len(self.faults)
        call.args[1] = self.term(call.args[1])
        for item in expr.withs:
            item.value = self.term(item.value)
        call.args[0] = self._target(call.args[0])
        if len(self.faults) == before:
            call.operator = Ref(EQ.head, [], location=call.operator.location)
            expr.assigned = True
        return expr

    def _target(self, node: Term) -> Term:
        """Declare the variables of the left side of `:=`."""
        if isinstance(node, Var):
            return self._assigned(node, node.name)
        if isinstance(node, Array):
            node.items = [self._target(item) for item in node.items]
        elif isinstance(node, Object):
            node.items = [(name, self._target(value)) for name, value in node.items]
        elif isinstance(node, Ref) and not node.path and isinstance(node.head, Var):
            return self._assigned(node, node.head.name)
        else:
            self._fault(f"cannot assign to {value_name(node)}", node.location)
        return node

    def _assigned(self, node: Term, name: str) -> Term:
        problem = self.scopes.declare(name, Met.ASSIGNED)
        if problem is not None:
            self._fault(problem, node.location)
            return node
        return Var(self.scopes.inner.names[name], location=node.location)

    def _some(self, expr: Expr, some: Some) -> Expr | None:
        place = some.location or expr.location
        for symbol in some.symbols:
            if isinstance(symbol, Call):
                return self._some_in(expr, symbol, place)
            if isinstance(symbol, Var) and not self._declare(symbol.name, place):
                return None
        return None

    def _declare(self, name: str, place: Location | None) -> bool:
        problem = self.scopes.declare(name, Met.DECLARED)
        if problem is not None:
            self._fault(problem, place)
            return False
        self.scopes.inner.plain.append(name)
        return True

    def _some_in(self, expr: Expr, call: Call, place: Location | None) -> Expr | None:
        """Turn `some key, value in domain` into `value = domain[key]`."""
        *pattern, domain = call.args
        both = len(pattern) == _SIDES
        key: Term = pattern[0] if both else self.scopes.locals.var(place)
        bound = pattern_vars(pattern)
        before = sorted(name for name in bound & _DOMAIN.collect([domain]) if not name.startswith("$"))
        for name in before:
            self._fault(f"var {name} assigned before", place)
        if before:
            return None
        head, path = (domain.head, domain.path) if isinstance(domain, Ref) else (domain, [])
        source = Ref(head, [*path, key], location=domain.location)
        equation = Call(Ref(EQ.head, []), [pattern[-1], source], location=call.location)
        made = Expr(equation, expr.negated, expr.withs, location=expr.location)
        return self._declare_outputs(made, equation, all_vars([domain]), place)

    def _declare_outputs(
        self, expr: Expr, equation: Call, known: set[str], place: Location | None
    ) -> Expr | None:
        from samakia_policy.rego.compiler.outputs import equation_outputs

        for name in sorted(equation_outputs(expr, equation, known)):
            problem = self.scopes.declare(name, Met.DECLARED)
            if problem is not None:
                self._fault(problem, place)
                return None
        return self._inside(expr)

    def _every(self, expr: Expr, every: Every) -> Expr | None:
        every.domain = self.term(every.domain)
        self.scopes.push()
        made = self._every_body(expr, every) if self._every_vars(every, expr.location) else None
        self.scopes.pop()
        return made

    def _every_vars(self, every: Every, place: Location | None) -> bool:
        if every.key is None:
            every.key = self.scopes.locals.var(None)
        elif not self._every_var(every.key, place):
            return False
        return self._every_var(every.value, place)

    def _every_var(self, symbol: Term, place: Location | None) -> bool:
        if not isinstance(symbol, Var) or symbol.wildcard:
            return True
        if not self._declare(symbol.name, place):
            return False
        symbol.name = self.scopes.inner.names[symbol.name]
        return True

    def _every_body(self, expr: Expr, every: Every) -> Expr:
        every.body = self.body(every.body, set())
        every.domain = self.term(every.domain)
        return self._withs(expr)

    def _not(self, expr: Expr, node: Not) -> Expr:
        if not node.explicit:
            return self._implicit(expr, node.body, NEGATED)
        self.scopes.push()
        node.body = self.body(node.body, set())
        self._withs(expr)
        self.scopes.pop()
        return expr

    def _implicit(self, expr: Expr, body: Body, message: str) -> Expr:
        before = len(self.faults)
        self._implicit_body(body, message)
        return expr if len(self.faults) > before else self._inside(expr)

    def _implicit_body(self, body: Body, message: str) -> None:
        for expr in body:
            if is_call_of(expr.terms, "assign"):
                self._fault(message, expr.location)
            elif isinstance(expr.terms, Not):
                self._not(expr, expr.terms)
            elif isinstance(expr.terms, Logical):
                self._logical(expr, expr.terms)

    def _logical(self, expr: Expr, node: Logical) -> Expr:
        before = len(self.faults)
        message = IN_OPERAND.format(node.operator)
        node.left = self._operand(node.left, node.explicit_left, message)
        node.right = self._operand(node.right, node.explicit_right, message)
        return expr if len(self.faults) > before else self._inside(expr)

    def _operand(self, body: Body, explicit: bool, message: str) -> Body:
        if not explicit:
            self._implicit_body(body, message)
            return body
        self.scopes.push()
        made = self.body(body, set())
        self.scopes.pop()
        return made

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
                self._fault(f"called function {text(node.operator)} shadowed", node.location)
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
        self._each([part for part in node.parts if isinstance(part, Expr)])
        return node

    def _each(self, exprs: Body) -> None:
        for expr in exprs:
            self._inside(expr)

    def _symbols(self, node: Some) -> Some:
        node.symbols = [self.term(item) for item in node.symbols]
        return node

    def _inside_every(self, node: Every) -> Every:
        if node.key is not None:
            node.key = self.term(node.key)
        node.value, node.domain = self.term(node.value), self.term(node.domain)
        self._each(node.body)
        return node

    def _inside_not(self, node: Not) -> Not:
        self._each(node.body)
        return node

    def _inside_logical(self, node: Logical) -> Logical:
        self._each(node.left)
        self._each(node.right)
        return node


_KINDS: dict[type, str] = {
    Call: "call",
    SetTerm: "set",
    Ref: "ref",
    ArrayComp: "arraycomprehension",
    SetComp: "setcomprehension",
    ObjectComp: "objectcomprehension",
    TemplateString: "templatestring",
}


def value_name(node: Any) -> str:
    """Return what OPA calls the kind of a term."""
    if isinstance(node, Scalar):
        value = node.value
        if value is None:
            return "null"
        return {bool: "boolean", str: "string"}.get(value.__class__, "number")
    return _KINDS[node.__class__]
