"""The YAML of a METADATA block: what it may hold, and what is wrong with it in OPA's words."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.values.number import Number

FIELDS = {
    "scope": "text",
    "title": "text",
    "entrypoint": "flag",
    "description": "text",
    "organizations": "texts",
    "related_resources": "any",
    "authors": "any",
    "schemas": "maps",
    "compile": "map",
    "custom": "map",
    "labels": "map",
}
_LINE = re.compile(r"yaml:(?: unmarshal errors:[\n\s]*)? line ([0-9]+):")


class BadMetadata(Exception):
    """The block cannot be read; `line` is the line of it that is named, from 0."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_metadata(lines: list[str], rows: list[int]) -> dict[str, Any]:
    """Return the values of a block by key; raises BadMetadata."""
    text = "".join([line + "\n" for line in lines])
    if not text.strip():
        raise BadMetadata("expected METADATA block, found whitespace")
    values = _load(text, lines, rows)
    _check(values)
    return values


def _load(text: str, lines: list[str], rows: list[int]) -> dict[str, Any]:
    from samakia_policy.rego.syntax.metadata_yaml import BadYaml, Reader, compose

    reader = Reader()
    try:
        values = reader.fields(compose(text), FIELDS)
        if reader.wrong:
            raise BadYaml("yaml: unmarshal errors:\n  " + "\n  ".join(reader.wrong))
    except BadYaml as bad:
        message = str(bad)
        found = _LINE.match(message)
        raise BadMetadata(_with_hints(message, lines, rows), int(found[1]) if found else 0) from None
    return values


def _with_hints(message: str, lines: list[str], rows: list[int]) -> str:
    """Add what may have gone wrong: no space after a colon."""
    for line, row in zip(lines, rows, strict=True):
        symbols = []
        parts = line.split(":")[1:]
        for index, part in enumerate(parts):
            if (not part and index == len(parts) - 1) or part[:1] in (" ", "\t"):
                break
            symbols.append(_rune(part))
        if symbols:
            message += (
                f"\n  Hint: on line {row}, symbol(s) [{' '.join(symbols)}] immediately following a"
                " key/value separator ':' is not a legal yaml space character"
            )
    return message


def _rune(part: str) -> str:
    if not part:
        return "'\\ufffd'"
    char = part[0]
    if char in "'\\":
        return f"'\\{char}'"
    if char.isascii():
        return f"'{char}'" if char.isprintable() else f"'\\x{ord(char):02x}'"
    return f"'\\u{ord(char):04x}'" if char <= "\uffff" else f"'\\U{ord(char):08x}'"


def _check(values: dict[str, Any]) -> None:
    for item in values.get("related_resources", ()):
        _complain(f"invalid related-resource definition {_shown(item)}: ", _resource_fault(item))
    _check_compile(values.get("compile"))
    for pair in values.get("schemas", ()):
        _check_schema(*next(iter(pair.items()), ("", None)))
    for item in values.get("authors", ()):
        _complain(f"invalid author definition {_shown(item)}: ", _author_fault(item))
    for name in ("custom", "labels"):
        for value in values.get(name, {}).values():
            _complain("", _key_fault(value, []))


def _complain(before: str, fault: str) -> None:
    if fault:
        raise BadMetadata(before + fault)


def _resource_fault(item: Any) -> str:
    fault = _key_fault(item, [])
    if fault:
        return fault
    if isinstance(item, str):
        return _url_fault(item) if item else "ref URL may not be empty string"
    if not isinstance(item, dict):
        return "invalid value type, must be string or map"
    ref = item.get("ref")
    ref = ref.strip() if isinstance(ref, str) else ""
    return _url_fault(ref) if ref else "'ref' value required in object"


def _url_fault(url: str) -> str:
    before = f'parse "{url}": '
    if any(char < " " or char == "\x7f" for char in url):
        return before + "net/url: invalid control character in URL"
    if url.startswith(":"):
        return before + "missing protocol scheme"
    wrong = re.search(r"%(?![0-9a-fA-F]{2}).{0,2}", url.partition("?")[0])
    return f'{before}invalid URL escape "{wrong[0]}"' if wrong else ""


def _author_fault(item: Any) -> str:
    fault = _key_fault(item, [])
    if fault:
        return fault
    if isinstance(item, str):
        return "" if item.split() else "author is an empty string"
    if not isinstance(item, dict):
        return "invalid value type, must be string or map"
    texts = [item.get(name) for name in ("name", "email")]
    if any(isinstance(text, str) and text.strip() for text in texts):
        return ""
    return "'name' and/or 'email' values required in object"


def _key_fault(value: Any, path: list[str]) -> str:
    """Say where a mapping has a key that is no text."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                return f"invalid map key type(s): {'/'.join(path)}"
            fault = _key_fault(item, [*path, key])
            if fault:
                return fault
    elif isinstance(value, list):
        for index, item in enumerate(value):
            fault = _key_fault(item, [*path, str(index)])
            if fault:
                return fault
    return ""


def _check_schema(path: str, declared: Any) -> None:
    if reference(path) is None:
        raise BadMetadata("invalid document reference")
    if isinstance(declared, str):
        found = schema_reference(declared)
        if found is None:
            raise BadMetadata("invalid schema reference")
    elif isinstance(declared, dict):
        _complain("invalid schema definition: ", _key_fault(declared, []))
    else:
        raise BadMetadata(f'invalid schema declaration for path "{path}"')


def _check_compile(values: dict[str, Any] | None) -> None:
    unknowns = (values or {}).get("unknowns")
    for text in unknowns if isinstance(unknowns, list) else ():
        if isinstance(text, str) and reference(text) is None:
            raise BadMetadata(f'invalid unknowns element "{text}": {_why(text)}')


def _why(text: str) -> str:
    from samakia_policy.rego.syntax.modules import parse_ref

    try:
        parse_ref(text)
    except RegoError as error:
        return str(error.faults[0].message)
    return ""


def reference(text: str) -> n.Ref | None:
    """Return the reference a text holds, or None."""
    from samakia_policy.rego.syntax.modules import parse_ref

    try:
        return parse_ref(text)
    except RegoError:
        return None


def schema_reference(text: str) -> n.Ref | None:
    """Return the reference to a schema that a text holds, or None."""
    from samakia_policy.rego.syntax.modules import parse_term

    try:
        term = parse_term(text)
    except RegoError:
        return None
    head = term.head if isinstance(term, n.Ref) else term
    if not isinstance(head, n.Var) or head.name != "schema":
        return None
    return term if isinstance(term, n.Ref) else n.Ref(term, [], location=term.location)


def _shown(value: Any) -> str:
    """Return a value as Go's %s does."""
    if isinstance(value, str):
        return value
    if value is None:
        return "%!s(<nil>)"
    if isinstance(value, bool):
        return f"%!s(bool={str(value).lower()})"
    if isinstance(value, dict):
        return (
            "map[" + " ".join(f"{_shown(key)}:{_shown(value[key])}" for key in sorted(value, key=str)) + "]"
        )
    if isinstance(value, list):
        return "[" + " ".join(map(_shown, value)) + "]"
    return f"%!s(float64={value.text})" if isinstance(value, Number) else f"%!s(int={value})"
