"""Formatting as Go's fmt.Sprintf does it, with the complaints it writes into the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.builtins import go_numbers
from samakia_policy.rego.builtins.go_numbers import Spec
from samakia_policy.rego.builtins.limits import PADDING
from samakia_policy.rego.values.quote import backquoted, quoted
from samakia_policy.rego.values.raw_bytes import to_bytes

_INT64 = 1 << 63
_BASES = {"v": 10, "d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_FLOATS = {"v": ("g", -1), "F": ("f", 6), "f": ("f", 6), "e": ("e", 6), "E": ("E", 6)}
_FLOATS |= {verb: (verb, -1) for verb in "bgGxX"}
_FLAGS = {"-": "minus", "+": "plus", "#": "sharp", " ": "space", "0": "zero"}
_TYPES = {str: "string", float: "float64", bool: "bool"}
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def sprintf(template: str, arguments: list[Any], write: Callable[[str], None]) -> None:
    """Write a template with its verbs replaced; arguments are str, int or float."""
    _Printer(template, arguments, write).run()


def argument(value: Any, verb: str) -> str:
    """Return one value as a verb without flags writes it."""
    return _argument(value, verb, Spec())


class _Printer:
    """The state of one call: where in the template, and which argument is next."""

    __slots__ = ("after_index", "arguments", "good", "next", "place", "reordered", "template", "write")

    def __init__(self, template: str, arguments: list[Any], write: Callable[[str], None]) -> None:
        self.template = template
        self.arguments = arguments
        self.write = write
        self.place = self.next = 0
        self.good = True
        self.reordered = self.after_index = False

    def run(self) -> None:
        """Write the whole template, then what was not used."""
        template, write = self.template, self.write
        while True:
            stop = template.find("%", self.place)
            if stop < 0:
                write(template[self.place :])
                break
            write(template[self.place : stop])
            self.place = stop + 1
            if not self._verb():
                break
        if not self.reordered and self.next < len(self.arguments):
            rest = self.arguments[self.next :]
            shown = [f"{_type(item)}={_argument(item, 'v', Spec())}" for item in rest]
            write(f"%!(EXTRA {', '.join(shown)})")

    def _verb(self) -> bool:
        """Write one verb; returns False at the end of the template."""
        template = self.template
        verb = template[self.place : self.place + 1]
        if verb in ("s", "v", "d") and verb and self.next < len(self.arguments):
            self.place += 1
            self.next += 1
            self.write(_argument(self.arguments[self.next - 1], verb, Spec()))
            return True
        spec = Spec()
        self.good, self.after_index = True, False
        while (flag := _FLAGS.get(template[self.place : self.place + 1])) is not None:
            setattr(spec, flag, True)
            self.place += 1
        verb = template[self.place : self.place + 1]
        if not ("a" <= verb <= "z" and self.next < len(self.arguments)):
            self._index()
            self._width(spec)
            self._precision(spec)
            if not self.after_index:
                self._index()
        return self._emit(spec)

    def _emit(self, spec: Spec) -> bool:
        verb = self.template[self.place : self.place + 1]
        if not verb:
            self.write("%!(NOVERB)")
            return False
        self.place += 1
        if verb == "%":
            self.write("%")
        elif not self.good:
            self.write(f"%!{verb}(BADINDEX)")
        elif self.next >= len(self.arguments):
            self.write(f"%!{verb}(MISSING)")
        else:
            argument = self.arguments[self.next]
            if verb in "vw" and _type(argument) != "*big.Int":
                spec.syntax, spec.sharp, spec.plus = spec.sharp, False, False
            self.write(_argument(argument, verb, spec))
            self.next += 1
        return True

    def _index(self) -> None:
        """Read an explicit argument index such as [2]."""
        self.after_index = False
        if self.template[self.place : self.place + 1] != "[":
            return
        self.reordered = True
        close = self.template.find("]", self.place)
        if close < 0 or len(self.template) - self.place < 3:  # noqa: PLR2004 - [n]
            self.good = False
            self.place += 1
            return
        text = self.template[self.place + 1 : close]
        self.place = close + 1
        number = int(text) if re.fullmatch("[0-9]{1,8}", text) else None
        if number is not None and 0 < number <= len(self.arguments):
            self.next = number - 1
            self.after_index = True
            return
        self.good = False
        self.after_index = number is not None

    def _width(self, spec: Spec) -> None:
        if self.template[self.place : self.place + 1] == "*":
            self.place += 1
            spec.width = self._from_argument()
            if spec.width is None:
                self.write("%!(BADWIDTH)")
            elif spec.width < 0:
                spec.width, spec.minus, spec.zero = -spec.width, True, False
            self.after_index = False
            return
        spec.width = self._number()
        if self.after_index and spec.width is not None:
            self.good = False

    def _precision(self, spec: Spec) -> None:
        if self.template[self.place : self.place + 1] != "." or self.place + 1 >= len(self.template):
            return
        self.place += 1
        if self.after_index:
            self.good = False
        self._index()
        if self.template[self.place : self.place + 1] != "*":
            spec.precision = self._number() or 0
            return
        self.place += 1
        spec.precision = self._from_argument()
        if spec.precision is None or spec.precision < 0:
            spec.precision = None
            self.write("%!(BADPREC)")
        self.after_index = False

    def _from_argument(self) -> int | None:
        if self.next >= len(self.arguments):
            return None
        found = self.arguments[self.next]
        self.next += 1
        return (
            found
            if found.__class__ not in _TYPES and isinstance(found, int) and -PADDING <= found <= PADDING
            else None
        )

    def _number(self) -> int | None:
        start = self.place
        value: int | None = None
        while (digit := self.template[self.place : self.place + 1]) and digit in "0123456789":
            if value is not None and value > PADDING:
                self.place = len(self.template)
                return None
            value = (value or 0) * 10 + int(digit)
            self.place += 1
        return value if self.place > start else None


def _type(value: Any) -> str:
    kind = value.__class__
    if kind is int:
        return "int64" if -_INT64 <= value < _INT64 else "*big.Int"
    return _TYPES.get(kind) or str(value.type_name)


def _argument(value: Any, verb: str, spec: Spec) -> str:
    if verb == "T":
        return _text(_type(value), "s", spec)
    if isinstance(value, str):
        return _text(value, verb, spec)
    if value.__class__ is bool:
        return spec.pad("true" if value else "false") if verb in "tv" else _bad(value, verb, spec)
    if value.__class__ is float:
        if verb in _FLOATS:
            return go_numbers.floating(value, *_FLOATS[verb], spec)
        return _bad(value, verb, spec)
    return _integer(value, verb, spec) if -_INT64 <= value < _INT64 else _big(value, verb, spec)


def _bad(value: Any, verb: str, spec: Spec) -> str:
    return f"%!{verb}({_type(value)}={_argument(value, 'v', spec)})"


def _integer(value: int, verb: str, spec: Spec) -> str:
    if verb in _BASES:
        return go_numbers.integer(value, _BASES[verb], verb, spec)
    if verb == "U":
        return go_numbers.code_point(value, spec)
    if verb not in "cq":
        return _bad(value, verb, spec)
    char = chr(value) if 0 <= value <= _LAST and value not in _SURROGATES else "\ufffd"
    return spec.pad(char if verb == "c" else quoted(char, "'", ascii_only=spec.plus))


def _big(value: int, verb: str, spec: Spec) -> str:
    if verb == "w":
        return f"%!w(*big.Int={_fields(value, spec)})"
    base = 10 if verb == "s" else _BASES.get(verb)
    if base is None:
        return f"%!{verb}(big.Int={go_numbers.big_integer(value, 10, 'd', Spec())})"
    return go_numbers.big_integer(value, base, verb, spec)


def _fields(value: int, spec: Spec) -> str:
    """Return the fields of Go's big.Int, which the wrong verb %w shows."""
    words, rest = [], abs(value)
    while rest:
        words.append(rest % (1 << 64))
        rest >>= 64
    sign = spec.pad(str(value < 0).lower())
    if spec.sharp:
        shown = ", ".join([go_numbers.integer(word, 16, "v", spec) for word in words])
        return f"&big.Int{{neg:{sign}, abs:big.nat{{{shown}}}}}"
    return f"&{{{sign} [{' '.join([go_numbers.integer(word, 10, 'v', spec) for word in words])}]}}"


def _text(value: str, verb: str, spec: Spec) -> str:
    if verb in "xX":
        return _bytes(value, verb, spec)
    if verb not in "svq":
        return _bad(value, verb, spec)
    if spec.precision is not None:
        value = value[: spec.precision]
    if verb == "q" or (verb == "v" and spec.syntax):
        raw = backquoted(value) if spec.sharp else None
        value = quoted(value, ascii_only=spec.plus) if raw is None else raw
    return spec.pad(value)


def _bytes(value: str, verb: str, spec: Spec) -> str:
    """Return the bytes of a text in hexadecimal."""
    data = to_bytes(value)[: spec.precision]
    pairs = [f"{byte:02x}" for byte in data]
    text = (" 0x" if spec.sharp else " ").join(pairs) if spec.space else "".join(pairs)
    text = f"0x{text}" if spec.sharp and pairs else text
    return spec.pad(text.upper() if verb == "X" else text)
