"""The tree of a module as text: a node a line, each below its parent by one space."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.values.order import order_key

_VERB = re.compile("%(.)", re.DOTALL)
_RANK = (n.Scalar, n.Var, n.Ref, n.Array, n.Object, n.SetTerm, n.ArrayComp, n.ObjectComp, n.SetComp, n.Call)


def tree_text(module: n.Module) -> str:
    """Return the tree of a module."""
    return "\n".join(_lines(module, 0)) + "\n"


def _lines(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, str):
        yield " " * depth + node
        return
    name, children = _SHOWN[node.__class__](node)
    # OPA takes the line for a format: what looks like a verb in it misses its value.
    yield " " * depth + _VERB.sub(lambda found: _missing(found.group(1)), name)
    for child in children:
        yield from _lines(child, depth + 1)


def _missing(verb: str) -> str:
    return "%" if verb == "%" else f"%!{verb}(MISSING)"


Shown = tuple[str, list[Any]]


def _module(node: n.Module) -> Shown:
    return "module", [_Branch("package", [node.package]), *node.imports, *node.rules]


class _Branch:
    """A line that no node of its own stands for."""

    def __init__(self, name: str, children: list[Any]) -> None:
        self.name = name
        self.children = children


def _import(node: n.Import) -> Shown:
    return "import", [node.path, node.alias or ""]


def _rule(node: n.Rule) -> Shown:
    below = [node.head, _Branch("body", _indexed(node.body))]
    return "rule", [*below, node.otherwise] if node.otherwise else below


def _head(node: n.Head) -> Shown:
    args = [_Branch("args", list(node.args))] if node.args else []
    return "head", [_Whole(node.ref), *args, *([node.value] if node.value is not None else [])]


class _Whole:
    """A reference that is shown as one, even when it is a single name."""

    def __init__(self, ref: n.Ref) -> None:
        self.ref = ref


def _ref(node: n.Ref) -> Shown:
    return "ref", node.terms


def _scalar(node: n.Scalar) -> Shown:
    from samakia_policy.rego.syntax.printer import scalar_text

    return scalar_text(node.value), []


def _var(node: n.Var) -> Shown:
    return "_" if node.wildcard else node.name, []


def _object(node: n.Object) -> Shown:
    pairs = sorted(node.items, key=lambda pair: _order(pair[0]))
    return "object", [term for pair in pairs for term in pair]


def _set(node: n.SetTerm) -> Shown:
    return "set", sorted(node.items, key=_order)


def _order(term: n.Term) -> tuple[Any, ...]:
    rank = _RANK.index(term.__class__) if term.__class__ in _RANK else len(_RANK)
    if isinstance(term, n.Scalar):
        return (rank, order_key(term.value))
    if isinstance(term, n.Var):
        return (rank, term.name)
    if isinstance(term, n.Ref):
        return (rank, *map(_order, term.terms))
    if isinstance(term, n.Array | n.SetTerm):
        return (rank, *map(_order, term.items))
    return (rank,)


def _call(node: n.Call) -> Shown:
    return "call", [_Whole(node.operator), *node.args]


def _indexed(body: n.Body) -> list[Any]:
    return [_Indexed(expr, index) for index, expr in enumerate(body)]


class _Indexed:
    """A literal with its place in the body."""

    def __init__(self, expr: n.Expr, index: int) -> None:
        self.expr = expr
        self.index = index


def _expr(node: _Indexed) -> Shown:
    expr = node.expr
    terms = expr.terms
    below: list[Any] = [_Whole(terms.operator), *terms.args] if isinstance(terms, n.Call) else [terms]
    negated = "negated " if expr.negated else ""
    return f"expr {negated}index={node.index}", [*below, *expr.withs]


def _comprehension(name: str, *fields: str) -> Callable[[Any], Shown]:
    def show(node: Any) -> Shown:
        return name, [*(getattr(node, field) for field in fields), _Branch("body", _indexed(node.body))]

    return show


def _every(node: n.Every) -> Shown:
    named = [term for term in (node.key, node.value, node.domain) if term is not None]
    return "every", [*named, _Branch("body", _indexed(node.body))]


def _logical(node: n.Logical) -> Shown:
    sides = [_Branch("body", _indexed(side)) for side in (node.left, node.right)]
    return f"logical{node.operator}", sides


_SHOWN: dict[type, Callable[[Any], Shown]] = {
    n.Module: _module,
    n.Import: _import,
    n.Rule: _rule,
    n.Head: _head,
    n.Ref: _ref,
    n.Scalar: _scalar,
    n.Var: _var,
    n.Array: lambda node: ("array", node.items),
    n.Object: _object,
    n.SetTerm: _set,
    n.Call: _call,
    n.ArrayComp: _comprehension("arraycomprehension", "term"),
    n.SetComp: _comprehension("setcomprehension", "term"),
    n.ObjectComp: _comprehension("objectcomprehension", "key", "value"),
    n.TemplateString: lambda node: ("templatestring", []),
    n.Some: lambda node: ("somedecl", node.symbols),
    n.Every: _every,
    n.Not: lambda node: ("not", [_Branch("body", _indexed(node.body))]),
    n.Logical: _logical,
    n.With: lambda node: ("with", [node.target, node.value]),
    _Branch: lambda node: (node.name, node.children),
    _Whole: lambda node: ("ref", node.ref.terms),
    _Indexed: _expr,
}
