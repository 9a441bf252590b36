"""Rules without a body: statements that were read as an expression, like `x := 1` or `f(x) = x`."""

from __future__ import annotations

from functools import cache

from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.nodes import (
    Body,
    Call,
    Every,
    Expr,
    Head,
    Logical,
    Not,
    Ref,
    Rule,
    Scalar,
    Some,
    Term,
    Var,
)
from samakia_policy.rego.syntax.printer import text_of
from samakia_policy.rego.syntax.rules import true_body
from samakia_policy.rego.syntax.walk import is_binary


class BareRule(Exception):
    """The expression cannot be read as a rule; the message says why."""


def rule_from_body(body: Body) -> Rule:
    """Return the rule that one expression stands for; raises BareRule."""
    if len(body) != 1:
        raise BareRule("multiple expressions cannot be used for rule head")
    expr = body[0]
    if expr.withs:
        raise BareRule("expressions using with keyword cannot be used for rule head")
    if expr.negated:
        raise BareRule("negated expressions cannot be used for rule head")
    terms = expr.terms
    if isinstance(terms, Some):
        raise BareRule("'some' declarations cannot be used for rule head")
    if isinstance(terms, Every | Not | Logical):
        raise BareRule("expression cannot be used for rule head")
    rule = _from_call(expr, terms) if isinstance(terms, Call) else _from_term(terms)
    rule.generated_body = True
    return rule


def _from_term(term: Term) -> Rule:
    if not isinstance(term, Ref):
        raise BareRule(f"{value_name(term)} cannot be used for rule name")
    if len(term.path) == 0:
        raise BareRule("refs cannot be used for rule head")
    _named(term)
    if len(term.path) > 1:
        head = Head(term, value=Scalar(True, location=term.location), implicit_value=True)
    else:
        head = Head(Ref(term.head, [], location=term.head.location), key=term.path[0])
    head.location = term.location
    return Rule(head, true_body(term.location), location=term.location)


def _from_call(expr: Expr, call: Call) -> Rule:
    name = text_of(call.operator)
    if name in ("eq", "assign") and is_binary(call):
        rule = _from_equality(*call.args)
        rule.location = rule.head.location = expr.location
        rule.head.assign = name == "assign"
        return rule
    if name in _built_ins():
        raise BareRule("rule name conflicts with built-in function")
    if not call.args:
        raise BareRule("rule argument list must take at least one argument")
    _named(call.operator)
    place = call.operator.location
    head = Head(call.operator, args=call.args, value=Scalar(True, location=place), location=place)
    return Rule(head, true_body(place), location=place)


def _from_equality(left: Term, right: Term) -> Rule:
    if isinstance(left, Call):
        _named(left.operator)
        head = Head(left.operator, args=left.args, value=right)
    elif isinstance(left, Var):
        head = Head(Ref(left, [], location=left.location), value=right)
    elif isinstance(left, Ref):
        _named(left)
        head = Head(left, value=right)
    else:
        raise BareRule(f"{value_name(left)} cannot be used for rule name")
    return Rule(head, true_body(right.location))


def _named(ref: Ref) -> None:
    if not isinstance(ref.head, Var):
        raise BareRule(f"invalid rule head: {text_of(ref)}")


@cache
def _built_ins() -> frozenset[str]:
    from samakia_policy.rego.builtins.registry import signatures

    return frozenset(signatures())
