"""YAML as OPA reads it: only true and false are booleans, text fields take any scalar as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from samakia_policy.rego.values.number import Number

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_OLD_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "on"), True),
    **dict.fromkeys(("n", "N", "no", "off"), False),
}
_INT = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\Z")
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_SHORT = 10
_WORDS = (
    ("mapping values are not allowed here", "mapping values are not allowed in this context"),
    ("sequence entries are not allowed here", "block sequence entries are not allowed in this context"),
    ("expected ',' or ']'", "did not find expected ',' or ']'"),
    ("expected ',' or '}'", "did not find expected ',' or '}'"),
    ("expected the node content", "did not find expected node content"),
    ("found character", "found character that cannot start any token"),
)


class BadYaml(Exception):
    """The text is no YAML, or not of the wanted types; the message is Go's."""


def compose(text: str) -> Any:
    """Return the tree of a text; raises BadYaml."""
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise BadYaml(_complaint(error)) from None
    except yaml.reader.ReaderError:
        raise BadYaml("yaml: control characters are not allowed") from None


def _complaint(error: yaml.MarkedYAMLError) -> str:
    problem, context = error.problem or "", error.context or ""
    if problem.startswith("found undefined alias"):
        return "yaml: unknown anchor referenced"
    if problem.startswith("expected <block end>"):
        problem = "did not find expected " + ("key" if "mapping" in context else "'-' indicator")
    for ours, theirs in _WORDS:
        if problem.startswith(ours):
            problem = theirs
    line = error.context_mark.line if error.context_mark else 0
    line = line or (error.problem_mark.line if error.problem_mark else 0)
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    return f"yaml: line {line}: {problem}" if line else f"yaml: {problem}"


class Reader:
    """Turns the tree into data, and gathers what has the wrong type."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def fields(self, node: Any, readers: dict[str, str]) -> dict[str, Any]:
        """Return the known fields of a mapping."""
        if node is None or self._null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, "ast.rawAnnotation")
            return {}
        found: dict[str, Any] = {}
        for key, value in self._pairs(node):
            kind = readers.get(key.value) if isinstance(key, yaml.ScalarNode) else None
            if kind is None or self._null(value):
                continue
            read = _READERS[kind](self, value)
            if read is not None:
                found[key.value] = read
        return found

    def text(self, node: Any) -> str | None:
        """Read text: any scalar, as it is written."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self._refuse(node, "string")
        return None

    def flag(self, node: Any) -> bool | None:
        """Read true or false, or one of their older spellings."""
        value = self.any(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value in _OLD_BOOLEANS:
            return _OLD_BOOLEANS[value]
        self._refuse(node, "bool")
        return None

    def texts(self, node: Any) -> list[str] | None:
        """Read a list of texts."""
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(node, "[]string")
            return None
        return [text for each in node.value if (text := self.text(each)) is not None]

    def list_of_any(self, node: Any) -> list[Any] | None:
        """Read a list of whatever."""
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(node, "[]interface {}")
            return None
        return [self.any(each) for each in node.value]

    def list_of_maps(self, node: Any) -> list[dict[str, Any]] | None:
        """Read a list of mappings."""
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(node, "[]map[string]interface {}")
            return None
        return [found for each in node.value if (found := self.map(each)) is not None]

    def map(self, node: Any) -> dict[str, Any] | None:
        """Read a mapping whose keys are texts."""
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, "map[string]interface {}")
            return None
        return {str(key.value): self.any(value) for key, value in self._pairs(node)}

    def any(self, node: Any) -> Any:
        """Read whatever is there."""
        if isinstance(node, yaml.SequenceNode):
            return [self.any(each) for each in node.value]
        if isinstance(node, yaml.MappingNode):
            return {self._key(key): self.any(value) for key, value in self._pairs(node)}
        return node.value if node.style not in (None, "") else plain_value(node.value)

    def _key(self, node: Any) -> Any:
        key = self.any(node)
        return str(key) if isinstance(key, list | dict) else key

    def _pairs(self, node: Any) -> list[tuple[Any, Any]]:
        found: dict[str, tuple[Any, Any]] = {}
        merged: list[tuple[Any, Any]] = []
        for key, value in node.value:
            name = str(key.value)
            if name == "<<" and key.style in (None, ""):
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                merged += [pair for each in sources for pair in self._pairs(each)]
            elif name in found:
                first = found[name][0].start_mark.line + 1
                place = f"line {key.start_mark.line + 1}"
                self.wrong.append(f'{place}: mapping key "{name}" already defined at line {first}')
            else:
                found[name] = (key, value)
        rest = [pair for pair in merged if str(pair[0].value) not in found]
        return [*found.values(), *rest]

    def _null(self, node: Any) -> bool:
        plain = isinstance(node, yaml.ScalarNode) and node.style in (None, "")
        return plain and node.value in _CONSTANTS and _CONSTANTS[node.value] is None

    def _refuse(self, node: Any, wanted: str) -> None:
        shown = "!!map" if isinstance(node, yaml.MappingNode) else "!!seq"
        if isinstance(node, yaml.ScalarNode):
            text = str(node.value)
            text = text if len(text) <= _SHORT else text[:7] + "..."
            shown = f"{_tag(self.any(node))} `{text}`"
        self.wrong.append(f"line {node.start_mark.line + 1}: cannot unmarshal {shown} into {wanted}")


_READERS: dict[str, Callable[[Reader, Any], Any]] = {
    "text": Reader.text,
    "flag": Reader.flag,
    "texts": Reader.texts,
    "any": Reader.list_of_any,
    "maps": Reader.list_of_maps,
    "map": Reader.map,
}


def _tag(value: Any) -> str:
    names = {bool: "!!bool", int: "!!int", Number: "!!float", type(None): "!!null"}
    return names.get(type(value), "!!str")


def plain_value(text: str) -> Any:
    """Return what a scalar without quotes stands for."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    digits = text.replace("_", "")
    if _INT.match(text):
        return _integer(digits)
    if _FLOAT.match(digits):
        return _float(digits)
    date = _DATE.match(text)
    if date:
        return f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}T00:00:00Z"
    return text


def _integer(digits: str) -> int:
    sign = -1 if digits[0] == "-" else 1
    bare = digits.lstrip("+-")
    base = _BASES.get(bare[:2], 8 if bare[0] == "0" and len(bare) > 1 else 10)
    return sign * int(bare[2:] if bare[:2] in _BASES else bare, base)


def _float(digits: str) -> int | Number | str:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        return digits
    return int(value) if value.is_integer() and abs(value) < 1e15 else Number(repr(value))  # noqa: PLR2004
