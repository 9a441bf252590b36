"""A JSON Web Token taken apart, and what its header says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.rego.builtins.encodings import decode_base64url
from samakia_policy.rego.builtins.operands import string
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Value, pairs
from samakia_policy.rego.values.json_text import load
from samakia_policy.rego.values.raw_bytes import to_bytes

_PARTS = 3
Object = dict[Any, Value]


@dataclass(slots=True, frozen=True)
class Token:
    """The parts of a token as they are written."""

    header: str
    payload: str
    signature: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return to_bytes(f"{self.header}.{self.payload}")

    def decoded_header(self) -> Object:
        """Return the header; raises BuiltinFault."""
        data = _decoded(self.header, "header")
        try:
            made = json_object(data)
        except BuiltinFault as fault:
            raise BuiltinFault(f"bad JWT header: {fault.message}") from None
        if "enc" in made:
            raise BuiltinFault("JWT is a JWE object, which is not supported")
        return made

    def decoded_payload(self) -> bytes:
        """Return the payload's bytes; raises BuiltinFault."""
        return _decoded(self.payload, "payload")

    def decoded_signature(self) -> bytes:
        """Return the signature; raises BuiltinFault."""
        return decode_base64url(self.signature)


def split(value: Value) -> Token:
    """Return a token's parts; raises BuiltinFault."""
    text = string(value, 1)
    if "." not in text:
        raise BuiltinFault("encoded JWT had no period separators")
    parts = text.split(".")
    if len(parts) != _PARTS:
        raise BuiltinFault(f"encoded JWT must have 3 sections, found {len(parts)}")
    return Token(*parts)


def _decoded(text: str, what: str) -> bytes:
    try:
        return decode_base64url(text)
    except BuiltinFault as fault:
        raise BuiltinFault(f"JWT {what} had invalid encoding: {fault.message}") from None


def json_object(data: bytes) -> Object:
    """Return a JSON object; raises BuiltinFault."""
    try:
        made = load(data)
    except ValueError as error:
        raise BuiltinFault(f"invalid JSON: {error}") from None
    if not isinstance(made, dict):
        raise BuiltinFault("decoded JSON type was not an Object")
    return made


@dataclass(slots=True)
class Header:
    """The fields of a header that verification needs."""

    alg: str = ""
    kid: str = ""
    typ: str = ""
    cty: str = ""
    critical: frozenset[str] = frozenset()
    unknown: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """It names an algorithm, and nothing critical is unknown."""
        return bool(self.alg) and not self.critical.intersection(self.unknown)


def read_header(fields: Object) -> Header:
    """Return what a header says; raises BuiltinFault for fields of the wrong type."""
    made = Header()
    for name, value in pairs(fields):
        if name == "crit":
            made.critical = _critical(value)
        elif name in ("alg", "kid", "typ", "cty"):
            if not isinstance(value, str):
                raise BuiltinFault(f"{name}: must be a string")
            setattr(made, name, value)
        else:
            made.unknown.append(name)
    return made


def _critical(value: Value) -> frozenset[str]:
    if not isinstance(value, list):
        raise BuiltinFault("crit: must be a list")
    found = frozenset(_leading_strings(value))
    if not found:
        raise BuiltinFault("crit: must be a nonempty list")
    return found


def _leading_strings(values: list[Value]) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            return
        yield value
