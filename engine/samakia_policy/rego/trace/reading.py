"""Which facts a literal reads, told from its terms and the values its variables had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from samakia_policy.rego.generate.free import walk
from samakia_policy.rego.run.lookup import step
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.trace.wording import plain_terms
from samakia_policy.rego.values.collections import UNDEFINED, Set, Value, pairs
from samakia_policy.rego.values.json_text import dump

Path = tuple[str | int, ...]
Read = tuple[Path, Value]
_NO: Any = object()


class Places:
    """Where the objects and arrays of `input` lie: each has one place, as it was read from JSON."""

    def __init__(self, root: Value) -> None:
        self.root = root
        self._paths: dict[int, Path] = {}
        waiting: list[tuple[Value, Path]] = [(root, ())]
        while waiting:
            value, path = waiting.pop()
            if value.__class__ is dict:
                self._paths[id(value)] = path
                waiting += [(item, (*path, name)) for name, item in value.items()]
            elif value.__class__ is list:
                self._paths[id(value)] = path
                waiting += [(item, (*path, place)) for place, item in enumerate(value)]

    def of(self, value: Value) -> Path | None:
        """Return the path of an object or array of `input`, None for any other value."""
        return self._paths.get(id(value)) if value.__class__ in (dict, list) else None


def reads(expr: n.Expr, values: Mapping[str, Value], places: Places) -> Iterator[Read]:
    """Yield the paths of `input` that a literal followed, as far as they led, with what lies there."""
    for term in plain_terms(expr):
        for node in walk(term):
            if node.__class__ is n.Ref:
                yield from _follow(node.head, node.path, values, places)
    call: Any = expr.terms
    if call.__class__ is n.Call and call.name == "object.get":
        name = _value(call.args[1], values)
        path = [n.Scalar(one) for one in name] if name.__class__ is list else [call.args[1]]
        yield from _follow(call.args[0], path, values, places)


def taken(expr: n.Expr, values: Mapping[str, Value]) -> Iterator[tuple[tuple[str, ...], list[Value]]]:
    """Yield the documents below `data` that a literal looked into, with the keys and values it used."""
    call: Any = expr.terms
    sides = call.args if call.__class__ is n.Call and call.name == "eq" else []
    for term in plain_terms(expr):
        for node in walk(term):
            if node.__class__ is n.Ref and getattr(node.head, "name", "") == "data":
                path = _constants(node.path)
                keys = [_value(one, values) for one in node.path[len(path) :]]
                # What a place in an array is called says nothing about what lies there.
                used = [found for found in keys if found.__class__ is not int]
                used += [_value(side, values) for side in sides if side is not node and node in sides]
                yield path, [found for found in used if found is not _NO]


def computed(
    expr: n.Expr, values: Mapping[str, Value], documents: Mapping[tuple[str, ...], Value], places: Places
) -> Iterator[tuple[str, Value]]:
    """Yield the refs of a literal into what rules made, by their texts, with what they led to."""
    for term in plain_terms(expr):
        for node in walk(term):
            text = _written(node) if node.__class__ is n.Ref else ""
            if not text:
                continue
            name = getattr(node.head, "name", "")
            value, rest = values.get(name, UNDEFINED), node.path
            if name == "data":
                path = next((path for path in _starts(node.path) if path in documents), ())
                value, rest = documents.get(path, UNDEFINED), node.path[len(path) :]
            if value is UNDEFINED or any(_follow(node.head, node.path, values, places)):
                continue
            if (found := _led(value, rest, values)) is not _NO:
                yield text, found


def _written(ref: n.Ref) -> str:
    """Return the text of a ref if that is all of it: what a loop takes of a collection stands elsewhere."""
    last, place = ref.path[-1].location if ref.path else None, ref.location
    if place is None or last is None or not place.begin <= last.offset < place.end:
        return ""
    return "" if place.text[0] in ")]}" else place.text


def _starts(path: list[Any]) -> Iterator[tuple[str, ...]]:
    names = _constants(path)
    yield from (names[:length] for length in range(len(names), 0, -1))


def _led(value: Value, path: list[Any], values: Mapping[str, Value]) -> Value:
    for term in path:
        wanted = _value(term, values)
        if wanted is _NO:
            return _NO
        value = step(value, wanted)
        if value is UNDEFINED:
            return value
    return value


def _constants(path: list[Any]) -> tuple[str, ...]:
    found = []
    for term in path:
        if term.__class__ is not n.Scalar or not isinstance(term.value, str):
            break
        found.append(term.value)
    return tuple(found)


def _follow(head: Any, path: list[Any], values: Mapping[str, Value], places: Places) -> Iterator[Read]:
    name = getattr(head, "name", None)
    value = places.root if name == "input" else values.get(name, UNDEFINED) if name else UNDEFINED
    here = places.of(value)
    for term in path:
        wanted = _value(term, values)
        if wanted is _NO or wanted.__class__ not in (str, int):
            break
        value = step(value, wanted)
        # What a rule made may hold what it was given.
        here = places.of(value) if here is None else (*here, wanted)
        if value is UNDEFINED:
            break
    if here is not None:
        yield here, value


def _value(term: Any, values: Mapping[str, Value]) -> Value:
    if term.__class__ is n.Scalar:
        return term.value
    if term.__class__ is n.Var:
        return values.get(term.name, _NO)
    if term.__class__ is n.Array:
        items = [_value(item, values) for item in term.items]
        return _NO if _NO in items else items
    return _NO


def shown(value: Value) -> Any:
    """Return a value as JSON has it; what is hidden is named, never shown."""
    kind = value.__class__
    if kind is dict:
        if "$redacted" in value:
            return "<redacted>"
        if "$unknown" in value:
            return "<unknown>"
        return {name if isinstance(name, str) else dump(name): shown(item) for name, item in pairs(value)}
    if kind is list or kind is Set:
        return [shown(item) for item in value]
    if value is None or kind in (bool, int, str):
        return value
    return str(getattr(value, "text", value))
