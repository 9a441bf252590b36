"""Terms of a kind: constants, variables, references, operators, calls, comprehensions, template strings."""

from __future__ import annotations

import re

from fuzz import bodies, calls
from fuzz.kinds import ANY, BOOLEAN, NUMBER, STRING, Kind, array, fits, map_of, set_of, some_kind
from fuzz.scope import Scope
from fuzz.values import FIELDS, KEYS, literal, quote

COMPARISONS = ["==", "==", "!=", "!=", "!=", "<", "<=", "<=", ">", ">=", ">="]


def term(scope: Scope, kind: Kind, depth: int = 2) -> str:
    """Return a term of a kind."""
    chance = scope.chance
    if depth <= 0:
        return leaf(scope, kind)
    makers = [
        (3.0, leaf),
        (3.0, _reference),
        (2.0, _call),
        (1.5, _function),
        (1.5, _by_kind),
        (1.0, _composed),
    ]
    made = chance.weighed(makers)(scope, kind, depth)
    return made or leaf(scope, kind)


def leaf(scope: Scope, kind: Kind, _: int = 0) -> str:
    """Return a term without terms in it."""
    chance = scope.chance
    made = ""
    if chance.maybe(0.6):
        made = scope.variable(kind)
    if not made and chance.maybe(0.6):
        made = scope.reference(kind)
    return made or literal(kind, chance)


def _reference(scope: Scope, kind: Kind, _: int) -> str:
    return scope.reference(kind)


def _call(scope: Scope, kind: Kind, depth: int) -> str:
    return calls.built_in(scope, kind, depth - 1)


def _function(scope: Scope, kind: Kind, depth: int) -> str:
    found = [known for known in scope.functions if fits(known.result, kind)]
    if not found:
        return ""
    chosen = scope.chance.choice(found)
    return f"{chosen.text}({', '.join([term(scope, arg, depth - 1) for arg in chosen.args])})"


def _by_kind(scope: Scope, kind: Kind, depth: int) -> str:
    """Return what only this kind has: operators, strings with values in them."""
    chance = scope.chance
    if kind.name == "number":
        return _infix(scope, kind, depth, ["+", "-", "*", "/", "%", "+", "-"])
    if kind.name == "set":
        return _infix(scope, kind, depth, ["&", "|", "-"])
    if kind.name == "boolean":
        return membership(scope, depth) if chance.maybe(0.3) else f"({comparison(scope, depth)})"
    if kind.name == "string":
        return template(scope, depth)
    return ""


def _infix(scope: Scope, kind: Kind, depth: int, operators: list[str]) -> str:
    one, two = term(scope, kind, depth - 1), term(scope, kind, depth - 1)
    text = f"{one} {scope.chance.choice(operators)} {two}"
    return f"({text})" if scope.chance.maybe(0.7) else text


def comparison(scope: Scope, depth: int) -> str:
    """Return a comparison of two terms, mostly of one kind."""
    chance = scope.chance
    kind = chance.choice([NUMBER, NUMBER, STRING, STRING, BOOLEAN, some_kind(chance, 1)])
    one, two = term(scope, kind, depth - 1), term(scope, kind, depth - 1)
    if constant(one) and constant(two):
        one = scope.reference(kind) or one
    if kind.name == "boolean":
        one, two = f"({one})", f"({two})"
    return f"{one} {chance.choice(COMPARISONS)} {two}"


def constant(text: str) -> bool:
    """Return whether a term names nothing."""
    return not re.search(r"[a-z_]\w*[.\[(]", text)


def membership(scope: Scope, depth: int) -> str:
    """Return a test whether something is in a collection."""
    chance = scope.chance
    if not scope.style.has_in:
        return ""
    kind = chance.choice([NUMBER, STRING])
    shape, keys = chance.choice([(array, NUMBER), (map_of, STRING), (set_of, None)])
    within = term(scope, shape(kind), depth - 1)
    key = f"{term(scope, keys, 0)}, " if keys and chance.maybe(0.2) else ""
    return f"({key}{term(scope, kind, depth - 1)} in {within})"


def template(scope: Scope, depth: int) -> str:
    """Return a string with values in it."""
    chance = scope.chance
    if not scope.style.has_templates:
        return ""
    inner, parts = scope.child(), []
    inner.loops = False
    for _ in range(chance.randint(1, 3)):
        parts.append(chance.choice(["", "a", " = ", "é", "\\{", "\\n", "}"]))
        parts.append(f"{{{term(inner, chance.choice([NUMBER, STRING, ANY]), depth - 1)}}}")
    return f'$"{"".join(parts)}"'


def _composed(scope: Scope, kind: Kind, depth: int) -> str:
    chance = scope.chance
    if kind.name == "any":
        return term(scope, some_kind(chance, 1), depth)
    if kind.name == "object":
        pairs = [f"{quote(name, chance)}: {term(scope, below, depth - 1)}" for name, below in kind.fields]
        return "{" + ", ".join(pairs) + "}"
    if kind.item is None:
        return ""
    if chance.maybe(0.6):
        return comprehension(scope, kind, depth)
    items = [term(scope, kind.of, depth - 1) for _ in range(chance.randint(1, 3))]
    if kind.name == "map":
        items = [f"{_key(scope)}: {item}" for item in items]
    return f"[{', '.join(items)}]" if kind.name == "array" else "{" + ", ".join(items) + "}"


def _key(scope: Scope) -> str:
    chance = scope.chance
    return (chance.maybe(0.3) and scope.variable(STRING)) or quote(chance.choice(KEYS), chance)


def comprehension(scope: Scope, kind: Kind, depth: int) -> str:
    """Return a comprehension of arrays, sets or objects."""
    inner = scope.child()
    inner.loops = True
    body = "; ".join(bodies.body(inner, depth - 1, most=2))
    head = term(inner, kind.of, depth - 1)
    if kind.name == "map":
        name = inner.variable(STRING) if scope.chance.maybe(0.6) else ""
        head = f"{name or term(inner, STRING, 0)}: {head}"
    return f"[{head} | {body}]" if kind.name == "array" else f"{{{head} | {body}}}"


__all__ = ["FIELDS", "comparison", "comprehension", "leaf", "membership", "template", "term"]
