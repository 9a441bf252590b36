"""YAML text of values, as OPA writes it: strings are in quotes only where they would be misread."""

from __future__ import annotations

import re
from functools import cmp_to_key, lru_cache
from typing import Any

from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.json_text import literal, plain
from samakia_policy.rego.values.number import Number

_WIDTH = 1 << 30
_CONSTANTS = "~ null Null NULL true True TRUE false False FALSE .nan .NaN .NAN"
_OLD_CONSTANTS = "y Y yes Yes YES on On ON n N no No NO off Off OFF"
_INFINITE = ".inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF"
_WORDS = frozenset(f"{_CONSTANTS} {_OLD_CONSTANTS} {_INFINITE}".split())
# What is written as an escape, so the whole string is in double quotes.
_ESCAPED = re.compile("[\x85\U00010000-\U0010ffff]")
_MISREAD = re.compile(
    r"[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]| )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?"
    r"(?:Z|[-+][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_EXPONENT_FROM = 6
_KEY = 128
_LONG = 1 << 64


def dump(value: Value) -> str:
    """Return a value as YAML, keys in natural order."""
    import yaml

    text: str = yaml.dump(
        plain(value), Dumper=_dumper(), default_flow_style=False, allow_unicode=True, width=_WIDTH, indent=2
    )
    return text.removesuffix("...\n")


@lru_cache(maxsize=1)
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        # Nothing is resolved: every scalar comes with the style that it needs.
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def check_simple_key(self) -> bool:
            text: str = getattr(self.event, "value", "")
            self.analysis = self.analysis or self.analyze_scalar(text)
            return not self.analysis.multiline and len(text.encode()) <= _KEY

    Dumper.add_representer(str, _string)
    Dumper.add_representer(int, _integer)
    Dumper.add_representer(Number, _number)
    Dumper.add_representer(dict, _mapping)
    Dumper.add_representer(bool, _constant)
    Dumper.add_representer(type(None), _constant)
    return Dumper


def _scalar(dumper: Any, text: str, style: str | None = None) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _constant(dumper: Any, value: bool | None) -> Any:
    return _scalar(dumper, "null" if value is None else str(value).lower())


def _string(dumper: Any, text: str) -> Any:
    if _ESCAPED.search(text):
        return _scalar(dumper, text, '"')
    if "\n" in text:
        return _scalar(dumper, text, "|")
    misread = not text or text in _WORDS or _MISREAD.fullmatch(text.replace("_", ""))
    return _scalar(dumper, text, '"' if misread else None)


def _integer(dumper: Any, number: int) -> Any:
    fits = -(_LONG >> 1) <= number < _LONG
    return _scalar(dumper, str(number) if fits else _float(float(number)))


def _number(dumper: Any, number: Number) -> Any:
    return _scalar(dumper, _float(float(literal(number))))


def _float(found: float) -> str:
    """Return a float in Go's shortest form, with an exponent from a million on."""
    text = repr(found)
    mantissa, _, exponent = text.partition("e")
    digits = mantissa.replace(".", "").replace("-", "").strip("0") or "0"
    whole = mantissa.lstrip("-").partition(".")
    power = int(exponent or 0) + (len(whole[0]) - 1 if whole[0] != "0" else _leading(whole[2]))
    sign = "-" if text.startswith("-") else ""
    if found == 0:
        return f"{sign}0"
    if -4 <= power < _EXPONENT_FROM:  # noqa: PLR2004 - as %g does
        return _plain(sign, digits, power)
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _leading(fraction: str) -> int:
    return -(len(fraction) - len(fraction.lstrip("0")) + 1)


def _plain(sign: str, digits: str, power: int) -> str:
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    padded = digits.ljust(power + 1, "0")
    fraction = padded[power + 1 :]
    return f"{sign}{padded[: power + 1]}{'.' + fraction if fraction else ''}"


def _mapping(dumper: Any, found: dict[str, Any]) -> Any:
    names = sorted(found, key=cmp_to_key(_natural))
    return dumper.represent_mapping("tag:yaml.org,2002:map", [(name, found[name]) for name in names])


def _natural(one: str, two: str) -> int:
    """Compare keys so that a2 comes before a10."""
    digits = False
    for place, (left, right) in enumerate(zip(one, two, strict=False)):
        if left == right:
            digits = left.isdigit()
            continue
        letters = left.isalpha(), right.isalpha()
        if all(letters):
            return -1 if left < right else 1
        if any(letters):
            first = letters[0] if digits else letters[1]
            return -1 if first else 1
        return _numbers(one, two, place)
    return len(one) - len(two)


def _numbers(one: str, two: str, place: int) -> int:
    before = one[:place]
    run = before[len(before.rstrip("0123456789")) :]
    lead = "1" if "0" in (one[place], two[place]) and run.strip("0") else "0"
    texts = [re.match("[0-9]*", text[place:]) for text in (one, two)]
    found = [match.group() if match else "" for match in texts]
    values = [int(lead + digits) if digits else int(lead) for digits in found]
    if values[0] != values[1]:
        return values[0] - values[1]
    if len(found[0]) != len(found[1]):
        return len(found[0]) - len(found[1])
    return -1 if one[place] < two[place] else 1
