"""Elements of sets are there once, however often they are written. Keys of objects are kept, as in OPA."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from samakia_policy.rego.syntax.nodes import Array, Call, Node, Object, Ref, Scalar, SetTerm, Term, Var


def distinct_terms(items: list[Term]) -> list[Term]:
    """Return the elements without those that are the same as an earlier one."""
    found = {shape(item): item for item in reversed(items)}
    return items if len(found) == len(items) else list(reversed(found.values()))


def shape(term: Node) -> Hashable:
    """Return something that is equal for terms written alike."""
    return _SHAPES.get(term.__class__, id)(term)


def _scalar(term: Scalar) -> Hashable:
    value = term.value
    return (value.__class__ is bool, value.__class__ is str, value)


def _ref(term: Ref) -> Hashable:
    return (Ref, shape(term.head), *map(shape, term.path))


def _call(term: Call) -> Hashable:
    return (Call, shape(term.operator), *map(shape, term.args))


def _object(term: Object) -> Hashable:
    return (Object, frozenset((shape(key), shape(value)) for key, value in term.items))


_SHAPES: dict[type, Callable[..., Hashable]] = {
    Scalar: _scalar,
    Var: lambda term: (Var, term.name),
    Ref: _ref,
    Call: _call,
    Array: lambda term: (Array, *map(shape, term.items)),
    Object: _object,
    SetTerm: lambda term: (SetTerm, frozenset(map(shape, term.items))),
}
