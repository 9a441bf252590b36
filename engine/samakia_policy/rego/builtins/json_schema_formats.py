"""The formats of strings that JSON Schemas can ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from samakia_policy.rego.builtins import regex, time_parsing, url_parts
from samakia_policy.rego.builtins.time_layouts import NAMED
from samakia_policy.rego.errors import BuiltinFault

_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_UUID = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}", re.ASCII | re.IGNORECASE)
_POINTER = re.compile(r"(?:/(?:[^~/]|~0|~1)*)*")
_RELATIVE_POINTER = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)", re.ASCII)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_ADDRESS = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|\"[^\"\\\r\n]*\")@(?:{_ATOM}(?:\.{_ATOM})*|\[[^\[\]\\]*\])")
_MAILBOX = re.compile(
    rf"\s*(?:(?:{_ATOM}|\"[^\"\\\r\n]*\"|\s|\.)*<({_ADDRESS.pattern})>|({_ADDRESS.pattern}))\s*"
)
_TEMPLATE = re.compile(r"[^{]*(?:\{[^}]*\}[^{]*)*")
_HOST_SIZE = 256


def _time(*layouts: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        for layout in layouts:
            with suppress(BuiltinFault):
                time_parsing.parse(layout, text)
                return True
        return False

    return fits


def _address(mark: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        with suppress(ValueError):
            ip_address(text)
            return mark in text and "%" not in text
        return False

    return fits


def _uri(text: str) -> bool:
    return _reference(text) and bool(url_parts.parse(text.partition("#")[0]).scheme)


def _reference(text: str) -> bool:
    front, _, fragment = text.partition("#")
    with suppress(BuiltinFault):
        url_parts.parse(front)
        url_parts.unescape(fragment, "fragment")
        return "\\" not in text
    return False


def _template(text: str) -> bool:
    return _reference(text) and bool(_TEMPLATE.fullmatch(url_parts.parse(text.partition("#")[0]).path))


def _like(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


_TIME = _time("15:04:05Z07:00", "15:04:05")
_CHECKS: dict[str, Callable[[str], bool]] = {
    "date": _time("2006-01-02"),
    "time": _TIME,
    "date-time": _time("15:04:05", "15:04:05Z07:00", "2006-01-02", NAMED["RFC3339"]),
    "hostname": lambda text: len(text) < _HOST_SIZE and _HOSTNAME.fullmatch(text) is not None,
    "email": _like(_MAILBOX),
    "idn-email": _like(_MAILBOX),
    "ipv4": _address("."),
    "ipv6": _address(":"),
    "uri": _uri,
    "uri-reference": _reference,
    "iri": _uri,
    "iri-reference": _reference,
    "uri-template": _template,
    "uuid": _like(_UUID),
    "regex": regex.is_valid,
    "json-pointer": _like(_POINTER),
    "relative-json-pointer": _like(_RELATIVE_POINTER),
}


def fits(name: str, value: object) -> bool:
    """Return whether a value has a format; what is no string, and a format nobody knows, always fits."""
    check = _CHECKS.get(name)
    return check is None or not isinstance(value, str) or check(value)
