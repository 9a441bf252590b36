"""Which rules OPA's index leaves out for an input, so that coverage counts what OPA counts.

A literal that compares a part of the input with constants, or needs it to be defined, is checked before the
body is evaluated. This knows the common forms: `==` and `=` with a constant, `in` constants, a reference.
"""

from __future__ import annotations

from typing import Any

from samakia_policy.rego.run.state import INPUT
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal, make_object

_NOTHING: Any = object()
_EQUAL = ("eq", "equal")
_MEMBER = "internal.member_2"


class Exclusions:
    """Answers, for the rules of compiled modules, whether the index leaves one out."""

    def __init__(self, modules: list[n.Module]) -> None:
        self._bodies: dict[tuple[str, int, int], n.Body] = {}
        for module in modules:
            waiting = list(module.rules)
            while waiting:
                rule = waiting.pop()
                if rule.location is not None:
                    self._bodies[(rule.location.file, rule.location.row, rule.location.col)] = rule.body
                if rule.otherwise is not None:
                    waiting.append(rule.otherwise)

    def excluded(self, rule: n.Rule, variables: dict[str, Any]) -> bool:
        """Return whether a rule is left out; `variables` are those of its function as it is entered."""
        place = rule.location
        state = variables.get("c")
        if place is None or state is None:
            return False
        body = self._bodies.get((place.file, place.row, place.col), [])
        if any(_is_recording(expr) for expr in body):
            return False
        return _refuted(body, state[INPUT])


def _is_recording(expr: n.Expr) -> bool:
    return isinstance(expr.terms, n.Call) and expr.terms.name in ("internal.print", "internal.test_case")


def _refuted(body: n.Body, found: Any) -> bool:
    """Whether one literal alone shows that the body cannot hold."""
    held: dict[str, Any] = {}
    for expr in body:
        if expr.negated or expr.withs:
            continue
        term = expr.terms
        if isinstance(term, n.Ref) and _read(term, found, held) is UNDEFINED:
            return True
        if not isinstance(term, n.Call) or len(term.args) != 2:  # noqa: PLR2004
            continue
        left, right = term.args
        if term.name in _EQUAL and (_differs(left, right, found, held) or _differs(right, left, found, held)):
            return True
        if term.name == _MEMBER and _outside(left, right, found, held):
            return True
    return False


def _differs(ref: n.Term, other: n.Term, found: Any, held: dict[str, Any]) -> bool:
    value = _read(ref, found, held)
    if value is _NOTHING:
        return False
    if isinstance(other, n.Var) and other.name not in held:
        held[other.name] = value
        return value is UNDEFINED
    wanted = _constant(other)
    return wanted is not _NOTHING and (value is UNDEFINED or not equal(value, wanted))


def _outside(ref: n.Term, members: n.Term, found: Any, held: dict[str, Any]) -> bool:
    value, among = _read(ref, found, held), _constant(members)
    if value is _NOTHING or among is _NOTHING:
        return False
    values = list(among.values()) if among.__class__ is dict else list(among)
    return value is UNDEFINED or not any(equal(value, item) for item in values)


def _read(term: n.Term, found: Any, held: dict[str, Any]) -> Any:
    """What a term names in the input, UNDEFINED where there is nothing, or _NOTHING for other terms."""
    if isinstance(term, n.Var):
        return held.get(term.name, _NOTHING)
    if not isinstance(term, n.Ref) or not isinstance(term.head, n.Var) or term.head.name != "input":
        return _NOTHING
    for step in term.path:
        if not isinstance(step, n.Scalar):
            return _NOTHING
        found = _step(found, step.value)
    return found


def _step(found: Any, name: Any) -> Any:
    if found.__class__ is dict:
        return found.get(name, UNDEFINED)
    if found.__class__ is list and name.__class__ is int and 0 <= name < len(found):
        return found[name]
    return UNDEFINED


def _constant(term: n.Term) -> Any:
    """The value of a term without variables, or _NOTHING."""
    if isinstance(term, n.Scalar):
        return term.value
    if isinstance(term, n.Array | n.SetTerm):
        items = [_constant(item) for item in term.items]
        if any(item is _NOTHING for item in items):
            return _NOTHING
        return Set(items) if isinstance(term, n.SetTerm) else items
    if isinstance(term, n.Object):
        pairs = [(_constant(name), _constant(item)) for name, item in term.items]
        if any(_NOTHING in (name, item) for name, item in pairs):
            return _NOTHING
        return make_object(pairs)
    return _NOTHING
