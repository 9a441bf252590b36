"""Digests and JSON Web Tokens."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from answers import Case, answer
from certificate_operands import texts

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.families import FAMILIES
from samakia_policy.rego.builtins.refused import EFFECTS, REFUSED
from samakia_policy.rego.builtins.registry import find, signatures

SECRET = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
WEB_KEY = {"kty": "oct", "k": SECRET}
TOKEN = answer(
    "io.jwt.encode_sign", {"typ": "JWT", "alg": "HS256"}, {"iss": "joe", "exp": 10, "aud": ["x"]}, WEB_KEY
)
KEY = base64.urlsafe_b64decode(SECRET + "==").decode("utf-8", "surrogateescape")

CASES: list[Case] = [
    ("crypto.md5", ("a",), "0cc175b9c0f1b6a831c399e269772661"),
    ("crypto.hmac.equal", ("a", "b"), False),
    ("io.jwt.decode", ("x.y",), "!encoded JWT must have 3 sections, found 2"),
    ("io.jwt.decode", ("xy",), "!encoded JWT had no period separators"),
    ("io.jwt.verify_hs256", (TOKEN, KEY), True),
    ("io.jwt.verify_hs512", (TOKEN, KEY), False),
    (
        "io.jwt.verify_rs256",
        (TOKEN, "{}"),
        "!failed to parse a JWK key (set): eval_builtin_error: invalid key type ''",
    ),
    ("io.jwt.decode_verify", (TOKEN, {}), "!no key constraint"),
    ("io.jwt.decode_verify", (TOKEN, {"x": 1}), "!unknown token validation constraint: x"),
    ("io.jwt.encode_sign_raw", ("", "{}", json.dumps(WEB_KEY)), None),
]


@pytest.mark.parametrize(("name", "operands", "wanted"), CASES, ids=str)
def test_answers(name: str, operands: tuple[Any, ...], wanted: Any) -> None:
    """Built-ins answer what OPA answers."""
    found = answer(name, *operands)
    if wanted is None:
        assert found.startswith(
            "!missing or invalid 'alg' header: cannot parse JSON: cannot parse empty string"
        )
    else:
        assert found == wanted


@pytest.mark.parametrize(
    ("constraints", "now", "met"),
    [
        ({"aud": "x"}, 9, True),
        ({"aud": "x"}, 10, False),
        ({"aud": "y"}, 9, False),
        ({}, 9, False),
        ({"aud": "x", "iss": "jim"}, 9, False),
        ({"aud": "x", "alg": "HS512"}, 9, False),
        ({"aud": "x", "time": 5_000_000_000}, 99, True),
    ],
)
def test_claims_are_checked(constraints: dict[str, Any], now: int, met: bool) -> None:
    """Issuer, audience, algorithm and time decide beside the signature."""
    context = Context(now_ns=now * 1_000_000_000)
    found = answer("io.jwt.decode_verify", TOKEN, {"secret": KEY, **constraints}, context=context)
    assert found[0] is met


@pytest.mark.parametrize(
    ("key", "algorithm"), [("rsa", "RS256"), ("rsa8", "PS512"), ("ec", "ES256"), ("ed8", "EdDSA")]
)
def test_what_is_signed_is_verified(key: str, algorithm: str) -> None:
    """A token signed with a private key holds with its public one, and with no other text."""
    private = answer("crypto.x509.parse_rsa_private_key", texts()[key])
    public = {name: item for name, item in private.items() if name in ("kty", "n", "e", "crv", "x", "y")}
    token = answer("io.jwt.encode_sign", {"alg": algorithm}, {"a": 1}, private)
    verify = f"io.jwt.verify_{algorithm.lower()}"
    assert answer(verify, token, json.dumps(public)) is True
    assert answer(verify, token.replace(".", ".e", 1), json.dumps(public)) is not True


def test_every_built_in_is_there_or_refused() -> None:
    """What OPA declares is implemented, refused with a reason, or the compiler's own."""
    own = {
        "eq",
        "assign",
        "print",
        "internal.print",
        "trace",
        "internal.template_string",
        "internal.test_case",
    }
    missing = signatures().keys() - FAMILIES.keys() - REFUSED.keys() - own
    assert missing == set()
    assert not REFUSED.keys() & FAMILIES.keys()
    assert EFFECTS.keys() <= FAMILIES.keys()
    for name in FAMILIES:
        assert find(name).name == name
