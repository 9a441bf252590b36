"""JSON text to values and back: numbers exactly as written, keys sorted, sets as arrays in OPA's order."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.values.collections import UNDEFINED, Set, Value, pairs
from samakia_policy.rego.values.number import Number

if TYPE_CHECKING:
    from samakia_policy.rego.values.projection import Paths

NESTING = 10_000
"""How deep arrays and objects may nest, in OPA as here."""
_OWN_FRAMES = 200
# Python refuses to read longer integers; as a Number they keep their text.
_DIGITS = 4_000
# Beyond 2**100000 arithmetic would take too long, says OPA.
_FAR = 30_100
_BITS = 100_000
# Less is read sooner than a faster reader is imported.
_SMALL = 1 << 20
_MINUS_ZERO = re.compile(rb"-0(?=[\s,\]}]|$)")
_LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
_MARK = "\ufdd0"
_SURROGATES = re.compile("[\ud800-\udfff]")


def load(text: str | bytes) -> Value:
    """Return the value of a JSON text; raises ValueError in Go's words. Of a repeated key the last wins."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    with _nesting():
        try:
            return _read(data)
        except _TooBig:
            raise
        except ValueError:
            from samakia_policy.rego.values.json_faults import explain

            message, end = explain(data)
            if message:
                raise ValueError(message) from None
            return _exact(data[:end])


def load_parts(data: bytes, paths: Paths) -> Value:
    """Return a value that holds at least these paths of a JSON text, UNDEFINED where `load` must read it."""
    from samakia_policy.rego.values.projection import reader

    read = reader(paths, _number)
    if read is None or _has_minus_zero(data):
        return UNDEFINED
    with suppress(ValueError), _nesting():
        return read(data)
    return UNDEFINED


def _has_minus_zero(data: bytes) -> bool:
    return b"-0" in data and _MINUS_ZERO.search(data) is not None


def is_valid(text: str) -> bool:
    """Return whether a text is exactly one JSON value."""
    from samakia_policy.rego.values import json_faults

    data = text.encode("utf-8", "surrogateescape")
    with suppress(ValueError), _nesting():
        _checker().decode(data)
        return True
    return json_faults.is_valid(data)


@lru_cache(maxsize=1)
def _checker() -> Any:
    import msgspec

    return msgspec.json.Decoder(float_hook=len)


def _read(data: bytes) -> Value:
    # Only the slower reader keeps the text of -0, which OPA prints as it was written.
    if not _has_minus_zero(data):
        if len(data) < _SMALL and "msgspec" not in sys.modules:
            return _exact(data, int)
        try:
            return _decoder().decode(data)
        except _TooBig:
            raise
        except ValueError:
            pass
    return _exact(data)


@lru_cache(maxsize=1)
def _decoder() -> Any:
    import msgspec

    return msgspec.json.Decoder(float_hook=_number)


def _exact(data: bytes, integer: Callable[[str], Any] | None = None) -> Value:
    """Read what the fast reader cannot: lone surrogates, broken UTF-8, and integers of any length."""
    text = data.decode("utf-8", "each_byte")
    read = integer or _integer
    found = json.loads(text, parse_float=_number, parse_int=read, parse_constant=_refuse)
    return _without_surrogates(found) if "\\u" in text else found


def _replace_each_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("each_byte", _replace_each_byte)


def _refuse(name: str) -> Value:
    raise ValueError(f"{name} is no JSON")


def _number(text: str) -> Number:
    """Return a number that is not too big or small to be computed with; raises ValueError."""
    try:
        made = Number(text)
    except InvalidOperation:
        raise _TooBig from None
    power = made.decimal.adjusted()
    if not -_FAR < power < _FAR and made.decimal and (abs(power) > 2 * _FAR or not _fits(made)):
        raise _TooBig
    return made


def _fits(number: Number) -> bool:
    from fractions import Fraction

    return Fraction(1, 1 << _BITS + 1) <= abs(Fraction(number.decimal)) < 1 << _BITS


class _TooBig(ValueError):
    """A number has an exponent out of range."""

    def __init__(self) -> None:
        super().__init__("invalid number: number too big")


def _integer(text: str) -> int | Number:
    return int(text) if len(text) < _DIGITS and text != "-0" else Number(text)


def _without_surrogates(value: Value) -> Value:
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value


@contextmanager
def _nesting() -> Iterator[None]:
    """Stop at OPA's depth: past it, readers and writers in C would overflow their stack."""
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(NESTING + _OWN_FRAMES)
        yield
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    finally:
        sys.setrecursionlimit(before)


def dump(value: Value, *, html: bool = True) -> str:
    """Return a value's JSON text on one line, as OPA writes it; raises ValueError where there is none.

    `html`: escape <, > and & as Go does.
    """
    with _nesting():
        text = _text(value)
    if "\u2028" in text or "\u2029" in text:
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return escape_html(text) if html else text


def _text(value: Value) -> str:
    encode = _encoder().encode
    try:
        return str(encode(value), "utf-8")
    except UnicodeEncodeError:
        # A byte that is no UTF-8 is printed as an escape, which the encoder cannot write itself.
        return str(encode(_marked(plain(value))), "utf-8").replace(_MARK, "\\ufffd")
    except TypeError:
        # Keys that are no strings must be sorted by their text.
        return _text(plain(value))


def _marked(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub(_MARK, value)
    if isinstance(value, list):
        return [_marked(item) for item in value]
    if isinstance(value, dict):
        return {_marked(name): _marked(item) for name, item in value.items()}
    return value


def escape_html(text: str) -> str:
    """Escape <, > and & in JSON text; they occur in its strings only."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=1)
def _encoder() -> Any:
    import msgspec

    def other(value: Any) -> Any:
        return msgspec.Raw(literal(value).encode()) if value.__class__ is Number else list(value)

    return msgspec.json.Encoder(enc_hook=other, order="sorted")


def literal(number: Number) -> str:
    """Return a number's text; raises ValueError if JSON cannot hold it: to_number reads more than JSON."""
    if _LITERAL.fullmatch(number.text) is None:
        raise ValueError(f'json: invalid number literal "{number.text}"')
    return number.text


def plain(value: Value) -> Any:
    """Return a value as JSON has it: sets are arrays, every key is text; what is plain is not copied."""
    kind = value.__class__
    if kind is dict:
        return _plain_object(value)
    if kind is list:
        made = [plain(item) for item in value]
        return value if all(map(_same, made, value)) else made
    return [plain(item) for item in value] if kind is Set else value


def _same(one: Any, two: Any) -> bool:
    return one is two


def _plain_object(value: dict[Any, Any]) -> dict[str, Any]:
    if all(name.__class__ is str for name in value):
        made = {name: plain(item) for name, item in value.items()}
        return value if all(map(_same, made.values(), value.values())) else made
    # Of keys with the same text the last in OPA's order wins: the string.
    return {key_text(name): plain(item) for name, item in pairs(value)}


def key_text(name: Value) -> str:
    """Return the text of an object's key: a string is itself, anything else its JSON."""
    return name if name.__class__ is str else dump(name)
