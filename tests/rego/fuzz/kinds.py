"""Kinds of values: what a generated term will be, and what fits where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fuzz.chance import Chance

FIELDS = ["a", "b", "id", "name", "size", "tags", "on", "e f", "é"]


@dataclass(slots=True, frozen=True)
class Kind:
    """A kind: `item` is that of elements or of a map's values, `fields` are an object's."""

    name: str
    item: Kind | None = None
    fields: tuple[tuple[str, Kind], ...] = ()

    @property
    def of(self) -> Kind:
        """The kind of elements, any where it is not known."""
        return self.item or ANY

    @property
    def scalar(self) -> bool:
        """Whether it has no parts."""
        return self.name in ("null", "boolean", "number", "string")


ANY, NULL, BOOLEAN = Kind("any"), Kind("null"), Kind("boolean")
NUMBER, STRING = Kind("number"), Kind("string")
SCALARS = [NUMBER, NUMBER, STRING, STRING, BOOLEAN, NULL]


def array(item: Kind) -> Kind:
    """Return the kind of arrays."""
    return Kind("array", item)


def set_of(item: Kind) -> Kind:
    """Return the kind of sets."""
    return Kind("set", item)


def map_of(item: Kind) -> Kind:
    """Return the kind of objects whose keys are strings that nobody knows."""
    return Kind("map", item)


def some_kind(chance: Chance, depth: int = 2, *, sets: bool = True) -> Kind:
    """Return a kind by chance; without `sets` a document can have it."""
    if depth == 0 or chance.maybe(0.4):
        return chance.choice(SCALARS)
    shape = chance.choice(["array", "array", "map", "object", "object", "set"])
    if shape == "object":
        return some_object(chance, depth, sets=sets)
    item = some_kind(chance, depth - 1, sets=sets)
    return Kind("array" if shape == "set" and not sets else shape, item)


def some_object(chance: Chance, depth: int, *, sets: bool = False) -> Kind:
    """Return the kind of objects with known fields."""
    names = sorted(chance.sample(FIELDS, chance.randint(1, 4)))
    return Kind("object", None, tuple([(name, some_kind(chance, depth - 1, sets=sets)) for name in names]))


def fits(given: Kind, wanted: Kind) -> bool:
    """Return whether a term of one kind can stand where another is wanted."""
    if wanted.name == "any":
        return True
    if wanted.name == "map" and given.name == "object":
        return all(fits(kind, wanted.of) for _, kind in given.fields)
    if given.name != wanted.name:
        return False
    if wanted.fields:
        return given.fields == wanted.fields
    return fits(given.of, wanted.of)


def declared(found: dict[str, Any], chance: Chance) -> Kind:
    """Return a kind for a type as a built-in declares it; of several one by chance."""
    name = found["type"]
    if name == "any":
        return declared(chance.choice(found["of"]), chance) if "of" in found else ANY
    if name == "array":
        items = found.get("static") or [found["dynamic"]]
        kinds = [declared(item, chance) for item in items]
        return array(kinds[0] if len(set(kinds)) == 1 else ANY)
    if name == "set":
        return set_of(declared(found["of"], chance))
    if name == "object":
        value = found.get("dynamic", {}).get("value")
        return map_of(declared(value, chance) if value and not found.get("static") else ANY)
    return Kind(name)


def paths(text: str, kind: Kind, depth: int = 4) -> Iterator[tuple[str, Kind]]:
    """Yield references into a value, the value itself first; `[]` is where an index or key has to stand."""
    yield text, kind
    if depth == 0:
        return
    for name, below in kind.fields:
        yield from paths(
            f"{text}{'.' + name if plain(name) else f'[{chr(34)}{name}{chr(34)}]'}", below, depth - 1
        )
    if kind.item is not None:
        yield from paths(f"{text}[]", kind.item, depth - 1)


def plain(name: str) -> bool:
    """Return whether a name may stand after a dot."""
    return name.isascii() and name.isidentifier()
