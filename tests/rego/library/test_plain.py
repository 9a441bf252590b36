"""Plain Python data to Rego values and back."""

from __future__ import annotations

import datetime
import enum
from collections import OrderedDict
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from samakia_policy.rego import UNDEFINED, Number, Set, to_plain, to_value
from samakia_policy.rego.values.collections import equal
from samakia_policy.rego.values.json_text import dump, load


class _Colour(enum.StrEnum):
    RED = "red"


class _Level(enum.IntEnum):
    HIGH = 3


class _Point(NamedTuple):
    x: int
    y: float


# what is handed in: the JSON text of the value
VALUES: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    ("text", '"text"'),
    (12, "12"),
    (-(2**70), "-1180591620717411303424"),
    (1.5, "1.5"),
    (1.0, "1.0"),
    (0.1, "0.1"),
    (1e300, "1e+300"),
    (Decimal("1.10"), "1.10"),
    (Decimal("1E+5"), "1E+5"),
    (Decimal(7), "7"),
    (10**5000, "1" + "0" * 5000),
    (_Colour.RED, '"red"'),
    (_Level.HIGH, "3"),
    ((1, "a"), '[1,"a"]'),
    (_Point(1, 2.5), "[1,2.5]"),
    ({3, 1, 2}, "[1,2,3]"),
    (frozenset({"b", "a"}), '["a","b"]'),
    ({"a": 1}.keys(), '["a"]'),
    (OrderedDict(b=1, a=[]), '{"a":[],"b":1}'),
    (MappingProxyType({"a": (1,)}), '{"a":[1]}'),
    ({2: "n", None: "z", True: "t", 1.5: "f", ("a", 1): "p"}, '{"1.5":"f","2":"n",'
     '"[\\"a\\",1]":"p","null":"z","true":"t"}'),
    ({_Colour.RED: 1}, '{"red":1}'),
]  # fmt: skip

# what is handed in: the error and its message
REFUSED: list[tuple[Any, type[Exception], str]] = [
    (object(), TypeError, "the value: object is no Rego value"),
    (b"bytes", TypeError, "the value: bytes is no Rego value"),
    ({"a": [1, {"b": datetime.date(2026, 1, 1)}]}, TypeError, "['a'][1]['b']: date is no Rego value"),
    ([1.5, float("nan")], ValueError, "[1]: nan is no number of JSON"),
    ({"x": float("inf")}, ValueError, "['x']: inf is no number of JSON"),
    (Decimal("NaN"), ValueError, "the value: NaN is no number of JSON"),
    (2**100_001, ValueError, "the value: the number is too big"),
    (Decimal("1e100000"), ValueError, "the value: invalid number: number too big"),
    ({frozenset({1, 2}): 1}, TypeError, "[frozenset({1, 2})]: a set cannot be a key"),
    ({"s": {b"x"}}, TypeError, "['s']: bytes is no Rego value"),
]


@pytest.mark.parametrize(("found", "text"), VALUES, ids=[text[:20] for _, text in VALUES])
def test_to_value(found: Any, text: str) -> None:
    """What JSON would say, and what more Python has."""
    assert dump(to_value(found)) == text


@pytest.mark.parametrize(("found", "error", "message"), REFUSED, ids=[text[:30] for *_, text in REFUSED])
def test_what_is_no_value(found: Any, error: type[Exception], message: str) -> None:
    """The path to what is wrong is named."""
    with pytest.raises(error) as caught:
        to_value(found)
    assert str(caught.value) == message


def test_what_contains_itself() -> None:
    """An endless list is an error, not a crash."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="contains itself"):
        to_value(endless)


def test_deep_data() -> None:
    """Depth alone is no reason to refuse."""
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    assert to_plain(to_value(deep)) is not None


def test_a_value_stays_what_it_is() -> None:
    """Rego's own objects, whose keys may be any values, are handed in unchanged."""
    keys = to_value({(True, 1): 1, 1.5: 2, None: 3, "s": [Set([1])]})
    keys |= {frozenset({("a", 1)}): 4, (next(iter(to_value({(True,): 0})))): 5}
    from samakia_policy.rego.values.collections import key

    keys[key(Set([1, 2]))] = 6
    assert equal(to_value(keys), keys)
    assert to_value(UNDEFINED) is UNDEFINED


def test_data_is_copied() -> None:
    """A later change of the caller's data changes no value."""
    data: dict[str, Any] = {"a": [1]}
    value = to_value(data)
    data["a"].append(2)
    assert value == {"a": [1]}


# the JSON text of a value: plain data, and with decimals
PLAIN: list[tuple[str, Any, Any]] = [
    ("1.5", 1.5, Decimal("1.5")),
    ("1.0", 1.0, Decimal("1.0")),
    ("1e3", 1000.0, Decimal("1e3")),
    ("-0", 0, 0),
    ("1e400", Decimal("1e400"), Decimal("1e400")),
    ("1e-400", Decimal("1e-400"), Decimal("1e-400")),
    ("0.0", 0.0, Decimal("0.0")),
    ("1" + "0" * 5000, 10**5000, 10**5000),
    ('{"a": [1, null, true, "x"]}', {"a": [1, None, True, "x"]}, {"a": [1, None, True, "x"]}),
]


@pytest.mark.parametrize(("text", "found", "exact"), PLAIN, ids=[text[:20] for text, *_ in PLAIN])
def test_to_plain(text: str, found: Any, exact: Any) -> None:
    """Floats where a float will do, integers of any length, Decimals on demand."""
    value = load(text)
    made, precise = to_plain(value), to_plain(value, decimals=True)
    assert made == found
    assert type(made) is type(found)
    assert precise == exact
    assert type(precise) is type(exact)


def test_sets_and_keys_become_json() -> None:
    """Sets are lists in OPA's order; keys are text."""
    value = {"s": Set(["b", 2, None, Number("1.5")]), **to_value({1: "one", (1, "a"): "pair"})}
    assert to_plain(value) == {"1": "one", '[1,"a"]': "pair", "s": [None, 1.5, 2, "b"]}
