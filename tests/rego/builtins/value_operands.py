"""Operands for generated calls: mostly fitting, often at an edge, sometimes of the wrong type."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

_TEXT = json.loads(Path(__file__).with_name("texts.json").read_text("utf-8"))
_WORDS: list[str] = _TEXT["words"]
Generator = Callable[[Random], Any]

_INTEGERS = [0, 1, 2, 3, -1, -2, 5, 7, 10, 16, 64, 100, 255, -128, 1000, 123456, 2**31 - 1, 2**31, -(2**31)]
_LARGE = [2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**64, 2**64 + 1, -(2**70) + 3, 10**30, 3**99]


def integer(source: Random) -> Any:
    """Return an integer."""
    if source.random() < 0.1:
        return source.choice(_LARGE)
    return source.choice(_INTEGERS) if source.random() < 0.6 else source.randint(-50, 50)


def number(source: Random) -> Any:
    """Return a number of any kind."""
    chance = source.random()
    if chance < 0.4:
        return integer(source)
    if chance < 0.5:
        return source.choice(_LARGE)
    if chance < 0.8:
        return Number(source.choice(_TEXT["numbers"]))
    digits = source.randint(1, 10 ** source.randint(1, 18))
    return Number(f"{source.choice(['', '-'])}{digits}.{source.randint(0, 10 ** source.randint(1, 6))}")


def small(source: Random) -> int:
    """Return a small integer, such as an index or a count."""
    return source.randint(-3, 12)


def word(source: Random) -> str:
    """Return a string."""
    if source.random() < 0.8:
        return source.choice(_WORDS)
    return "".join(source.choice("abc.é ,x1A") for _ in range(source.randint(0, 12)))


def short(source: Random) -> str:
    """Return a string that is likely to be found in another."""
    return source.choice(["", "a", "b", "ab", ".", ",", " ", "é", "x", "aa", "日", "abc", "bc", "l"])


def anything(source: Random, depth: int = 2) -> Any:
    """Return a value of any type."""
    kinds: list[Generator] = [
        lambda _: None,
        lambda s: s.random() < 0.5,
        number,
        number,
        word,
        word,
    ]
    if depth:
        kinds += [array_of(lambda s: anything(s, depth - 1)), _object(depth - 1)]
        kinds.append(set_of(lambda s: anything(s, depth - 1)))
    return source.choice(kinds)(source)


def _object(depth: int) -> Generator:
    def made(source: Random) -> Any:
        return {word(source): anything(source, depth) for _ in range(source.randint(0, 3))}

    return made


def array_of(item: Generator, most: int = 5) -> Generator:
    """Return a generator of arrays."""
    return lambda source: [item(source) for _ in range(source.randint(0, most))]


def set_of(item: Generator, most: int = 5) -> Generator:
    """Return a generator of sets."""
    return lambda source: Set([item(source) for _ in range(source.randint(0, most))])


def either(*choices: Generator) -> Generator:
    """Return a generator that takes one of several."""
    return lambda source: source.choice(choices)(source)


def one_of(*values: Any) -> Generator:
    """Return a generator of given values."""
    return lambda source: source.choice(values)


def call(*operands: Generator, wrong: float = 0.05) -> Callable[[Random], list[Any]]:
    """Return a generator of operands, each of any type now and then."""

    def made(source: Random) -> list[Any]:
        return [anything(source) if source.random() < wrong else operand(source) for operand in operands]

    return made


def _template(source: Random) -> list[Any]:
    values = [either(anything, number, integer, word)(source) for _ in range(source.randint(0, 4))]
    if source.random() < 0.3:
        parts = [source.choice(["%s", "%v", "%d", "%%", "%%s"]) for _ in range(len(values))]
        return [source.choice([" ", "é"]).join(parts), values]
    parts = []
    for _ in range(source.randint(0, 4)):
        flags = "".join(source.sample("+-# 0", source.choice([0, 0, 0, 1, 1, 2])))
        width = source.choice(["", "", "", "5", "12", "*", "0"])
        precision = source.choice(["", "", "", ".2", ".0", ".", ".10", ".*"])
        index = source.choice([""] * 12 + ["[1]", "[2]", "[9]", "[x]", "["])
        verb = source.choice("vvvvdddssstfFeEgGxXqTcUboOwz%é")
        parts.append(f"%{flags}{width}{precision}{index}{verb}")
    text = source.choice(["", " ", "é", "x: ", "!"]).join(parts)
    return [text + source.choice(["", "", "", "%", "end", "%!"]), values]


def _delimiters(source: Random) -> Any:
    return source.choice(
        [[], None, ["."], [":"], ["/", "."], ["ab"], [""], [1], ["日"], ["-"], ["]"], ["^", "\\"]]
    )


def _numbers(source: Random) -> Any:
    return either(array_of(number), set_of(number), array_of(integer), set_of(integer))(source)


_FLAGS = either(array_of(either(one_of(True, True, False), anything)), set_of(one_of(True, False)))
_MANY = either(array_of(anything), set_of(anything), array_of(number), array_of(word), set_of(word))
_TEXTS = either(array_of(word), set_of(word))
_SETS_OF_SETS = set_of(set_of(either(integer, short)), 3)
_ANY_SET = set_of(either(integer, short, anything))


def _pattern(source: Random) -> Any:
    return source.choice(_TEXT["patterns"])


def _amount(source: Random) -> str:
    return source.choice(_TEXT["amounts"]) + source.choice(_TEXT["units"])


def _range(source: Random) -> int:
    return source.choice([0, 1, 5, -3, 10, 3, 2**64, 2**64 + 3])


def _ranged(source: Random) -> list[Any]:
    first = _range(source)
    last = first + source.randint(-12, 12)
    return [either(one_of(first), one_of(Number(f"{first}.0")))(source), last]


def _bound(source: Random) -> Any:
    """Return a number that asks for no long range, or something else."""
    return source.choice(
        [small, small, one_of(Number("1.5"), Number("2.0"), Number("1e1")), word, one_of(None, [], True)]
    )(source)


def _member(source: Random) -> list[Any]:
    items = source.choice([array_of(anything), set_of(anything), _object(1), anything])(source)
    chosen = (
        list(items)
        if items.__class__ in (list, Set)
        else list(items.values())
        if items.__class__ is dict
        else []
    )
    return [source.choice(chosen) if chosen and source.random() < 0.6 else anything(source), items]


def _member_key(source: Random) -> list[Any]:
    value, items = _member(source)
    names = list(items) if items.__class__ is dict else [0, 1, Number("1.0"), value]
    return [source.choice(names) if names else value, value, items]


def _changes(source: Random) -> Any:
    return {short(source): source.choice(["", "x", "aa", "é", "ab"]) for _ in range(source.randint(0, 4))}


def _template_data(source: Random) -> Any:
    fixed = {
        "a": "x",
        "n": 5,
        "f": Number("1.5"),
        "t": True,
        "z": None,
        "l": ["p", "q", "r"],
        "e": [],
        "o": {},
    }
    fixed |= {"m": {"k": {"j": "deep"}, "b": 2}, "s": "<b>&'\"", "nested": [[1, 2], {"x": None}], "é": "ü"}
    if source.random() < 0.1:
        fixed["a"] = source.choice([Set([1]), "\x01", word(source)])
    return fixed


_TWO_NUMBERS = call(number, number)
CALLS: dict[str, Callable[[Random], list[Any]]] = {
    **dict.fromkeys(("plus", "mul", "div", "rem"), _TWO_NUMBERS),
    "minus": either(_TWO_NUMBERS, call(_ANY_SET, _ANY_SET)),
    **dict.fromkeys(("abs", "round", "ceil", "floor"), call(number)),
    "numbers.range": either(_ranged, call(_bound, _bound, wrong=0)),
    "numbers.range_step": either(
        lambda source: [*_ranged(source), _bound(source)], call(_bound, _bound, number, wrong=0)
    ),
    **dict.fromkeys(("bits.and", "bits.or", "bits.xor"), call(either(integer, number), integer)),
    **dict.fromkeys(("bits.lsh", "bits.rsh"), call(integer, either(_bound, one_of(64, 100)), wrong=0)),
    "bits.negate": call(number),
    **dict.fromkeys(
        ("equal", "neq", "lt", "lte", "gt", "gte"), either(call(anything, anything), _TWO_NUMBERS)
    ),
    "count": call(either(anything, word)),
    **dict.fromkeys(("sum", "product"), call(_numbers, wrong=0.1)),
    **dict.fromkeys(("max", "min", "sort"), call(_MANY)),
    **dict.fromkeys(("all", "any"), call(_FLAGS)),
    "internal.member_2": _member,
    "internal.member_3": _member_key,
    "array.concat": call(array_of(anything), array_of(anything)),
    "array.flatten": call(array_of(either(anything, array_of(anything)))),
    "array.slice": call(array_of(number), either(small, number), either(small, number)),
    "array.reverse": call(array_of(anything)),
    **dict.fromkeys(("and", "or"), call(_ANY_SET, _ANY_SET)),
    **dict.fromkeys(("intersection", "union"), call(_SETS_OF_SETS, wrong=0.15)),
    **dict.fromkeys(("contains", "startswith", "endswith", "strings.count"), call(word, short)),
    **dict.fromkeys(
        ("trim", "trim_left", "trim_right", "trim_prefix", "trim_suffix"), call(word, either(short, word))
    ),
    **dict.fromkeys(("lower", "upper", "trim_space", "strings.reverse"), call(word)),
    "concat": call(short, either(_TEXTS, _MANY)),
    "split": call(word, short),
    "strings.split_n": call(word, short, either(small, number)),
    "replace": call(word, short, short),
    "strings.replace_n": call(_changes, word),
    **dict.fromkeys(("indexof", "indexof_n"), call(word, short)),
    "substring": call(word, either(small, number), either(small, one_of(2**63 - 1))),
    "format_int": call(number, either(one_of(2, 8, 10, 16, 3, Number("10.0")), number)),
    **dict.fromkeys(
        ("strings.any_prefix_match", "strings.any_suffix_match"),
        call(either(word, _TEXTS), either(short, _TEXTS)),
    ),
    "sprintf": _template,
    "regex.match": call(_pattern, word),
    "regex.is_valid": call(_pattern),
    **dict.fromkeys(("regex.find_n", "regex.find_all_string_submatch_n"), call(_pattern, word, small)),
    "regex.split": call(_pattern, word),
    "regex.replace": call(word, _pattern, one_of(*_TEXT["replacements"])),
    "regex.template_match": call(
        one_of(*_TEXT["templates"]),
        either(word, one_of("urn:foo:bar", "12")),
        one_of("<", "{", "ab"),
        one_of(">", "}", "é", ""),
        wrong=0.02,
    ),
    "regex.globs_match": call(one_of(*_TEXT["sets"]), one_of(*_TEXT["sets"])),
    "glob.match": call(
        one_of(*_TEXT["globs"]), _delimiters, either(word, one_of("a.b.c", "a.b", "abc", "a/b/c", "c", "bd"))
    ),
    "glob.quote_meta": call(either(word, one_of(*_TEXT["globs"]))),
    "strings.render_template": call(one_of(*_TEXT["text_templates"]), _template_data),
    "units.parse": call(_amount),
    "units.parse_bytes": call(_amount),
    "semver.is_valid": call(one_of(*_TEXT["versions"])),
    "semver.compare": call(one_of(*_TEXT["versions"]), one_of(*_TEXT["versions"])),
    **dict.fromkeys(
        ("is_number", "is_string", "is_boolean", "is_array", "is_set", "is_object", "is_null", "type_name"),
        call(anything),
    ),
    **dict.fromkeys(
        ("cast_string", "cast_boolean", "cast_null", "cast_object", "cast_array", "cast_set"), call(anything)
    ),
    "set_diff": call(_ANY_SET, _ANY_SET),
    "re_match": call(_pattern, word),
    "to_number": call(
        either(
            one_of("0x10", "1_", "1__0", "0x1p_1", "_1", "0x1_p1", "1e", "1e_1"),
            anything,
            word,
            one_of("1e5", "Inf", "nan", "+inf", "1e400", "-1.50", "1e-400", "1e", "-0", "0.10", " 1"),
        )
    ),
}
"""The generator of operands for each built-in."""
