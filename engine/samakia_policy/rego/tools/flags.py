"""Flags as OPA's command line takes them: anywhere, long or short, clustered, with `=` or without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from samakia_policy.rego.slotted import field, slotted

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")


class UsageError(Exception):
    """The command line cannot be understood; OPA's wording, exit code 1."""


@slotted(frozen=True)
class Flag:
    """One flag. `kind`: bool, text, list (each use adds), comma (separated), int, number, duration."""

    name: str
    short: str = ""
    kind: str = "bool"
    default: Any = None
    choices: tuple[str, ...] = ()
    help: str = ""
    hidden: bool = False

    @property
    def shown(self) -> str:
        """The flag as messages name it."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@slotted()
class Chosen:
    """What a command line says: values by flag, positional arguments, and which flags were given."""

    values: dict[str, Any]
    arguments: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def parse_flags(flags: Iterable[Flag], words: Sequence[str]) -> Chosen:
    """Return what the words choose; raises UsageError."""
    table = {f"--{flag.name}": flag for flag in flags}
    table |= {f"-{flag.short}": flag for flag in flags if flag.short}
    chosen = Chosen({flag.name: _initial(flag) for flag in flags})
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            chosen.arguments += reversed(rest)
            break
        if word.startswith("--"):
            _long(table, chosen, word, rest)
        elif word.startswith("-") and word != "-":
            _shorts(table, chosen, word, rest)
        else:
            chosen.arguments.append(word)
    return chosen


def _initial(flag: Flag) -> Any:
    if flag.kind in {"list", "comma"}:
        return list(flag.default or [])
    return False if flag.kind == "bool" else flag.default


def _long(table: dict[str, Flag], chosen: Chosen, word: str, rest: list[str]) -> None:
    name, equals, value = word.partition("=")
    flag = table.get(name)
    if flag is None:
        raise UsageError(f"unknown flag: {name}")
    if equals:
        _set(chosen, flag, value)
    elif flag.kind == "bool":
        _set(chosen, flag, "true")
    elif rest:
        _set(chosen, flag, rest.pop())
    else:
        raise UsageError(f"flag needs an argument: {name}")


def _shorts(table: dict[str, Flag], chosen: Chosen, word: str, rest: list[str]) -> None:
    letters = word[1:]
    while letters:
        flag = table.get("-" + letters[0])
        if flag is None:
            raise UsageError(f"unknown shorthand flag: {letters[0]!r} in {word}")
        letters, letter = letters[1:], letters[0]
        if flag.kind == "bool" and not letters.startswith("="):
            _set(chosen, flag, "true")
            continue
        if letters:
            _set(chosen, flag, letters.removeprefix("="))
        elif rest:
            _set(chosen, flag, rest.pop())
        else:
            raise UsageError(f"flag needs an argument: {letter!r} in {word}")
        return


def _set(chosen: Chosen, flag: Flag, text: str) -> None:
    try:
        value = _value(flag, text)
    except ValueError as error:
        raise UsageError(f'invalid argument "{text}" for "{flag.shown}" flag: {error}') from None
    if flag.kind == "list":
        chosen.values[flag.name].append(value)
    elif flag.kind == "comma" and flag.name in chosen.given:
        chosen.values[flag.name] += value
    else:
        chosen.values[flag.name] = value
    chosen.given.add(flag.name)


def _value(flag: Flag, text: str) -> Any:
    if flag.choices and text not in flag.choices:
        raise ValueError(f"must be one of {{{','.join(flag.choices)}}}")
    return _READ.get(flag.kind, str)(text)


def _bool(text: str) -> bool:
    if text not in _TRUE and text not in _FALSE:
        raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
    return text in _TRUE


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'strconv.ParseFloat: parsing "{text}": invalid syntax') from None


def _comma(text: str) -> list[str]:
    return text.split(",") if text else []


def _duration(text: str) -> float:
    """Seconds of a duration as Go writes them: `1m30s`, `250ms`."""
    import re

    units = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
    if text == "0":
        return 0.0
    parts = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f'time: invalid duration "{text}"')
    return sum(float(number) * units[unit] for number, unit in parts)


_READ: dict[str, Any] = {
    "bool": _bool,
    "comma": _comma,
    "int": _int,
    "number": _number,
    "duration": _duration,
}


def help_text(usage: str, about: str, flags: Iterable[Flag]) -> str:
    """Return what `--help` prints."""
    rows = [(_left(flag), flag.help) for flag in flags if not flag.hidden]
    width = max(len(left) for left, _ in rows)
    lines = [f"  {left:{width}}   {text}" for left, text in rows]
    return f"{about}\n\nUsage:\n  {usage}\n\nFlags:\n" + "\n".join(lines) + "\n"


def _left(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    kind = {"bool": "", "list": " string", "text": " string", "comma": " strings"}.get(
        flag.kind, f" {flag.kind}"
    )
    return f"{short}--{flag.name}" + (f" {{{','.join(flag.choices)}}}" if flag.choices else kind)
