"""Operands for generated calls of the built-ins for digests and JSON Web Tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from certificate_operands import texts
from document_operands import call, damaged
from format_operands import text

from samakia_policy.rego.builtins.registry import find

_SECRET = "a secret of some length, as it should be"
_SHARED = {"kty": "oct", "k": base64.urlsafe_b64encode(_SECRET.encode()).decode().rstrip("="), "kid": "s"}
_KEYS = {"RS256": "rsa", "RS512": "rsa8", "PS256": "rsa", "PS384": "rsa8", "ES256": "ec", "EdDSA": "ed8"}
_PUBLIC = ("kty", "n", "e", "crv", "x", "y", "kid")
_PAYLOADS: list[Any] = [
    {}, {"iss": "joe"}, {"exp": 10}, {"exp": 2_000_000_000}, {"nbf": 2_000_000_000}, {"nbf": 5, "aud": "x"},
    {"aud": ["x", "y"]}, {"exp": "soon"}, {"a": 1.5, "b": ["é"]}, {"nbf": None}, {"iss": "joe", "aud": "z"},
]  # fmt: skip
_HEADERS: list[dict[str, Any]] = [{}, {"typ": "JWT"}, {"kid": "k"}, {"kid": "other"}, {"crit": ["x"], "x": 1}]
_HEADERS += [{"crit": []}, {"cty": "x"}, {"typ": 1}, {"x": {"y": 2}}, {"crit": "x"}, {"enc": "A"}]


@lru_cache(maxsize=1)
def _private() -> dict[str, dict[str, Any]]:
    read = find("crypto.x509.parse_rsa_private_key").function
    return {algorithm: {**read(texts()[name]), "kid": "k"} for algorithm, name in _KEYS.items()}


def _key(algorithm: str) -> dict[str, Any]:
    return _private().get(algorithm, _SHARED)


def _signed(source: Random, algorithm: str) -> str:
    sign = find("io.jwt.encode_sign").function
    headers = {"alg": algorithm, **source.choice(_HEADERS[:3] if source.random() < 0.8 else _HEADERS)}
    made: str = sign(headers, source.choice(_PAYLOADS), _key(algorithm))
    if source.random() < 0.08:
        made = sign({"alg": algorithm, "cty": "JWT", "typ": "x"}, made, _key(algorithm))
    return made


def _algorithm(source: Random) -> str:
    return source.choice(["HS256", "HS384", "HS512", *_KEYS])


def token(source: Random) -> Any:
    """Return a token, perhaps damaged."""
    made = _signed(source, _algorithm(source))
    return made if source.random() < 0.8 else damaged(source, made)


def _public(source: Random, algorithm: str) -> str:
    found = {name: item for name, item in _key(algorithm).items() if name in _PUBLIC}
    if source.random() < 0.3:
        found["alg"] = source.choice([algorithm, "RS256", "ES256"])
    if source.random() < 0.3:
        other = {name: item for name, item in _key("ES256").items() if name in _PUBLIC}
        return json.dumps({"keys": [{**other, "kid": "x"}, found]})
    forms = [json.dumps(found), json.dumps(found), texts()["root"], texts()["leaf"].rstrip("\n")]
    return source.choice(forms)


def _verify(name: str) -> Callable[[Random], list[Any]]:
    def made(source: Random) -> list[Any]:
        algorithm = name if source.random() < 0.7 else _algorithm(source)
        found = _signed(source, algorithm)
        key = _SECRET if name.startswith("HS") else _public(source, name)
        return [found if source.random() < 0.8 else damaged(source, found), key]

    return made


def _constrained(source: Random) -> list[Any]:
    algorithm = _algorithm(source)
    wanted: dict[str, Any] = {"alg": algorithm, "iss": "joe", "aud": source.choice(["x", "z"])}
    given = {name: item for name, item in wanted.items() if source.random() < 0.3}
    given["time"] = source.choice([0, 6_000_000_000, 11 * 10**9, 10**18, 3 * 10**18])
    if algorithm.startswith("HS"):
        given["secret"] = _SECRET if source.random() < 0.9 else "x"
    else:
        given["cert"] = _public(source, algorithm)
    if source.random() < 0.05:
        given |= source.choice([{"x": 1}, {"time": -1}, {"time": "x"}, {"secret": "y"}, {"iss": 1}])
    return [_signed(source, algorithm), given]


def _plain_signature(source: Random) -> list[Any]:
    """Return what is signed the same way every time: with a shared secret or by RSA's first scheme."""
    algorithm = source.choice(["HS256", "HS384", "HS512", "RS256", "RS512", "EdDSA", "dummy", "HS999"])
    headers = {"alg": algorithm, **source.choice(_HEADERS)}
    return [headers, source.choice(_PAYLOADS), _key(algorithm)]


CALLS: dict[str, Callable[[Random], list[Any]]] = {
    **{f"crypto.{name}": call(text) for name in ("md5", "sha1", "sha256")},
    **{f"crypto.hmac.{name}": call(text, text) for name in ("md5", "sha1", "sha256", "sha512", "equal")},
    "io.jwt.decode": call(token),
    **{f"io.jwt.verify_{name.lower()}": _verify(name) for name in ("HS256", "HS384", "HS512", *_KEYS)},
    "io.jwt.decode_verify": _constrained,
    "io.jwt.encode_sign": _plain_signature,
}
