"""Names that must not be used anew, and built-ins that must not be called any more."""

from __future__ import annotations

from collections.abc import Container

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.variables import RESERVED
from samakia_policy.rego.compiler.walk import exprs
from samakia_policy.rego.errors import COMPILE, TYPE, Fault
from samakia_policy.rego.syntax.nodes import Call, Expr, Module, Ref, Rule, Term, Var
from samakia_policy.rego.syntax.printer import text_of


def check_overrides(module: Module) -> list[Fault]:
    """Return a fault for every rule, argument or variable named `data` or `input`."""
    found = []
    for rule in module.rules:
        found += _head_overrides(rule)
    for expr in exprs(module):
        name = _assigned_name(expr)
        if name in RESERVED:
            message = f"variables must not shadow {name} (use a different variable name)"
            found.append(Fault(COMPILE, message, expr.location))
    return found


def _head_overrides(rule: Rule) -> list[Fault]:
    found = []
    head = rule.head.ref.head
    if isinstance(head, Var) and head.name in RESERVED:
        message = f"rules must not shadow {head.name} (use a different rule name)"
        found.append(Fault(COMPILE, message, rule.location))
    for arg in rule.head.args or ():
        name = _root(arg)
        if name in RESERVED:
            message = f"args must not shadow {name} (use a different variable name)"
            found.append(Fault(COMPILE, message, arg.location))
    return found


def _root(term: Term) -> str:
    """Return the name of a reference to a root document, or nothing."""
    if isinstance(term, Ref) and not term.path and isinstance(term.head, Var):
        return term.head.name
    return term.name if isinstance(term, Var) else ""


def _assigned_name(expr: Expr) -> str:
    call = expr.terms
    if not isinstance(call, Call) or not call.args or text_of(call.operator) != "assign":
        return ""
    return _root(call.args[0])


def check_deprecated(module: Module) -> list[Fault]:
    """Return a fault for every call of a deprecated built-in."""
    deprecated = frozenset(name for name, entry in signatures().items() if entry.get("deprecated"))
    return _calls_of(module, deprecated, "deprecated")


def check_unsafe(module: Module, forbidden: Container[str]) -> list[Fault]:
    """Return a fault for every call of a built-in that the caller forbids."""
    return _calls_of(module, forbidden, "unsafe")


def _calls_of(module: Module, names: Container[str], adjective: str) -> list[Fault]:
    found = []
    for expr in exprs(module):
        name = text_of(expr.terms.operator) if isinstance(expr.terms, Call) else ""
        if name in names:
            message = f"{adjective} built-in function calls in expression: {name}"
            found.append(Fault(TYPE, message, expr.location))
    return found
