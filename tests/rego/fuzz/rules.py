"""Rules of every kind, each of which later ones may name."""

from __future__ import annotations

from fuzz import bodies, terms
from fuzz.kinds import ANY, BOOLEAN, NUMBER, SCALARS, STRING, Kind, array, map_of, set_of, some_kind
from fuzz.scope import Function, Known, Scope
from fuzz.values import KEYS, literal, quote

RULE_NAMES = ["p", "q", "r", "s", "t", "allow", "deny", "by_id", "total", "found"]
FUNCTION_NAMES = ["f", "g", "h", "size_of"]


def rule(scope: Scope, package: str, name: str) -> str:
    """Return the text of a rule of some kind; the scope knows it then."""
    made: str
    made, kind = scope.chance.weighed(KINDS)(scope, name)
    if kind is not None:
        known = [Known(name, kind), Known(f"data.{package}.{name}", kind)]
        scope.documents += known
        scope.mocks.append(known[1])
    return made


def function(scope: Scope, package: str, name: str) -> str:
    """Return the text of a function; the scope knows it then."""
    chance = scope.chance
    args = tuple([chance.choice([*SCALARS, some_kind(chance, 1)]) for _ in range(chance.randint(1, 3))])
    result = some_kind(chance, 1)
    made = []
    if chance.maybe(0.2):
        made.append(f"default {name}({', '.join('_' * len(args))}) := {literal(result, chance)}")
    for _ in range(chance.choice([1, 1, 2, 3])):
        inner = scope.child()
        given = ", ".join([_argument(inner, kind) for kind in args])
        made.append(_complete(inner, f"{name}({given})", result))
    scope.functions += [Function(name, args, result), Function(f"data.{package}.{name}", args, result)]
    return "\n\n".join(made)


def _argument(scope: Scope, kind: Kind) -> str:
    chance = scope.chance
    if chance.maybe(0.15):
        return literal(kind, chance, 1)
    if chance.maybe(0.08):
        return "_"
    if kind.name in ("array", "object") and chance.maybe(0.4):
        return bodies.pattern(scope, kind, constants=False)
    return scope.declare(kind)


def _complete_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    chance = scope.chance
    kind = some_kind(chance, 2)
    made = []
    if chance.maybe(0.3):
        made.append(f"default {name} := {literal(kind, chance)}")
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        made.append(_complete(scope.child(), name, kind))
    return "\n\n".join(made), kind


def _complete(scope: Scope, head: str, kind: Kind) -> str:
    """Return one definition, with its `else` definitions."""
    chance = scope.chance
    text = ""
    while not text or chance.maybe(0.2):
        inner = scope.copy()
        lines = bodies.body(inner) if chance.maybe(0.85) else []
        sign, value = _sign(scope), _value(inner, kind)
        text += _clause(scope, f"{' else' if text else head} {sign} {value}", lines)
        if not lines:
            break
    return text


def _value(scope: Scope, kind: Kind) -> str:
    """Return the value of a head, which no template string can be."""
    found = terms.term(scope, kind, 1)
    return f"concat({found}, [])" if found.startswith("$") else found


def _definition(scope: Scope, head: str, kind: Kind) -> str:
    lines = bodies.body(scope) if scope.chance.maybe(0.85) else []
    return _clause(scope, f"{head} {_sign(scope)} {_value(scope, kind)}", lines)


def _sign(scope: Scope) -> str:
    return ":=" if scope.chance.maybe(0.8) or scope.style.has_if else "="


def _clause(scope: Scope, head: str, lines: list[str]) -> str:
    """Return a head with its body."""
    if not lines:
        return head
    word = "if " if scope.style.has_if and (scope.style.strict or scope.chance.maybe(0.8)) else ""
    if word and len(lines) == 1 and "\n" not in lines[0] and scope.chance.maybe(0.3):
        return f"{head} if {lines[0]}"
    if scope.chance.maybe(0.2):
        return f"{head} {word}{{ {'; '.join(lines)} }}"
    return f"{head} {word}{{\n\t{chr(10).join(lines).replace(chr(10), chr(10) + chr(9))}\n}}"


def _test_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    made = [_clause(scope, name, bodies.body(scope.child())) for _ in range(scope.chance.choice([1, 1, 2]))]
    if scope.chance.maybe(0.4):
        made.insert(0, f"default {name} := false")
    return "\n\n".join(made), BOOLEAN


def _set_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    kind = some_kind(scope.chance, 1)
    made = []
    for _ in range(scope.chance.choice([1, 1, 2, 3])):
        inner = scope.child()
        lines = bodies.body(inner) if scope.chance.maybe(0.9) else []
        made.append(_clause(scope, _containing(scope, name, _value(inner, kind)), lines))
    return "\n\n".join(made), set_of(kind)


def _containing(scope: Scope, name: str, element: str) -> str:
    if scope.style.has_contains and (scope.style.strict or scope.chance.maybe(0.7)):
        return f"{name} contains {element}"
    return f"{name}[{element}]"


def _object_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    kind = some_kind(scope.chance, 1)
    made = []
    for _ in range(scope.chance.choice([1, 1, 2, 3])):
        made.append(_with_key(scope, name, "", kind))
    return "\n\n".join(made), map_of(kind)


def _with_key(scope: Scope, name: str, after: str, kind: Kind) -> str:
    inner = scope.child()
    lines = bodies.body(inner) if scope.chance.maybe(0.85) else []
    key = _head_key(inner)
    return _clause(scope, f"{name}[{key}]{after} {_sign(scope)} {_value(inner, kind)}", lines)


def _head_key(scope: Scope) -> str:
    chance = scope.chance
    found = scope.variable(STRING) or (chance.maybe(0.5) and scope.variable(chance.choice([NUMBER, ANY])))
    return found or (quote(chance.choice(KEYS), chance) if chance.maybe(0.6) else terms.leaf(scope, STRING))


def _ref_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    """Return rules whose heads are references, some with keys that only a body knows."""
    chance = scope.chance
    if scope.style.version == 0 and not (scope.style.has_if and scope.style.has_contains):
        return _object_rule(scope, name)
    kind = some_kind(chance, 1)
    shape = chance.choice(["fields", "keyed", "deep", "sets", "grouped", "mixed"])
    many = range(chance.choice([1, 2, 3]))
    if shape == "fields":
        made = [
            _definition(scope.child(), f"{name}.{field}", kind) for field in ("a", "b", "if")[: len(many)]
        ]
    elif shape == "keyed":
        made = [_with_key(scope, name, chance.choice([".a", ".b.c", '["x y"]']), kind) for _ in many]
    elif shape == "deep":
        made = [_with_key(scope, f"{name}.{chance.choice(['a', 'b'])}", "", kind) for _ in many]
    elif shape == "sets":
        made = [_set_rule(scope, f"{name}.{field}")[0] for field in ("a", "b", "c")[: len(many)]]
    elif shape == "grouped":
        made = [_grouped(scope, name, kind) for _ in many]
    else:
        made = [_definition(scope.child(), f"{name}.a", kind), _with_key(scope, name, "", kind)]
    found = map_of(set_of(kind)) if shape in ("sets", "grouped") else map_of(ANY)
    return "\n\n".join(made), found


def _grouped(scope: Scope, name: str, kind: Kind) -> str:
    inner = scope.child()
    lines = bodies.body(inner)
    return _clause(scope, f"{name}[{_head_key(inner)}] contains {_value(inner, kind)}", lines)


def _constant_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    kind = some_kind(scope.chance, 3)
    return f"{name} := {literal(kind, scope.chance, 3)}", kind


def _index_rule(scope: Scope, name: str) -> tuple[str, Kind | None]:
    """Return a rule that groups a collection by a part of its elements."""
    found = scope.collection()
    if found is None:
        return _constant_rule(scope, name)
    inner = scope.child()
    value, key = inner.declare(found.kind.of), inner.declare(ANY)
    loop = f"{value} := {found.text}[_]" if not scope.style.has_in else f"some {value} in {found.text}"
    parts = [kind_of for kind_of in found.kind.of.fields if kind_of[1].scalar]
    part = f'{value}["{scope.chance.choice(parts)[0]}"]' if parts else value
    group = terms.comprehension(inner, array(ANY), 2)
    return f"{name} := {{{key}: {group} | {loop}; {key} := {part}}}", map_of(array(ANY))


KINDS = [
    (4.0, _complete_rule),
    (2.0, _test_rule),
    (3.0, _set_rule),
    (2.5, _object_rule),
    (2.5, _ref_rule),
    (1.0, _constant_rule),
    (1.0, _index_rule),
]
