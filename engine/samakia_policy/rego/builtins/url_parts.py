"""A URL taken apart as Go's net/url does, with its words for what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PORT = re.compile(r"(?::[0-9]*)?", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*", re.ASCII)
_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}")
_HOST = re.compile(rb"[]A-Za-z0-9_.~!$&'()*+,;=:[<>\"-]")
_PATH = re.compile(rb"[^A-Za-z0-9_.~$&+,/:;=@-]")
_ASCII = 0x80
_SHOWN = 3


@dataclass(slots=True)
class Parts:
    """The parts of a URL; empty where it has none."""

    scheme: str = ""
    host: str = ""
    path: str = ""
    raw_path: str = ""
    query: str = ""
    fragment: str = ""

    def named(self) -> dict[Any, str]:
        """Return what there is, under the names that rules use."""
        hostname, port = self._split_host()
        made = {"scheme": self.scheme, "hostname": hostname, "port": port, "path": self.path}
        made |= {"raw_path": self.raw_path or self.path, "raw_query": self.query, "fragment": self.fragment}
        return {name: text for name, text in made.items() if text}

    def _split_host(self) -> tuple[str, str]:
        host, port = self.host, ""
        colon = host.rfind(":")
        if colon != -1 and _PORT.fullmatch(host[colon:]):
            host, port = host[:colon], host[colon + 1 :]
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        return host, port


def parse(text: str) -> Parts:
    """Return the parts of a URL without fragment; raises BuiltinFault."""
    if _CONTROL.search(text):
        raise BuiltinFault("net/url: invalid control character in URL")
    if text == "*":
        return Parts(path="*")
    if text.startswith(":"):
        raise BuiltinFault("missing protocol scheme")
    parts, rest = Parts(), text
    if found := _SCHEME.match(text):
        parts.scheme, rest = found.group()[:-1].lower(), text[found.end() :]
    rest, _, parts.query = rest.partition("?")
    if not rest.startswith("/"):
        if parts.scheme:
            return parts
        if ":" in rest.partition("/")[0]:
            raise BuiltinFault("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (parts.scheme or not rest.startswith("///")):
        authority, slash, below = rest[2:].partition("/")
        parts.host, rest = _authority(parts.scheme, authority), slash + below
    parts.path = unescape(rest, "path")
    if _PATH.sub(_escaped, to_bytes(parts.path)) != to_bytes(rest):
        parts.raw_path = rest
    return parts


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found.group()[0]


def _authority(scheme: str, authority: str) -> str:
    user, at, host = authority.rpartition("@")
    made = _host(scheme, host)
    if at:
        if not _USER.fullmatch(user):
            raise BuiltinFault("net/url: invalid userinfo")
        for part in user.split(":", 1):
            unescape(part, "user")
    return made


def _host(scheme: str, host: str) -> str:
    bracket = host.rfind("[")
    if bracket > 0:
        raise BuiltinFault("invalid IP-literal")
    if bracket == 0:
        return _literal(host)
    colon = host.find(":")
    if colon != -1:
        # Several colons are left to databases; the web has one.
        if scheme not in ("http", "https"):
            colon = host.rfind(":")
        _check_port(host[colon:])
    return unescape(host, "host")


def _check_port(port: str) -> None:
    if not _PORT.fullmatch(port):
        raise BuiltinFault(f"invalid port {quoted(port)} after host")


def _literal(host: str) -> str:
    end = host.rfind("]")
    if end < 0:
        raise BuiltinFault("missing ']' in host")
    _check_port(host[end + 1 :])
    inside = host[1:end]
    zone = inside.find("%25")
    if zone >= 0:
        name = unescape(inside[:zone], "host") + unescape(inside[zone:], "zone")
    else:
        name = unescape(inside, "host")
    _check_address(name)
    return f"[{name}]{host[end + 1 :]}"


def _check_address(name: str) -> None:
    bare, percent, zone = name.partition("%")
    message = _address_fault(bare, percent, zone)
    if message:
        raise BuiltinFault(f"invalid host: ParseAddr({quoted(name)}): {message}")
    if ":" not in bare:
        raise BuiltinFault("invalid IP-literal")


def _address_fault(bare: str, percent: str, zone: str) -> str:
    if ":" not in bare and "." not in bare:
        return "missing IPv6 address" if percent else "unable to parse IP"
    if percent and not zone:
        return "zone must be a non-empty string"
    try:
        if ":" in bare:
            IPv6Address(bare)
        return ""
    except ValueError as error:
        return str(error)


def unescape(text: str, mode: str) -> str:
    """Return a text with its %XX replaced, as they are allowed in a part of a URL; raises BuiltinFault."""
    data = to_bytes(text)
    _check_escapes(data, mode)
    if mode == "query":
        data = data.replace(b"+", b" ")
    return to_text(_ESCAPE.sub(lambda found: bytes.fromhex(found.group()[1:].decode()), data))


def _check_escapes(data: bytes, mode: str) -> None:
    place = 0
    strict = mode in ("host", "zone")
    while place < len(data):
        if data[place : place + 1] != b"%":
            if strict and data[place] < _ASCII and not _HOST.match(data, place):
                shown = quoted(data[place : place + 1].decode())
                raise BuiltinFault(f"invalid character {shown} in host name")
            place += 1
            continue
        found = data[place : place + _SHOWN]
        if not _ESCAPE.fullmatch(found) or (strict and not _allowed(found, mode)):
            raise BuiltinFault(f"invalid URL escape {quoted(to_text(found))}")
        place += _SHOWN


def _allowed(found: bytes, mode: str) -> bool:
    """Hosts may escape what is not ASCII only; zones also what a host could hold, and spaces."""
    code = int(found[1:], 16)
    if found == b"%25":
        return True
    if mode == "host":
        return code >= _ASCII
    return code == ord(" ") or bool(_HOST.match(bytes([code])))
