"""Values of a kind: documents as JSON text, terms as Rego text."""

from __future__ import annotations

import json

from fuzz.chance import Chance
from fuzz.kinds import ANY, FIELDS, Kind, some_kind

NUMBERS = [
    "0",
    "1",
    "1",
    "2",
    "2",
    "3",
    "4",
    "10",
    "-1",
    "-7",
    "1.0",
    "2.0",
    "0.1",
    "0.2",
    "0.5",
    "1.5",
    "2.50",
]
NUMBERS += ["1e2", "100", "1E2", "9007199254740993", "18446744073709551616", "123456789012345678901234567890"]
NUMBERS += ["-0", "0.0", "1e-7", "1e400", "3.14159", "99.5", "1.00000000000000000001", "-2.5e-3"]
STRINGS = [
    "",
    "a",
    "b",
    "c",
    "a",
    "b",
    "x",
    "ab",
    "web",
    "db",
    "A",
    "é",
    "日本",
    "\U0001f600",
    "a b",
    "1",
    "true",
]
STRINGS += [
    "a.b",
    "10.0.0.1",
    "a/b",
    "null",
    "\n",
    '"',
    "\\",
    "<&>",
    "{x}",
    "1.0",
    "2024-01-01T00:00:00Z",
    "\u2028",
]
KEYS = ["a", "b", "c", "id", "web", "x", "é", "", "1", "a.b"]
RAW_SAFE = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/<>&{}\\"é日本')


def number(chance: Chance) -> str:
    """Return a number: mostly a small one, so that values meet."""
    return chance.choice(NUMBERS[:9]) if chance.maybe(0.7) else chance.choice(NUMBERS)


def string(chance: Chance) -> str:
    """Return a string: mostly a short one."""
    return chance.choice(STRINGS[:10]) if chance.maybe(0.7) else chance.choice(STRINGS)


def document(kind: Kind, chance: Chance, depth: int = 3) -> str:
    """Return the JSON text of a value."""
    if kind.name == "any":
        return document(some_kind(chance, min(depth, 2), sets=False), chance, depth - 1)
    if kind.scalar:
        return _scalar(kind, chance)
    if kind.name == "object":
        pairs = [(name, document(below, chance, depth - 1)) for name, below in kind.fields]
        return _object(pairs)
    items = [document(kind.of, chance, depth - 1) for _ in range(chance.randint(0, 4))]
    if kind.name == "map":
        return _object(list(zip(chance.sample(KEYS, len(items)), items, strict=True)))
    return f"[{', '.join(items)}]"


def _scalar(kind: Kind, chance: Chance) -> str:
    if kind.name == "number":
        return number(chance)
    if kind.name == "string":
        return json.dumps(string(chance), ensure_ascii=chance.maybe(0.5))
    return "null" if kind.name == "null" else chance.choice(["true", "false"])


def _object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join([f"{json.dumps(name)}: {text}" for name, text in pairs]) + "}"


def damaged(kind: Kind, chance: Chance) -> str:
    """Return the JSON text of a value that does not quite match its kind."""
    if chance.maybe(0.12):
        return document(ANY, chance)
    if kind.name == "object":
        kept = [(name, below) for name, below in kind.fields if not chance.maybe(0.15)]
        pairs = [(name, damaged(below, chance)) for name, below in kept]
        if chance.maybe(0.2):
            pairs.append((chance.choice(FIELDS), document(ANY, chance)))
        return _object(pairs)
    if kind.item is None:
        return document(kind, chance)
    items = [damaged(kind.of, chance) for _ in range(chance.randint(0, 4))]
    if kind.name == "map":
        return _object(list(zip(chance.sample(KEYS, len(items)), items, strict=True)))
    return f"[{', '.join(items)}]"


def literal(kind: Kind, chance: Chance, depth: int = 2) -> str:
    """Return a constant term."""
    if kind.name == "any":
        return literal(some_kind(chance, min(depth, 2)), chance, depth - 1)
    if kind.name == "string":
        return quote(string(chance), chance)
    if kind.scalar:
        return _scalar(kind, chance)
    if kind.name == "object":
        pairs = [f"{quote(name, chance)}: {literal(below, chance, depth - 1)}" for name, below in kind.fields]
        return "{" + ", ".join(pairs) + "}"
    items = [literal(kind.of, chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind.name == "map":
        keys = chance.sample(KEYS, len(items))
        return (
            "{"
            + ", ".join([f"{quote(key, chance)}: {item}" for key, item in zip(keys, items, strict=True)])
            + "}"
        )
    if kind.name == "set":
        return "{" + ", ".join(items) + "}" if items else "set()"
    return f"[{', '.join(items)}]"


def quote(text: str, chance: Chance) -> str:
    """Return a string as Rego writes it, quoted or raw."""
    if chance.maybe(0.15) and RAW_SAFE.issuperset(text):
        return f"`{text}`"
    return json.dumps(text, ensure_ascii=chance.maybe(0.3))
