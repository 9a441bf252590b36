"""Calls written out for the types that operands mostly have; for any other the function is called.

startswith(t1, "x")   ->   text_startswith(t1, "x") if type_of(t1) is Str else b_startswith(c, t1, "x")
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.generate import code
from samakia_policy.rego.syntax import nodes as n

if TYPE_CHECKING:
    from samakia_policy.rego.generate.unit import Unit

Operands = Sequence[ast.expr]
Guarded = tuple[list[ast.expr], ast.expr] | None
"""The tests under which an expression is right, and the expression."""

# Longer strings go through the built-in, which charges for them.
_SHORT = 1_000
_LONG = 1 << 63
_VERBS = ("s", "v", "d")


def written_out(name: str, operands: Operands, slow: ast.expr) -> ast.expr:
    """Return an expression for a call; `slow` is the call itself."""
    write = _WRITTEN.get(name)
    if write is None or not all(isinstance(operand, ast.Name | ast.Constant) for operand in operands):
        return slow
    return _guarded(write(*operands), slow)


def _guarded(found: Guarded, slow: ast.expr) -> ast.expr:
    if found is None:
        return slow
    tests, made = found
    return code.either(code.all_of(*tests), made, slow) if tests else made


def is_kind(value: ast.expr, kind: str) -> list[ast.expr] | None:
    """Return the test that a value has a type: none for a constant of that type, None for another."""
    if isinstance(value, ast.Constant):
        return [] if value.value.__class__.__name__ == _KINDS[kind] else None
    return [code.is_(code.call("type_of", value), code.load(kind))]


_KINDS = {"Str": "str", "Int": "int", "List": "list", "Dict": "dict"}


def _typed(kinds: Sequence[tuple[ast.expr, str]], made: ast.expr) -> Guarded:
    tests: list[ast.expr] = []
    for value, kind in kinds:
        found = is_kind(value, kind)
        if found is None:
            return None
        tests += found
    return tests, made


def _of_strings(function: str) -> Callable[..., Guarded]:
    def write(one: ast.expr, two: ast.expr) -> Guarded:
        return _typed([(one, "Str"), (two, "Str")], code.call(function, one, two))

    return write


def _contains(text: ast.expr, part: ast.expr) -> Guarded:
    return _typed([(text, "Str"), (part, "Str")], code.compare(part, ast.In(), text))


def _case(function: str) -> Callable[[ast.expr], Guarded]:
    def write(text: ast.expr) -> Guarded:
        found = is_kind(text, "Str")
        if found is None:
            return None
        return [*found, code.call("is_ascii", text)], code.call(function, text)

    return write


def _count(value: ast.expr) -> Guarded:
    sized = code.compare(code.call("type_of", value), ast.In(), code.load("SIZED"))
    return [sized], code.call("len_of", value)


def _ordered(operator: ast.cmpop) -> Callable[..., Guarded]:
    def write(left: ast.expr, right: ast.expr) -> Guarded:
        texts = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (left, right))
        kind = "Str" if texts else "Int"
        return _typed([(left, kind), (right, kind)], code.compare(left, operator, right))

    return write


def _get(found: ast.expr, name: ast.expr, otherwise: ast.expr) -> Guarded:
    return _typed([(found, "Dict"), (name, "Str")], code.call("dict_get", found, name, otherwise))


_WRITTEN: dict[str, Callable[..., Guarded]] = {
    "startswith": _of_strings("text_startswith"),
    "endswith": _of_strings("text_endswith"),
    "trim_prefix": _of_strings("text_removeprefix"),
    "trim_suffix": _of_strings("text_removesuffix"),
    "contains": _contains,
    "lower": _case("text_lower"),
    "upper": _case("text_upper"),
    "count": _count,
    "object.get": _get,
    "lt": _ordered(ast.Lt()),
    "lte": _ordered(ast.LtE()),
    "gt": _ordered(ast.Gt()),
    "gte": _ordered(ast.GtE()),
}


def equal(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return a test that two values are the same; strings need no more than Python's own."""
    slow = code.call("equal", left, right)
    for one in (left, right):
        if isinstance(one, ast.Name):
            kind = "Str"
            if isinstance(other := right if one is left else left, ast.Constant):
                kind = "Int" if other.value.__class__ is int else kind
            return _guarded(_typed([(one, kind)], code.compare(left, ast.Eq(), right)), slow)
    return slow


def step(value: ast.expr, wanted: ast.expr, slow: ast.expr) -> ast.expr:
    """Return an expression for `value[wanted]`, U where there is none."""
    if not isinstance(value, ast.Name):
        return slow
    if isinstance(wanted, ast.Constant) and type(wanted.value) is int and wanted.value >= 0:
        longer = code.compare(code.call("len_of", value), ast.Gt(), wanted)
        tests = [*(is_kind(value, "List") or []), longer]
        return code.either(code.all_of(*tests), code.item(value, wanted), slow)
    found = code.call("dict_get", value, wanted, code.load("U"))
    return _guarded(_typed([(value, "Dict"), (wanted, "Str")], found), slow)


def member(wanted: ast.expr, members: ast.expr, slow: ast.expr) -> ast.expr:
    """Return a test that a value is among constant strings."""
    return _guarded(_typed([(wanted, "Str")], code.compare(wanted, ast.In(), members)), slow)


def matched(unit: Unit, operands: Operands, slow: ast.expr) -> ast.expr:
    """Return an expression for `regex.match` with a constant pattern that Python's own matcher may try."""
    pattern, text = operands
    if not isinstance(pattern, ast.Constant) or not isinstance(pattern.value, str):
        return slow
    from samakia_policy.rego.builtins.regex_plain import LONGEST, matcher

    if not isinstance(text, ast.Name) or matcher(pattern.value) is None:
        return slow
    tried = code.call(unit.made("plain_matcher", pattern).id, text)
    found = code.is_not(tried, code.const(None))
    short = code.compare(code.call("len_of", text), ast.LtE(), code.const(LONGEST))
    return code.either(code.all_of(*_kind(text, "Str"), short, code.call("is_ascii", text)), found, slow)


def formatted(call: n.Call, items: Operands, slow: ast.expr) -> ast.expr:
    """Return an expression for `sprintf` with a constant template of simple verbs."""
    template = call.args[0]
    if template.__class__ is not n.Scalar or not isinstance(template.value, str):
        return slow
    parts = template.value.split("%")
    if len(parts) != len(items) + 1 or any(part[:1] not in _VERBS for part in parts[1:]):
        return slow
    shown: list[ast.expr] = [code.const(parts[0])]
    tests: list[ast.expr] = []
    for part, item in zip(parts[1:], items, strict=True):
        if not isinstance(item, ast.Name):
            return slow
        tests.append(_printable(item, part[0]))
        shown += [ast.FormattedValue(item, -1), code.const(part[1:])]
    return code.either(code.all_of(*tests), ast.JoinedStr(shown), slow) if tests else slow


def _printable(item: ast.expr, verb: str) -> ast.expr:
    """Return a test that a value is printed as Python prints it: short strings, and integers of 64 bits."""
    short = code.compare(code.call("len_of", item), ast.Lt(), code.const(_SHORT))
    text = code.all_of(*_kind(item, "Str"), short)
    low, high = code.const(-_LONG), code.const(_LONG)
    within = ast.Compare(low, [ast.Lt(), ast.Lt()], [item, high])
    number = code.all_of(*_kind(item, "Int"), within)
    return {"s": text, "d": number}.get(verb) or code.any_of(text, number)


def _kind(value: ast.expr, kind: str) -> list[ast.expr]:
    return is_kind(value, kind) or []


def constant_strings(term: Any) -> list[str] | None:
    """Return the elements of a set or array of strings, or None."""
    if term.__class__ not in (n.SetTerm, n.Array) or not term.items:
        return None
    found = [item.value for item in term.items if item.__class__ is n.Scalar and isinstance(item.value, str)]
    return found if len(found) == len(term.items) else None
