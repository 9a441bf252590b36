"""Unification of terms with types: checks what is known, and infers the types of variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samakia_policy.rego.compiler.walk import is_constant
from samakia_policy.rego.syntax.nodes import (
    Array,
    Object,
    Ref,
    SetTerm,
    Term,
    Var,
)
from samakia_policy.rego.syntax.order import form
from samakia_policy.rego.types.constants import plain_value
from samakia_policy.rego.types.environment import TypeEnv
from samakia_policy.rego.types.model import ANY, AnyType, ArrayType, ObjectType, Recursive, SetType
from samakia_policy.rego.types.operations import select, unifies, union, values
from samakia_policy.rego.types.shape import Type, unknown


def infer(env: TypeEnv, term: Any, kind: Type | None, *, widen: bool = False) -> bool:
    """Return whether a term can have a type; its variables that have none get theirs.

    `widen`: variables that have a type may have this one as well.
    """
    shape = term.__class__
    if shape is Var:
        return _infer_var(env, term, kind, widen)
    walk = _INFER.get(shape)
    if walk is None:
        return unifies(env.type(term), kind)
    wanted, inside = walk
    if isinstance(kind, AnyType):
        return _infer_any(env, term, kind)
    if isinstance(kind, Recursive) and shape is not SetTerm:
        kind = kind.type
    return kind.__class__ is wanted and inside(env, term, kind, widen)


def unify(env: TypeEnv, left: Any, left_type: Type | None, right: Any, right_type: Type | None) -> bool:
    """Return whether two terms can be equal, given their types; variables get the types this tells."""
    if unknown(left_type) and not unknown(right_type):
        return infer(env, left, right_type)
    if unknown(right_type) and not unknown(left_type):
        return infer(env, right, left_type)
    if not unknown(left_type):
        return unifies(left_type, right_type)
    match = _UNIFY.get((left.__class__, right.__class__))
    if match is not None:
        return match(env, left, right)
    if left.__class__ is Array or left.__class__ is Object:
        return False
    return _assign(env, left, left_type, right, right_type)


def _assign(env: TypeEnv, left: Any, left_type: Type | None, right: Any, right_type: Type | None) -> bool:
    """Give a variable without a type what is known of the other side, such as a comprehension."""
    if left.__class__ is Var and left_type is None and right_type is not None:
        return infer(env, left, right_type)
    if right.__class__ is Var and right_type is None and left_type is not None:
        return infer(env, right, left_type)
    return False


def _infer_var(env: TypeEnv, term: Var, kind: Type | None, widen: bool) -> bool:
    known = env.variable(term.name)
    if widen:
        env.store[term.name] = union(known, kind)
        return True
    if known is not None:
        return unifies(known, kind)
    env.store[term.name] = kind
    return True


def _infer_any(env: TypeEnv, term: Any, kind: AnyType) -> bool:
    if not kind.of:
        for inner in _parts(term):
            infer(env, inner, ANY, widen=True)
        return True
    found = False
    for member in kind.of:
        found = infer(env, term, member, widen=True) or found
    return found


def _parts(term: Any) -> list[Term]:
    if isinstance(term, Object):
        return [part for entry in term.items for part in entry]
    return term.items  # type: ignore[no-any-return]


def _infer_array(env: TypeEnv, term: Array, kind: ArrayType, widen: bool) -> bool:
    if len(term.items) != len(kind.static) and kind.dynamic is None:
        return False
    return all(infer(env, item, kind.item(place), widen=widen) for place, item in enumerate(term.items))


def _infer_object(env: TypeEnv, term: Object, kind: ObjectType, widen: bool) -> bool:
    if len(term.items) != len(kind.static) and kind.dynamic_value is None:
        return False
    for name, value in term.items:
        if not is_constant(name):
            infer(env, value, ANY, widen=widen)
            continue
        wanted = select(kind, plain_value(name))
        if wanted is None or not infer(env, value, wanted, widen=widen):
            return False
    return True


def _infer_set(env: TypeEnv, term: SetTerm, kind: SetType, widen: bool) -> bool:
    of = values(kind)
    return all(infer(env, item, of, widen=widen) for item in term.items)


def _unify_vars(env: TypeEnv, left: Var, right: Var) -> bool:
    return infer(env, left, ANY) and infer(env, right, env.type(left))


def _unify_var_first(env: TypeEnv, left: Var, right: Any) -> bool:
    return infer(env, right, ANY) and infer(env, left, env.type(right))


def _unify_var_last(env: TypeEnv, left: Any, right: Var) -> bool:
    return infer(env, left, ANY) and infer(env, right, env.type(left))


def _unify_arrays(env: TypeEnv, left: Array, right: Array) -> bool:
    if len(left.items) != len(right.items):
        return False
    pairs = zip(left.items, right.items, strict=True)
    return all(unify(env, one, env.type(one), two, env.type(two)) for one, two in pairs)


def _unify_objects(env: TypeEnv, left: Object, right: Object) -> bool:
    if len(left.items) != len(right.items):
        return False
    other = {form(name): value for name, value in right.items}
    pairs = [(value, other.get(form(name))) for name, value in left.items]
    if any(two is None for _, two in pairs):
        return False
    return all(unify(env, one, env.type(one), two, env.type(two)) for one, two in pairs)


def _any_for_var(env: TypeEnv, left: Any, right: Any) -> bool:
    return infer(env, left if left.__class__ is Var else right, ANY)


_Walk = Callable[[TypeEnv, Any, Any, bool], bool]
_INFER: dict[type, tuple[type, _Walk]] = {
    Array: (ArrayType, _infer_array),
    Object: (ObjectType, _infer_object),
    SetTerm: (SetType, _infer_set),
}
_UNIFY: dict[tuple[type, type], Callable[[TypeEnv, Any, Any], bool]] = {
    (Var, Var): _unify_vars,
    (Var, Array): _unify_var_first,
    (Var, Object): _unify_var_first,
    (Array, Var): _unify_var_last,
    (Object, Var): _unify_var_last,
    (Array, Array): _unify_arrays,
    (Object, Object): _unify_objects,
    (Var, Ref): _any_for_var,
    (Ref, Var): _any_for_var,
}
