"""Errors of types, as OPA words them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from samakia_policy.rego.errors import TYPE, Details, Fault
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Node, Ref
from samakia_policy.rego.syntax.printer import path_text, scalar_text, text_of
from samakia_policy.rego.types.difference import difference, short
from samakia_policy.rego.types.model import (
    ArrayType,
    FunctionType,
    ObjectType,
    SetType,
    Shown,
    unnamed,
)
from samakia_policy.rego.types.operations import unifies
from samakia_policy.rego.types.plain_terms import plain_constant, plain_terms
from samakia_policy.rego.types.shape import Type, plain, type_text, unknown

_WIDE = 80
_DOCUMENTATION = "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error"
_LOCAL = re.compile(r"__local[0-9]+__")
_PLURALS = {ObjectType: "objects", ArrayType: "arrays", SetType: "sets"}


class Problem:
    """A fault, and whether it may only follow from another: from a type that is not known."""

    __slots__ = ("fault", "follows")

    def __init__(self, message: str, location: Location | None, details: Details | None = None) -> None:
        self.fault = Fault(TYPE, message, location, details=details)
        self.follows = False


def mismatch(location: Location | None, left: Type | None, right: Type | None) -> Problem:
    """Say that two sides can never be equal."""
    lines = [f"left  : {type_text(left)}", f"right : {type_text(right)}"]
    if max(map(len, lines)) > _WIDE:
        one, two = difference(left, right)
        lines = [f"left  : {one}", f"right : {two}"]
    if left.__class__ is right.__class__ and left.__class__ in _PLURALS:
        kind = _PLURALS[left.__class__]
        hint = f"both sides are {kind} but their types differ, so they can never be equal"
        lines.append(f"hint  : {hint} (see {_DOCUMENTATION})")
    problem = Problem("match error", location, Details({"a": plain(left), "b": plain(right)}, tuple(lines)))
    problem.follows = unknown(left) or unknown(right)
    return problem


def bad_arguments(
    location: Location | None, name: str, message: str, have: Sequence[Type | None], function: FunctionType
) -> Problem:
    """Say that a function is called with what it does not take."""
    want = [*function.shown] + ([] if function.result is None else [function.shown_result])
    return _arguments(location, f"{name}: {message}", have, want, function.variadic)


def arity_mismatch(
    location: Location | None, name: str, have: Sequence[Type | None], function: FunctionType
) -> Problem:
    """Say that a function is given, or replaced by one of, the wrong number of operands."""
    return _arguments(location, f"{name}: arity mismatch", have, function.shown, function.variadic)


def _arguments(
    location: Location | None,
    message: str,
    have: Sequence[Type | None],
    want: Sequence[Shown],
    variadic: Type | None,
) -> Problem:
    wanted: dict[str, Any] = {"args": list(map(plain, want))} if want else {}
    if variadic is not None:
        wanted["variadic"] = plain(variadic)
    lines = _argument_lines(have, want, variadic)
    data = {"have": list(map(plain, have)), "want": wanted}
    problem = Problem(message, location, Details(data, lines))
    problem.follows = any(map(unknown, have))
    return problem


def _argument_lines(
    have: Sequence[Type | None], want: Sequence[Shown], variadic: Type | None
) -> tuple[str, ...]:
    given, taken = list(map(type_text, have)), list(map(type_text, want))
    taken += [] if variadic is None else [f"{variadic}..."]
    lines = (f"have: ({', '.join(given)})", f"want: ({', '.join(taken)})")
    if max(map(len, lines)) <= _WIDE:
        return lines
    given, taken = list(map(short, have)), list(map(short, want))
    for place in range(min(len(have), len(want))):
        one, two = have[place], want[place]
        if not unifies(one, unnamed(two)):
            given[place], taken[place] = difference(one, two)
    taken += [] if variadic is None else [f"{short(variadic)}..."]
    return f"have: ({', '.join(given)})", f"want: ({', '.join(taken)})"


def cannot_select(location: Location | None, ref: Ref, position: int, have: Type | None) -> Problem:
    """Say that something in a reference has nothing below it."""
    message = f"undefined ref: {text_of(ref)}"
    if isinstance(have, FunctionType):
        last = ref.path[-1] if ref.path else ref.head
        named = Ref(ref.head, ref.path[:-1]) if ref.path and _LOCAL.search(text_of(last)) else ref
        message = f"function {text_of(named)} used as reference, not called"
    width = len(_prefix(ref, position + 1).encode())
    lines = (text_of(ref), "^" * width, f"have: {'<nil>' if have is None else have}")
    return Problem(
        message,
        location,
        Details({"ref": plain_terms(ref.terms), "pos": position, "have": plain(have)}, lines),
    )


def no_such_key(
    location: Location | None,
    ref: Ref,
    position: int,
    types: tuple[Type | None, Type | None],
    one_of: list[Any] | None,
) -> Problem:
    """Say that an element of a reference is no key of what lies before it; `types` are had and wanted."""
    have, want = types
    pad = " " * (len(_prefix(ref, position).encode()) + 1)
    had = f"have: {text_of(ref.terms[position])}" if have is None else f"have (type): {have}"
    wanted = f"want (type): {want}"
    if one_of:
        wanted = f"want (one of): [{' '.join(map(_value_text, one_of))}]"
    elif want is None:
        wanted = "want (one of): []"
    data = {"ref": plain_terms(ref.terms), "pos": position} | ({} if have is None else {"have": plain(have)})
    data |= {"want": plain(want), "oneOf": None if one_of is None else list(map(plain_constant, one_of))}
    lines = (text_of(ref), f"{pad}^", pad + had, pad + wanted)
    return Problem(f"undefined ref: {text_of(ref)}", location, Details(data, lines))


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value_text, value))}]"
    if isinstance(value, dict):
        inner = [f"{scalar_text(name)}: {_value_text(item)}" for name, item in sorted(value.items())]
        return f"{{{', '.join(inner)}}}"
    return text_of(value) if isinstance(value, Node) else scalar_text(value)


def _prefix(ref: Ref, length: int) -> str:
    if length == 0:
        return ""
    return text_of(ref.head) if length == 1 else path_text(text_of(ref.head), ref.path[: length - 1])
