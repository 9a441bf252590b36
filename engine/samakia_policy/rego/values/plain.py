"""Plain Python data to Rego values and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from samakia_policy.rego.depth import deep
from samakia_policy.rego.values.collections import UNDEFINED, Key, Set, Value, key, pairs
from samakia_policy.rego.values.number import Number

# Longer integers keep their text: Python itself refuses to print them.
_LONG = 1 << 14_000
# Beyond this OPA refuses to compute.
_BIGGEST = 1 << 100_000
_PAIR = 2
# Marks stand for true, false and sets in keys.
_Mark: Any = UNDEFINED.__class__


def to_value(found: Any) -> Value:
    """Return plain Python data as a Rego value; TypeError or ValueError name the path to what is none.

    Numbers with a fraction keep their decimal text, tuples are arrays, Python's sets are sets, and a key may
    be anything that Python can hash but a set. A Rego value stays what it is.
    """
    if found.__class__ is str or found is UNDEFINED:
        return found
    with deep():
        try:
            return _value(found)
        except RecursionError:
            raise ValueError("data nests too deep, or contains itself") from None
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{_path(found) or 'the value'}: {error}") from None


def to_plain(value: Value, *, decimals: bool = False) -> Any:
    """Return a Rego value as plain Python data, of JSON's types alone; UNDEFINED stays what it is.

    Sets are lists in OPA's order, keys that are no strings their JSON text. A number with a fraction or an
    exponent is a float; with `decimals`, or out of a float's range, a Decimal of just its digits.
    """
    if value.__class__ is str:
        return value
    with deep():
        return _plain(value, _decimal if decimals else _float)


def _value(found: Any) -> Value:
    kind = found.__class__
    if kind is str or kind is bool or found is None:
        return found
    convert = _OF.get(kind)
    return convert(found) if convert else _of_subclass(found)


def _of_integer(found: int) -> Value:
    if -_LONG < found < _LONG:
        return found
    if not -_BIGGEST < found < _BIGGEST:
        raise ValueError("the number is too big")
    from samakia_policy.rego.values.long_integers import text_of

    return Number(text_of(found))


def _of_float(found: float) -> Value:
    if not math.isfinite(found):
        raise ValueError(f"{found!r} is no number of JSON")
    return Number(repr(found))


def _of_decimal(found: Decimal) -> Value:
    from samakia_policy.rego.values.json_text import load

    if not found.is_finite():
        raise ValueError(f"{found} is no number of JSON")
    return load(str(found))


def _of_array(found: Sequence[Any]) -> Value:
    return [_value(item) for item in found]


def _of_set(found: AbstractSet[Any]) -> Value:
    return Set(_value(item) for item in found)


def _of_object(found: Mapping[Any, Any]) -> Value:
    return {
        name if name.__class__ is str else _key(name): item if item.__class__ is str else _value(item)
        for name, item in found.items()
    }


def _same(found: Value) -> Value:
    return found


_OF: dict[type, Callable[[Any], Value]] = {
    int: _of_integer,
    float: _of_float,
    Decimal: _of_decimal,
    Number: _same,
    list: _of_array,
    tuple: _of_array,
    dict: _of_object,
    set: _of_set,
    frozenset: _of_set,
    Set: _same,
}
_FAMILIES: tuple[tuple[Any, Callable[[Any], Value]], ...] = (
    (str, str.__str__),
    (int, lambda found: _of_integer(int.__int__(found))),
    (float, lambda found: _of_float(float.__float__(found))),
    (Decimal, _of_decimal),
    (Mapping, _of_object),
    ((list, tuple), _of_array),
    (AbstractSet, _of_set),
)


def _of_subclass(found: Any) -> Value:
    for family, convert in _FAMILIES:
        if isinstance(found, family):
            return convert(found)
    raise TypeError(f"{found.__class__.__name__} is no Rego value")


def _key(name: Any) -> Key:
    """Return the key for a name; what stands for a value already, as in Rego's own objects, stays."""
    kind = name.__class__
    if kind is _Mark or (kind is tuple and name and name[0].__class__ is _Mark):
        return name  # type: ignore[no-any-return]
    if kind is tuple:
        return tuple([_key(item) for item in name])
    if kind is frozenset:
        if all(item.__class__ is tuple and len(item) == _PAIR for item in name):
            return name  # type: ignore[no-any-return]
        raise TypeError("a set cannot be a key")
    return key(_value(name))


def _path(found: Any) -> str:
    """Return the path to the first part that is no value."""
    parts: Any = ()
    if isinstance(found, Mapping):
        parts = found.items()
    elif isinstance(found, list | tuple):
        parts = enumerate(found)
    for name, item in parts:
        try:
            _key(name)
            _value(item)
        except (TypeError, ValueError):
            return f"[{name!r}]{_path(item)}"
    return ""


def _plain(value: Value, number: Callable[[Number], Any]) -> Any:
    kind = value.__class__
    if kind is dict:
        from samakia_policy.rego.values.json_text import key_text

        # Of keys with the same text the last in OPA's order wins.
        return {key_text(name): _plain(item, number) for name, item in pairs(value)}
    if kind is list or kind is Set:
        return [_plain(item, number) for item in value]
    return number(value) if kind is Number else value


def _float(number: Number) -> float | int | Decimal:
    if _is_integer(number):
        return number.integral or 0
    made = float(number.text)
    return made if math.isfinite(made) and (made or not number.decimal) else number.decimal


def _decimal(number: Number) -> int | Decimal:
    return number.integral or 0 if _is_integer(number) else number.decimal


def _is_integer(number: Number) -> bool:
    return number.text.lstrip("-").isdecimal()
