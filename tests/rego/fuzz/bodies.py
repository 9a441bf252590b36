"""Bodies: literals of every form, one after the other, each of which may bind variables for the next."""

from __future__ import annotations

from fuzz import terms
from fuzz.kinds import ANY, BOOLEAN, NUMBER, STRING, Kind, array, fits, paths, set_of, some_kind
from fuzz.scope import Known, Scope
from fuzz.values import literal

MOCKED = {"count": NUMBER, "lower": STRING, "time.now_ns": NUMBER, "to_number": NUMBER, "startswith": BOOLEAN}


def body(scope: Scope, depth: int = 2, most: int = 3) -> list[str]:
    """Return the literals of a body; its variables are in the scope then."""
    found: list[str] = []
    for _ in range(scope.chance.randint(1, most)):
        found += statement(scope, depth)
    return found


def statement(scope: Scope, depth: int) -> list[str]:
    """Return one literal, or several that belong together."""
    made = scope.chance.weighed(FORMS)(scope, depth)
    return made or [terms.comparison(scope, max(depth, 1))]


def _assign(scope: Scope, depth: int) -> list[str]:
    kind = some_kind(scope.chance, 1) if scope.chance.maybe(0.7) else ANY
    value = _with(scope, terms.term(scope, kind, depth), depth)
    return [f"{scope.declare(kind)} := {value}"]


def _some_in(scope: Scope, depth: int) -> list[str]:
    found = _collection(scope, depth)
    if not scope.style.has_in:
        return [f"{scope.declare(found.kind.of)} := {found.text}[_]"] if _indexable(found.text) else []
    if scope.chance.maybe(0.4):
        key, value = scope.declare(_key_kind(found.kind)), scope.declare(found.kind.of)
        return [f"some {key}, {value} in {found.text}", *_uses(scope, key, value)]
    within = _with(scope, found.text, depth)
    name = scope.declare(found.kind.of)
    return [f"some {name} in {within}", *_uses(scope, name)]


def _pattern_in(scope: Scope, depth: int) -> list[str]:
    """Return an iteration that takes elements apart."""
    found = _collection(scope, depth)
    if not scope.style.has_in or found.kind.of.name not in ("object", "array"):
        return []
    return [f"some {pattern(scope, found.kind.of)} in {found.text}"]


def _uses(scope: Scope, *names: str) -> list[str]:
    """Name variables once: what `some` declares has to be used."""
    return [f"{name} != {literal(ANY, scope.chance, 0)}" for name in names if scope.chance.maybe(0.25)]


def _iterate(scope: Scope, depth: int) -> list[str]:
    found = _collection(scope, depth)
    if not _indexable(found.text):
        return []
    key = scope.declare(_key_kind(found.kind))
    said = [f"some {key}"] if scope.chance.maybe(0.6) else []
    if scope.chance.maybe(0.4):
        return [*said, f"{scope.declare(found.kind.of)} = {found.text}[{key}]"]
    if scope.chance.maybe(0.4):
        return [*said, f"{scope.declare(found.kind.of)} := {found.text}[{key}]"]
    sign = scope.chance.choice(["==", "!=", "<", "="])
    return [*said, f"{found.text}[{key}] {sign} {terms.term(scope, found.kind.of, depth - 1)}"]


def _join(scope: Scope, depth: int) -> list[str]:
    """Return a join of two collections on equal parts."""
    one, two = _collection(scope, depth), _collection(scope, depth)
    sides = [
        (a, b)
        for a, kind in paths("", one.kind.of, 2)
        for b, other in paths("", two.kind.of, 2)
        if "[]" not in a + b and (fits(kind, other) or fits(other, kind))
    ]
    if not scope.style.has_in or not sides:
        return []
    left, right = scope.declare(one.kind.of), scope.declare(two.kind.of)
    both = [scope.chance.choice(sides) for _ in range(scope.chance.choice([1, 1, 2]))]
    tests = [f"{left}{a} {scope.chance.choice(['==', '==', '=', '!='])} {right}{b}" for a, b in both]
    return [f"some {left} in {one.text}", f"some {right} in {two.text}", *tests]


def _unify(scope: Scope, depth: int) -> list[str]:
    chance = scope.chance
    kind = chance.choice([array(NUMBER), array(STRING), some_kind(chance, 2)])
    value = scope.reference(kind) or terms.term(scope, kind, depth)
    if terms.constant(value):
        return [" = ".join(_both(scope, kind))]
    if chance.maybe(0.3):
        return [f"{pattern(scope, kind, constants=False)} := {value}"]
    sides = [pattern(scope, kind), value]
    return [" = ".join(sides if chance.maybe(0.7) else sides[::-1])]


def _both(scope: Scope, kind: Kind, depth: int = 2) -> tuple[str, str]:
    """Return two patterns of one shape, each of which may have the variables that the other binds."""
    chance = scope.chance
    if kind.name == "array" and depth:
        parts = [_both(scope, kind.of, depth - 1) for _ in range(chance.randint(1, 3))]
        one, two = ([part[side] for part in parts] for side in (0, 1))
        return f"[{', '.join(one)}]", f"[{', '.join(two)}]"
    if kind.name == "object" and depth:
        named = [(name, _both(scope, below, depth - 1)) for name, below in kind.fields]
        one, two = (", ".join([f'"{name}": {part[side]}' for name, part in named]) for side in (0, 1))
        return f"{{{one}}}", f"{{{two}}}"
    value = terms.leaf(scope, kind)
    sides = [scope.declare(kind) if chance.maybe(0.7) else literal(kind, chance), value]
    chance.shuffle(sides)
    return sides[0], sides[1]


def pattern(scope: Scope, kind: Kind, depth: int = 2, *, constants: bool = True) -> str:
    """Return a pattern that takes a value apart, with new variables in it and perhaps terms."""
    chance = scope.chance
    if kind.name == "array" and depth and chance.maybe(0.8):
        parts = [pattern(scope, kind.of, depth - 1, constants=constants) for _ in range(chance.randint(1, 3))]
        return f"[{', '.join(parts)}]"
    if kind.name == "object" and depth and chance.maybe(0.8):
        fields = kind.fields
        parts = [
            f'"{name}": {pattern(scope, below, depth - 1, constants=constants)}' for name, below in fields
        ]
        return "{" + ", ".join(parts) + "}"
    if constants and chance.maybe(0.25):
        return terms.leaf(scope, kind) if kind.scalar else "_"
    return "_" if chance.maybe(0.15) else scope.declare(kind)


def _compare(scope: Scope, depth: int) -> list[str]:
    return [_with(scope, terms.comparison(scope, depth), depth)]


def _truth(scope: Scope, depth: int) -> list[str]:
    kind = scope.chance.choice([BOOLEAN, ANY])
    text = scope.reference(kind) or terms.term(scope, BOOLEAN, depth)
    return [_with(scope, text, depth)]


def _member(scope: Scope, depth: int) -> list[str]:
    text = terms.membership(scope, depth)
    return [_with(scope, text[1:-1] if scope.chance.maybe(0.6) else text, depth)] if text else []


def _not(scope: Scope, depth: int) -> list[str]:
    inner = scope.child()
    inner.loops = False
    made = scope.chance.weighed([(3.0, _compare), (3.0, _truth), (1.5, _member)])(inner, depth)
    return [f"not {made[0]}"] if made else []


def _every(scope: Scope, depth: int) -> list[str]:
    if not scope.style.has_every:
        return []
    found = _collection(scope, depth)
    inner = scope.child()
    key = f"{inner.declare(_key_kind(found.kind))}, " if scope.chance.maybe(0.3) else ""
    value = inner.declare(found.kind.of)
    lines = body(inner, depth - 1, most=2)
    tail = [f"{name.strip(', ')} != {literal(ANY, scope.chance, 0)}" for name in (key, value) if name]
    inside = "\n".join([*lines, *tail])
    return [_with(scope, f"every {key}{value} in {found.text} {{\n{inside}\n}}", depth)]


def _walk(scope: Scope, depth: int) -> list[str]:
    value = terms.term(scope, some_kind(scope.chance, 2), depth - 1)
    path, found = scope.declare(array(ANY)), scope.declare(ANY)
    return [
        f"walk({value}, [{path}, {found}])"
        if scope.chance.maybe(0.7)
        else f"[{path}, {found}] := walk({value})"
    ]


def _late(scope: Scope, depth: int) -> list[str]:
    """Return a use of a variable before what binds it: the compiler puts them in order."""
    kind = scope.chance.choice([NUMBER, STRING, array(NUMBER)])
    value = terms.term(scope, kind, depth)
    name = scope.declare(kind)
    test = f"{name} {scope.chance.choice(terms.COMPARISONS)} {literal(kind, scope.chance)}"
    return [*([f"some {name}"] if scope.chance.maybe(0.5) else []), test, f"{name} = {value}"]


def _print(scope: Scope, depth: int) -> list[str]:
    inner = scope.child()
    inner.loops = False
    return [f"print({terms.term(inner, ANY, depth - 1)})"]


def _logic(scope: Scope, depth: int) -> list[str]:
    if not scope.style.has_logic:
        return []
    sides = [terms.comparison(scope.child(), depth) for _ in range(scope.chance.randint(2, 3))]
    return [f" {scope.chance.choice(['and', 'or'])} ".join(sides)]


FORMS = [
    (4.0, _assign),
    (3.0, _some_in),
    (1.0, _pattern_in),
    (2.0, _iterate),
    (1.5, _join),
    (2.0, _unify),
    (3.0, _compare),
    (2.5, _truth),
    (1.5, _member),
    (2.0, _not),
    (1.2, _every),
    (0.6, _walk),
    (0.6, _late),
    (0.3, _print),
    (0.5, _logic),
]


def _collection(scope: Scope, depth: int) -> Known:
    found = scope.collection() if scope.chance.maybe(0.8) else None
    if found is not None:
        return found
    item = some_kind(scope.chance, 1)
    kind = scope.chance.choice([array, set_of])(item)
    return Known(terms.term(scope, kind, max(depth - 1, 0)), kind)


def _key_kind(kind: Kind) -> Kind:
    return {"array": NUMBER, "map": STRING}.get(kind.name, kind.of)


def _indexable(text: str) -> bool:
    return text[0].isalpha() and text[-1] != ")" and " " not in text


def _with(scope: Scope, text: str, depth: int) -> str:
    """Return a literal, now and then with documents or functions replaced."""
    chance = scope.chance
    if not chance.maybe(0.12):
        return text
    for _ in range(chance.choice([1, 1, 2])):
        text += f" with {_replacement(scope, depth)}"
    return text


def _replacement(scope: Scope, depth: int) -> str:
    chance = scope.chance
    if scope.functions and chance.maybe(0.2):
        function = chance.choice(scope.functions)
        others = [
            other.text for other in scope.functions if other.args == function.args and other != function
        ]
        value = (
            chance.choice(others) if others and chance.maybe(0.4) else terms.term(scope, function.result, 0)
        )
        return f"{function.text} as {value}"
    if chance.maybe(0.15):
        name = chance.choice(sorted(MOCKED))
        return f"{name} as {terms.term(scope, MOCKED[name], 0)}"
    chosen = chance.choice(scope.mocks)
    found = [(text, kind) for text, kind in paths(chosen.text, chosen.kind, 3) if "[" not in text]
    if not chosen.open and chance.maybe(0.95):
        found = found[:1]
    text, kind = chance.choice(found)
    return f"{text} as {terms.term(scope, kind, max(depth - 1, 0))}"
