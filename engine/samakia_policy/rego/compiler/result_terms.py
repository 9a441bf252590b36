"""RewriteComprehensionTerms, RewriteRefsInHead, RewriteRuleHeadRefs: the body binds what is evaluated.

What comprehensions and heads give are then variables, scalars, or collections of them.
"""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.compiler.locals import Locals, copy_var, extend
from samakia_policy.rego.compiler.walk import COMPREHENSIONS, children
from samakia_policy.rego.syntax.nodes import (
    Array,
    ArrayComp,
    Body,
    Call,
    Object,
    ObjectComp,
    Ref,
    Rule,
    Scalar,
    SetComp,
    SetTerm,
    Term,
    Var,
)


def needs_evaluation(node: Any) -> bool:
    """Return whether a term holds a reference or a comprehension."""
    kind = node.__class__
    if kind is Ref or kind in COMPREHENSIONS:
        return True
    if kind is Array or kind is SetTerm:
        return any(map(needs_evaluation, node.items))
    if kind is Object:
        return any(needs_evaluation(name) or needs_evaluation(value) for name, value in node.items)
    return kind is Call


def bind_head(rule: Rule, locals_: Locals) -> None:
    """Bind what the head of a rule has to evaluate at the end of its body."""
    head = rule.head
    bound: Body = []
    if head.key is not None:
        head.key = _bound(head.key, bound, locals_)
    if head.value is not None:
        head.value = _bound(head.value, bound, locals_)
    if head.args:
        head.args = [_bound(arg, bound, locals_) for arg in head.args]
    rule.body = extend(rule.body, bound)


def bind_comprehensions(node: Any, locals_: Locals) -> None:
    """Bind what the comprehensions at and below a node give at the end of their bodies."""
    bound: Body = []
    if isinstance(node, ArrayComp | SetComp):
        node.term = _bound(node.term, bound, locals_)
        node.body = extend(node.body, bound)
    elif isinstance(node, ObjectComp):
        node.key, node.value = _bound(node.key, bound, locals_), _bound(node.value, bound, locals_)
        node.body = extend(node.body, bound)
    for child in children(node):
        bind_comprehensions(child, locals_)


def _bound(node: Term, out: Body, locals_: Locals) -> Term:
    if not needs_evaluation(node):
        return node
    made, expr = locals_.bind(node)
    out.append(expr)
    return copy_var(made)


def bind_head_refs(rule: Rule, locals_: Locals) -> None:
    """RewriteRuleHeadRefs: in the path of a rule only scalars and variables stay; the body binds the rest."""
    path = rule.head.ref.path
    bound: Body = []
    for index, term in enumerate(path):
        if not isinstance(term, Var | Scalar):
            made, expr = locals_.bind(term)
            path[index] = copy_var(made)
            bound.append(expr)
    rule.body = extend(rule.body, bound)
