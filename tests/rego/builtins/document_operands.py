"""Operands for generated calls of the built-ins for documents, formats, time and network."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

Generator = Callable[[Random], Any]

_NAMES = ["a", "b", "c", "0", "1", "a/b", "a~b", "<&>", "é", "", "-"]
_SCALARS = [
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    10**20,
    Number("1.5"),
    Number("1e3"),
    Number("1.0"),
    "a",
    "b",
    "x<y",
    "é",
    "",
]


def scalar(source: Random) -> Any:
    """Return what is no collection."""
    return source.choice(_SCALARS)


def document(source: Random, depth: int = 3, *, sets: bool = True) -> Any:
    """Return any value."""
    if depth == 0 or source.random() < 0.3:
        return scalar(source)
    count = source.randint(0, 3)
    kind = source.choice(["array", "object", "object", "set" if sets else "array"])
    items = [document(source, depth - 1, sets=sets) for _ in range(count)]
    if kind == "array":
        return items
    return Set(items) if kind == "set" else {source.choice(_NAMES): item for item in items}


def plain_document(source: Random) -> Any:
    """Return a value without sets."""
    return document(source, sets=False)


def an_object(source: Random) -> Any:
    """Return an object, seldom something else."""
    if source.random() < 0.05:
        return document(source)
    return {source.choice(_NAMES): document(source, 2) for _ in range(source.randint(0, 4))}


def objects(source: Random) -> Any:
    """Return an array of objects."""
    return [an_object(source) for _ in range(source.randint(0, 4))]


def names(source: Random) -> Any:
    """Return keys: an array, a set or an object."""
    found = [source.choice(_NAMES) for _ in range(source.randint(0, 3))]
    made = {"array": found, "set": Set(found), "object": dict.fromkeys(found, 1), "other": scalar(source)}
    return made[source.choice(["array", "set", "object", "array", "set", "other"])]


def steps(source: Random) -> Any:
    """Return the steps of a path."""
    known = [*_NAMES, 0, 1, 2, -1, "2", "01", None, True, Number("1.0"), ["a"]]
    return [
        source.choice(known[:15] if source.random() < 0.9 else known) for _ in range(source.randint(0, 3))
    ]


def path(source: Random) -> Any:
    """Return a path: a pointer, an array of steps, or a single key."""
    if source.random() < 0.5:
        return steps(source)
    found = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in steps(source))
    return source.choice(["", "/", "//"]) + found if source.random() < 0.95 else scalar(source)


def paths(source: Random) -> Any:
    """Return several paths."""
    found = [path(source) for _ in range(source.randint(0, 3))]
    return Set(found) if source.random() < 0.3 else found if source.random() < 0.95 else scalar(source)


def pick(*choices: Any) -> Generator:
    """Return a generator of one of these values."""
    return lambda source: source.choice(choices)


def patches(source: Random) -> Any:
    """Return operations of JSON Patch."""
    made = [_patch(source) for _ in range(source.randint(0, 3))]
    # opa itself crashes when the root was deleted, and when more follows after it was replaced.
    return [item for place, item in enumerate(made) if not _at_root(item)]


def _at_root(operation: Any) -> bool:
    return operation.__class__ is not dict or not (operation.get("path", "x") and operation.get("from", "x"))


def _patch(source: Random) -> Any:
    made = {"op": source.choice(["add", "remove", "replace", "move", "copy", "test", "add", "replace"])}
    made |= {"path": path(source), "value": document(source, 1)}
    if source.random() < 0.9:
        made["from"] = path(source)
    if source.random() < 0.05:
        made.pop(source.choice(list(made)))
    return made if source.random() < 0.98 else scalar(source)


_BROKEN = [
    "",
    " ",
    "[1,]",
    "{",
    '{"a"}',
    "tru",
    "nul",
    "01",
    "1.",
    "1e",
    '"',
    '"\\x"',
    '"\\ud800"',
    "1 2",
    "1 null",
    "]",
]
_BROKEN += [
    "-",
    "-0",
    "[-0]",
    "1e400",
    "1" * 50,
    '{"a":1,"a":2}',
    "\t[\n1 ]\r",
    '"\\u0041"',
    "NaN",
    "\u00e9",
    "'a'",
]


def json_text(source: Random) -> Any:
    """Return JSON, or nearly."""
    if source.random() < 0.4:
        return source.choice(_BROKEN)
    text = json.dumps(
        plain_json(source, 3), indent=source.choice([None, 1]), ensure_ascii=source.random() < 0.5
    )
    if source.random() < 0.5:
        return text
    place = source.randint(0, len(text))
    return text[:place] + source.choice(["", "x", '"', "]", "}", ",", " ", "\\", "0"]) + text[place + 1 :]


def plain_json(source: Random, depth: int) -> Any:
    """Return what Python's json can write."""
    if depth == 0 or source.random() < 0.3:
        return source.choice([None, True, False, 0, -1, 1.5, 1e100, "a", 'q"\\\n', "é😀", ""])
    items = [plain_json(source, depth - 1) for _ in range(source.randint(0, 3))]
    return items if source.random() < 0.5 else {source.choice(_NAMES): item for item in items}


def options(source: Random) -> Any:
    """Return options of json.marshal_with_options."""
    made = {"pretty": source.choice([True, False]), "indent": source.choice(["", " ", "\t"]), "prefix": ">"}
    return {name: item for name, item in made.items() if source.random() < 0.5}


_TIMES = [
    0,
    1,
    -1,
    1136214245000000000,
    1700000000123456789,
    951782400000000000,
    1709164800000000001,
    -1000000000,
]
_TIMES += [
    2**63 - 1,
    -(2**63),
    2**63,
    10**30,
    Number("1.5"),
    Number("1e18"),
    Number("1.0"),
    4102444799999999999,
]
_ZONES = [
    "",
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Monrovia",
]
_ZONES += ["America/Sao_Paulo", "Nowhere/City", "EST", "Etc/GMT+5", "../x", "/etc"]
LAYOUTS = [
    "ANSIC", "UnixDate", "RubyDate", "RFC822", "RFC822Z", "RFC850", "RFC1123", "RFC1123Z", "RFC3339",
    "RFC3339Nano", "2006-01-02", "15:04:05", "3:04PM", "03:04pm", "Jan _2 06", "January 2, 2006", "__2 002",
    "2006-002", "1/2/06", "2006-01-02T15:04:05.000Z07:00", "15:04:05,999999", "Mon Monday",
    "-0700 -07:00 -07 -070000 -07:00:00", "Z0700 Z07:00 Z07 Z070000 Z07:00:00", "MST", "x_2006",
    "05.00", "5.9", "2006é", "", "year 2006",
    "Janus Mond", "20060102150405", "4 04 5 05", ".0001", "2 Jan 2006 15:04 -0700",
]  # fmt: skip


def nanoseconds(source: Random) -> Any:
    """Return a time as a number."""
    if source.random() < 0.4:
        return source.choice(_TIMES)
    return source.randint(-(2**62), 2**62) if source.random() < 0.5 else source.randint(10**18, 2 * 10**18)


def moment(source: Random) -> Any:
    """Return a time, perhaps with a zone and a layout."""
    chance = source.random()
    if chance < 0.3:
        return nanoseconds(source)
    if chance < 0.35:
        return source.choice([[], "x", [None], [1, 2], [1, "UTC", 3], None, {}])
    made = [nanoseconds(source), source.choice(_ZONES if source.random() < 0.3 else _ZONES[:8])]
    return made if chance < 0.5 else [*made, source.choice(LAYOUTS)]


def layout(source: Random) -> Any:
    """Return a layout."""
    return source.choice(LAYOUTS)


def time_and_layout(source: Random) -> list[Any]:
    """Return a layout and a time written in it, perhaps damaged."""
    from samakia_policy.rego.builtins.calendar import moment as at
    from samakia_policy.rego.builtins.calendar import zone_of
    from samakia_policy.rego.builtins.time_layouts import NAMED, write

    chosen = source.choice(LAYOUTS)
    zone = zone_of(source.choice(_ZONES[:8]))
    text = write(at(source.randint(-(2**62), 2**62), zone), NAMED.get(chosen, chosen))
    return [chosen, damaged(source, text)]


def damaged(source: Random, text: str) -> str:
    """Return a text, half of the time with one character changed."""
    if source.random() < 0.5 or not text:
        return text
    place = source.randrange(len(text))
    return (
        text[:place]
        + source.choice(["", "0", "9", "x", " ", "-", "+", ":", ".", "Z", "é"])
        + text[place + 1 :]
    )


def rfc3339(source: Random) -> Any:
    """Return a time as RFC 3339 has it, perhaps damaged."""
    known = ["2006-01-02T15:04:05Z", "2024-02-29T23:59:59.999999999+05:45", "1969-12-31T00:00:00-08:00"]
    known += [
        "2023-02-29T00:00:00Z",
        "2262-04-11T23:47:16.854775808Z",
        "0000-01-01T00:00:00Z",
        "2024-1-2T3:4:5Z",
    ]
    return damaged(source, source.choice(known))


def duration(source: Random) -> Any:
    """Return a duration, perhaps damaged."""
    units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w", "y", "x", "H", ""]
    parts = [
        f"{source.choice(['1', '0', '2.5', '.5', '1.', '', '99', '1e3', '300', '0.1'])}{source.choice(units)}"
    ]
    while source.random() < 0.5:
        parts.append(f"{source.randint(0, 99)}{source.choice(units[:11])}")
    return source.choice(["", "", "-", "+"]) + "".join(parts)


def few(source: Random) -> Any:
    """Return some years, months or days."""
    return source.choice([0, 1, -1, 12, 31, 100, -400, 10**6, Number("1.0"), Number("1.5")])


_ = pick


def call(*generators: Generator) -> Callable[[Random], list[Any]]:
    """Return a generator of the operands of one call; one in thirty is anything."""

    def made(source: Random) -> list[Any]:
        return [document(source) if source.random() < 0.03 else make(source) for make in generators]

    return made


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    "json.marshal": call(document),
    "json.marshal_with_options": call(document, options),
    "json.unmarshal": call(json_text),
    "json.is_valid": call(json_text),
    "json.filter": call(an_object, paths),
    "json.remove": call(an_object, paths),
    "json.patch": call(document, patches),
    "object.get": call(an_object, path, scalar),
    "object.keys": call(an_object),
    "object.remove": call(an_object, names),
    "object.filter": call(an_object, names),
    "object.union": call(an_object, an_object),
    "object.union_n": call(objects),
    "object.subset": call(document, document),
    "time.format": call(moment),
    "time.date": call(moment),
    "time.clock": call(moment),
    "time.weekday": call(moment),
    "time.add_date": call(moment, few, few, few),
    "time.diff": call(moment, moment),
    "time.parse_ns": time_and_layout,
    "time.parse_rfc3339_ns": call(rfc3339),
    "time.parse_duration_ns": call(duration),
}
