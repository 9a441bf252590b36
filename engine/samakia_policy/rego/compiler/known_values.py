"""The constants that variables can hold, as far as a body tells: `some x in ["a", "b"]`, `x := "a"`."""

from __future__ import annotations

from collections.abc import Mapping

from samakia_policy.rego.compiler.outputs import equation
from samakia_policy.rego.compiler.walk import is_constant
from samakia_policy.rego.slotted import slotted
from samakia_policy.rego.syntax.nodes import Array, Body, Expr, Object, Ref, Scalar, SetTerm, Term, Var
from samakia_policy.rego.syntax.order import form

Known = Mapping[str, list[Term]]
MOST = 64


@slotted(frozen=True)
class Binding:
    """A variable that the literal at `index` gives one of these constants."""

    index: int
    name: str
    values: list[Term]


def ordered_bindings(body: Body) -> list[Binding]:
    """Return what a body binds to constants, the first binding of each variable, in the order written."""
    known: dict[str, list[Term]] = {}
    found = []
    for index, expr in enumerate(body):
        bound = None if expr.negated or expr.withs else _binding(expr, known)
        if bound is not None and bound[0] not in known:
            known[bound[0]] = bound[1]
            found.append(Binding(index, *bound))
    return found


def known_before(bindings: list[Binding], index: int) -> Known:
    """Return the constants of the variables bound before a literal."""
    return {item.name: item.values for item in bindings if item.index < index}


def _binding(expr: Expr, known: Known) -> tuple[str, list[Term]] | None:
    call = equation(expr)
    if call is None:
        return None
    left, right = call.args
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Var):
            values = term_values(other, known)
            if values is not None:
                return one.name, values
    return None


def term_values(term: Term, known: Known) -> list[Term] | None:
    """Return the constants a term can be; None if that cannot be told."""
    if isinstance(term, Var):
        return known.get(term.name)
    if isinstance(term, Ref):
        return _ref_values(term, known)
    return [term] if is_constant(term) else None


def _ref_values(ref: Ref, known: Known) -> list[Term] | None:
    values = term_values(ref.head, known)
    for term in ref.path:
        if values is None:
            return None
        values = _step(values, term)
        if values is not None and len(values) > MOST:
            return None
    return values


def _step(values: list[Term], term: Term) -> list[Term] | None:
    found: list[Term] = []
    for value in values:
        if is_constant(term):
            member = _member(value, term)
            found += [] if member is None else [member]
        else:
            every = members(value)
            if every is None:
                return None
            found += every
    return found


def _member(value: Term, term: Term) -> Term | None:
    wanted = form(term)
    if isinstance(value, Object):
        return next((item for name, item in value.items if form(name) == wanted), None)
    if isinstance(value, SetTerm):
        return next((item for item in value.items if form(item) == wanted), None)
    if isinstance(value, Array) and isinstance(term, Scalar) and type(term.value) is int:
        return value.items[term.value] if 0 <= term.value < len(value.items) else None
    return None


def members(value: Term) -> list[Term] | None:
    """Return the elements of an array or a set, or the values of an object; None for anything else."""
    if isinstance(value, Array):
        return value.items
    if isinstance(value, SetTerm):
        return list({form(item): item for item in value.items}.values())
    if isinstance(value, Object):
        return [item for _, item in value.items]
    return None


def expand(ref: Ref, known: Known) -> list[Ref]:
    """Return the references that one can be once variables with known constants are replaced."""
    if not known:
        return [ref]
    found = [ref]
    for index, term in enumerate(ref.path):
        values = None if is_constant(term) else term_values(term, known)
        if not values or len(found) * len(values) > MOST:
            continue
        found = [_replaced(one, index, value) for one in found for value in values]
    return found


def _replaced(ref: Ref, index: int, value: Term) -> Ref:
    path = list(ref.path)
    path[index] = value
    return Ref(ref.head, path, location=ref.location)
