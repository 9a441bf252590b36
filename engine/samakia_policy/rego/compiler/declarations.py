"""What `:=` and `some` declare."""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.compiler.local_terms import LocalTerms
from samakia_policy.rego.compiler.locals import EQ
from samakia_policy.rego.compiler.outputs import equation_outputs
from samakia_policy.rego.compiler.scopes import Met
from samakia_policy.rego.compiler.variables import Collector, all_vars, pattern_vars
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Call,
    Expr,
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
)

NEGATED = "cannot assign vars inside negated expression"
_SIDES = 2
_DOMAIN = Collector(closures=False)


class Declarations(LocalTerms):
    """Rewrites the literals that declare variables."""

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
        key: Term = pattern[0] if both else self.scopes.locals.key(place)
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
        for name in sorted(equation_outputs(expr, equation, known)):
            problem = self.scopes.declare(name, Met.DECLARED)
            if problem is not None:
                self._fault(problem, place)
                return None
            if name in self.scopes.locals.unread:
                self.scopes.locals.unread.add(self.scopes.inner.names[name])
        return self._inside(expr)


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
