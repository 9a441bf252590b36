"""Built-ins for JSON Web Tokens: io.jwt."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samakia_policy.rego.builtins import jwt_keys, jwt_signatures
from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.json_documents import json_of
from samakia_policy.rego.builtins.jwt_tokens import Header, json_object, read_header, split
from samakia_policy.rego.builtins.operands import obj, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.collections import Value, pairs
from samakia_policy.rego.values.json_text import is_valid as is_json
from samakia_policy.rego.values.json_text import load
from samakia_policy.rego.values.raw_bytes import to_bytes, to_text

_NESTED = "JWT"
_UNVERIFIED: list[Value] = [False, {}, {}]
_LOOSE_NUMBER = re.compile(rb"\s*[-+.0-9eE]+\s*")
_SECOND = 1_000_000_000


@builtin("io.jwt.decode")
def decode(value: Value) -> list[Value]:
    """Return header, payload and signature of a token, unverified; of nested ones the innermost."""
    while True:
        token = split(value)
        header = token.decoded_header()
        payload = token.decoded_payload()
        if header.get("cty") != _NESTED:
            break
        value = to_text(payload).strip("\"'")
    body = json_object(payload)
    try:
        signature = token.decoded_signature()
    except BuiltinFault as fault:
        raise BuiltinFault(f"JWT signature had invalid encoding: {fault.message}") from None
    return [header, body, signature.hex()]


def _declare_verify(algorithm: str) -> None:
    def verify(value: Value, key: Value) -> bool:
        token, text = split(value), string(key, 2)
        found = jwt_keys.keys_of(text)
        signature = token.decoded_signature()
        header = read_header(token.decoded_header())
        return _by_any(header, found, algorithm, token.message, signature)

    verify.__doc__ = f"Return whether a token has a signature of {algorithm} by a key."
    builtin(f"io.jwt.verify_{algorithm.lower()}")(verify)


def _declare_verify_secret(algorithm: str) -> None:
    def verify(value: Value, secret: Value) -> bool:
        string(value, 1)
        used = to_bytes(string(secret, 2))
        token = split(value)
        return jwt_signatures.verified(algorithm, used, token.message, token.decoded_signature())

    verify.__doc__ = f"Return whether a token has a signature of {algorithm} by a secret."
    builtin(f"io.jwt.verify_{algorithm.lower()}")(verify)


for _name in sorted(jwt_keys.ALGORITHMS):
    if _name.startswith("HS"):
        _declare_verify_secret(_name)
    else:
        _declare_verify(_name)


def _by_any(
    header: Header, keys: list[jwt_keys.TokenKey], algorithm: str, message: bytes, signature: bytes
) -> bool:
    """A key that the header names decides alone; otherwise any key that fits the header's algorithm."""
    if header.kid:
        for key in keys:
            if key.name == header.kid:
                return jwt_signatures.verified(algorithm, key.key, message, signature)
    return any(
        jwt_signatures.verified(algorithm, key.key, message, signature)
        for key in keys
        if not key.algorithm or key.algorithm == header.alg
    )


@dataclass(slots=True)
class _Constraints:
    """What a token must meet; `time` is in nanoseconds."""

    keys: list[jwt_keys.TokenKey] | None = None
    secret: str = ""
    alg: str = ""
    iss: str = ""
    aud: str = ""
    time: float = -1

    def signed(self, header: Header, message: bytes, signature: bytes) -> bool:
        """Return whether the token is signed by a key that is trusted."""
        if header.alg not in jwt_keys.ALGORITHMS:
            return False
        keys = self.keys if self.keys is not None else [jwt_keys.TokenKey(to_bytes(self.secret))]
        named = header if self.keys is not None else Header(alg=header.alg)
        return _by_any(named, keys, header.alg, message, signature)


def _constraints(context: Context, given: dict[Any, Value]) -> _Constraints:
    made = _Constraints()
    for name, value in pairs(given):
        if name == "time":
            made.time = _time(value)
        elif name not in ("cert", "secret", "alg", "iss", "aud"):
            raise BuiltinFault(f"unknown token validation constraint: {name}")
        elif not isinstance(value, str):
            raise BuiltinFault(f"{name} constraint: must be a string")
        elif name == "cert":
            made.keys = jwt_keys.keys_of(value)
        else:
            setattr(made, name, value)
    if made.time == -1:
        made.time = _time(context.now_ns)
    if made.keys is not None and made.secret:
        raise BuiltinFault("duplicate key constraints")
    if made.keys is None and not made.secret:
        raise BuiltinFault("no key constraint")
    return made


def _time(value: Value) -> float:
    if type_name(value) != "number":
        raise BuiltinFault("token time constraint: must be a number")
    try:
        made = float(value) if value.__class__ is int else float(value.text)
    except OverflowError:
        made = float("inf")
    if made == float("inf"):
        raise BuiltinFault("token time constraint: unvalid float64")
    if made < 0:
        raise BuiltinFault("token time constraint: must not be negative")
    return made


@builtin("io.jwt.decode_verify", context=True)
def decode_verify(context: Context, value: Value, given: Value) -> list[Value]:
    """Return whether a token is signed and meets constraints, and then its header and payload."""
    constraints = _constraints(context, obj(given, 2))
    while True:
        token = split(value)
        fields = token.decoded_header()
        header = read_header(fields)
        if not header.valid or (constraints.alg and constraints.alg != header.alg):
            return _UNVERIFIED
        if not constraints.signed(header, token.message, token.decoded_signature()):
            return _UNVERIFIED
        payload = token.decoded_payload()
        if header.cty.lower() != _NESTED.lower():
            break
        value = to_text(payload)
    claims = json_object(payload)
    return [True, fields, claims] if _met(constraints, claims) else _UNVERIFIED


def _met(constraints: _Constraints, claims: dict[Any, Value]) -> bool:
    if constraints.iss and claims.get("iss") != constraints.iss:
        return False
    if not _heard(constraints.aud, claims):
        return False
    now = Decimal(repr(constraints.time / _SECOND))
    if "exp" in claims and now >= _claimed(claims, "exp"):
        return False
    return not ("nbf" in claims and now < _claimed(claims, "nbf"))


def _heard(wanted: str, claims: dict[Any, Value]) -> bool:
    if "aud" not in claims:
        return not wanted
    audience = claims["aud"]
    return wanted in audience if isinstance(audience, list) else audience == wanted


def _claimed(claims: dict[Any, Value], name: str) -> Decimal:
    value = claims[name]
    if type_name(value) != "number":
        raise BuiltinFault(f"{name} value must be a number")
    return Decimal(value if value.__class__ is int else value.text)


@builtin("io.jwt.encode_sign")
def encode_sign(headers: Value, payload: Value, key: Value) -> str:
    """Return a signed token of a header, a payload and a JSON Web Key, all as objects."""
    return _encode(json_of(headers).encode(), json_of(payload).encode(), json_of(key))


@builtin("io.jwt.encode_sign_raw")
def encode_sign_raw(headers: Value, payload: Value, key: Value) -> str:
    """Return a signed token of a header, a payload and a JSON Web Key, all as JSON text."""
    used = string(key, 3)
    return _encode(to_bytes(string(headers, 1)), to_bytes(string(payload, 2)), used)


def _encode(headers: bytes, payload: bytes, key: str) -> str:
    used = _signing_key(key)
    algorithm, kind = _signing_header(headers)
    if algorithm not in jwt_keys.ALGORITHMS:
        raise BuiltinFault(f"unknown JWS algorithm: {algorithm}")
    if kind in (None, _NESTED) and not is_json(to_text(payload)):
        raise BuiltinFault("type is JWT but payload is not JSON")
    message = f"{_in_base64(headers)}.{_in_base64(payload)}"
    return f"{message}.{_in_base64(jwt_signatures.signed(algorithm, used, message.encode()))}"


def _signing_key(text: str) -> Any:
    jwt_keys.needs_cryptography()
    try:
        entries = jwt_keys.entries(text)
        if not entries:
            raise BuiltinFault("no keys found in JWK set")
        return jwt_keys.key_of(entries[0])
    except ValueError as error:
        raise BuiltinFault(f"failed to parse the JWK: {error}") from None


def _signing_header(headers: bytes) -> tuple[str, str | None]:
    missing = "missing or invalid 'alg' header"
    if not headers:
        raise BuiltinFault(f'{missing}: cannot parse JSON: cannot parse empty string; unparsed tail: ""')
    try:
        # OPA's reader takes anything for a number that is made of a number's characters.
        fields = 0 if _LOOSE_NUMBER.fullmatch(headers) else load(headers)
    except ValueError as error:
        raise BuiltinFault(f"{missing}: cannot parse JSON: {error}") from None
    if not isinstance(fields, dict) or "alg" not in fields:
        raise BuiltinFault(f'{missing}: jwsbb: header "alg" not found')
    if not isinstance(fields["alg"], str):
        raise BuiltinFault(f'{missing}: jwsbb: header "alg" is no string')
    kind = fields.get("typ")
    return fields["alg"], kind if isinstance(kind, str) else None


def _in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
