"""Mutants of Rego rules: edits of the text at the places that the syntax tree gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from samakia_policy.cases.mutants import Mutant
from samakia_policy.rego.slotted import field_names
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.modules import parse_module

# Comparisons become the one next to them, and their opposite.
_OPERATORS = {
    "equal": ("==", ("!=",)),
    "neq": ("!=", ("==",)),
    "lt": ("<", ("<=", ">=")),
    "lte": ("<=", ("<", ">")),
    "gt": (">", (">=", "<=")),
    "gte": (">=", (">", "<")),
    "plus": ("+", ("-",)),
    "minus": ("-", ("+",)),
    "mul": ("*", ("/",)),
    "div": ("/", ("*",)),
}
_WORDS = {"true": "false", "false": "true", "null": "0"}


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module; raises RegoError where the source is no module."""
    module = parse_module("rule", source)
    made = _Mutants(source)
    names = Counter(rule.head.ref.location.text for rule in module.rules if rule.head.ref.location)
    for rule in module.rules:
        if rule.head.ref.location and names[rule.head.ref.location.text] > 1:
            yield made.edit(rule, "rule dropped", "")
        yield from made.within(rule, _named(rule))


def _named(rule: n.Rule) -> set[int]:
    """Return which nodes are only the names of a hit's fields."""
    hit = rule.head.key
    return {id(key) for key, _ in hit.items} if isinstance(hit, n.Object) else set()


class _Mutants:
    def __init__(self, source: str) -> None:
        self.source = source

    def within(self, node: n.Node, named: set[int]) -> Iterator[Mutant]:
        """Yield the mutants of a node and of everything in it."""
        # Nobody wrote the `true` that stands for the body of a rule without one.
        if id(node) in named or (isinstance(node, n.Expr) and node.generated):
            return
        match node:
            case n.Expr():
                yield from self.literal(node)
            case n.Call():
                yield from self.operator(node)
            case n.Scalar():
                yield from self.constant(node)
            case n.Rule(otherwise=n.Rule() as other):
                yield self.edit(other, "else dropped", "")
        for below in _children(node):
            yield from self.within(below, named)

    def literal(self, expr: n.Expr) -> Iterator[Mutant]:
        text = _text(expr)
        if text not in {"", "true"}:
            yield self.edit(expr, "literal dropped", "true", shown="")
        if expr.negated or isinstance(expr.terms, n.Not):
            yield self.edit(expr, "`not` removed", re.sub(r"^not\b\s*", "", text), shown="")

    def operator(self, call: n.Call) -> Iterator[Mutant]:
        sign, others = _OPERATORS.get(_name(call), ("", ()))
        if len(call.args) < 2 or not sign:  # noqa: PLR2004 - a sign has two sides
            return
        left, right = (argument.location for argument in call.args[:2])
        if left is None or right is None or call.location is None:
            return
        at = self.source.find(sign, left.end, right.offset)
        for other in others if at >= 0 else ():
            changed = self.source[:at] + other + self.source[at + len(sign) :]
            row = self.source.count("\n", 0, at) + 1
            yield Mutant(row, f"{sign} becomes {other}", _text(call), "", changed)

    def constant(self, scalar: n.Scalar) -> Iterator[Mutant]:
        text = _text(scalar)
        if text in _WORDS:
            yield self.edit(scalar, "constant changed", _WORDS[text])
        elif text[:1] in {'"', "`"} and text[-1:] == text[:1]:
            yield self.edit(scalar, "constant changed", f"{text[:-1]}~{text[-1]}")
        elif re.fullmatch(r"-?[0-9]+", text):
            yield self.edit(scalar, "constant changed", str(int(text) + 1))

    def edit(self, node: n.Node, what: str, after: str, shown: str | None = None) -> Mutant:
        place = node.location
        assert place is not None
        changed = self.source[: place.offset] + after + self.source[place.end :]
        return Mutant(place.row, what, place.text, after if shown is None else shown, changed)


def _text(node: n.Node) -> str:
    return node.location.text if node.location else ""


def _name(call: n.Call) -> str:
    try:
        return call.name
    except ValueError:
        return ""


def _children(node: n.Node) -> Iterator[n.Node]:
    for name in field_names(node):
        if name in {"location", "module", "annotations", "operator"}:
            continue
        yield from _nodes(getattr(node, name))


def _nodes(value: Any) -> Iterator[n.Node]:
    if isinstance(value, n.Node):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _nodes(item)
