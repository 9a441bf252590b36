"""JSON and YAML files as values, and the merging of documents under `data`."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from samakia_policy.rego.values.collections import Value

Document = dict[Any, Value]
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


class DocumentError(Exception):
    """A file that cannot be read as JSON or YAML; the text says why."""


def read_json(content: bytes) -> Value:
    """Return the one JSON document of a file; raises DocumentError."""
    from samakia_policy.rego.values.json_text import load

    with suppress(ValueError, RecursionError):
        # A good file is read as it is: its text is not held a second time.
        return load(content)
    text = decode(content)
    try:
        return load(text)
    except ValueError as error:
        from samakia_policy.rego.tools.json_faults import describe

        raise DocumentError(describe(text) or str(error)) from None
    except RecursionError:
        raise DocumentError("exceeded max depth") from None


def read_yaml(content: bytes) -> Value:
    """Return the first YAML document of a file; raises DocumentError."""
    from samakia_policy.rego.values.yaml_text import load

    try:
        return load(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DocumentError("yaml: invalid leading UTF-8 octet") from None
    except ValueError as error:
        raise DocumentError(str(error)) from None


def read_any(content: bytes) -> Value:
    """Return a document that may be JSON or YAML, as input files may be; raises DocumentError."""
    try:
        return read_json(content)
    except DocumentError:
        return read_yaml(content)


def decode(content: bytes) -> str:
    """Return a JSON file's text; each byte that is no UTF-8 becomes a replacement character, as in Go."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _ESCAPED_BYTE.sub("\ufffd", content.decode("utf-8", "surrogateescape"))


def mount(path: list[str], value: Value) -> Value:
    """Return a document that holds the value under a path."""
    for name in reversed(path):
        value = {name: value}
    return value


def merge(into: Document, added: Document) -> list[str]:
    """Merge a document into another; returns the path of the first conflict and then changes nothing."""
    path = conflict(into, added)
    if not path:
        _merge(into, added)
    return path


def conflict(one: Document, other: Document) -> list[str]:
    """Return the path of the first value, by key, that both documents hold; nothing where there is none."""
    for name in sorted(other):
        if name not in one:
            continue
        ours, theirs = one[name], other[name]
        if ours.__class__ is not dict or theirs.__class__ is not dict:
            return [name]
        found = conflict(ours, theirs)
        if found:
            return [name, *found]
    return []


def _merge(into: Document, added: Document) -> None:
    for name, value in added.items():
        if name in into:
            _merge(into[name], value)
        else:
            into[name] = value.copy() if value.__class__ is dict else value


def has_path(document: Document, path: list[str]) -> bool:
    """Return whether a document holds something under a path."""
    found: Value = document
    for name in path:
        if found.__class__ is not dict or name not in found:
            return False
        found = found[name]
    return True
