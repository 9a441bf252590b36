"""Pick attributes out of a document and remember where each was."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import commonpath
from typing import Any

from samakia_policy.model.document import Document
from samakia_policy.model.fact import Attrs, Origin
from samakia_policy.model.values import tokens

_ABSENT = object()


def pick(document: Document, wanted: Mapping[str, str], base: str = "") -> tuple[Attrs, dict[str, Origin]]:
    """Return (attributes, places) of attribute path -> document pointer; what is absent is left out.

    An attribute path may have two parts ("endpoint/port").
    """
    attrs: Attrs = {}
    places: dict[str, Origin] = {}
    for name, pointer in wanted.items():
        value = _value(document.data, base + pointer)
        places[f"/{name}"] = Origin(document.path, base + pointer, document.digest)
        if value is not _ABSENT:
            _put(attrs, name, value)
    for head in {f"/{name.partition('/')[0]}" for name in wanted if "/" in name} - places.keys():
        inside = [place.pointer for name, place in places.items() if name.startswith(f"{head}/")]
        places[head] = Origin(document.path, commonpath(map(_parent, inside)).rstrip("/"), document.digest)
    return attrs, places


def _parent(pointer: str) -> str:
    return pointer.rpartition("/")[0] or "/"


def mapping(value: Any) -> dict[str, Any]:
    """Return a value if it is a mapping, else an empty one: a schema fault is not our crash."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def origin(document: Document, pointer: str = "") -> Origin:
    """Return the origin of a place in a document."""
    return Origin(document.path, pointer, document.digest)


def _value(data: Any, pointer: str) -> Any:
    for token in tokens(pointer):
        if isinstance(data, dict):
            data = data.get(token, _ABSENT)
        elif isinstance(data, list) and token.isdecimal() and int(token) < len(data):
            data = data[int(token)]
        else:
            return _ABSENT
    return data


def _put(attrs: Attrs, name: str, value: Any) -> None:
    head, _, tail = name.partition("/")
    if tail:
        attrs.setdefault(head, {})[tail] = value
    else:
        attrs[head] = value
