"""Private keys as objects: as Go has them, and as JSON Web Keys."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Any

from samakia_policy.rego.builtins.encodings import decode_base64
from samakia_policy.rego.builtins.jwt_keys import Block, pem_blocks
from samakia_policy.rego.builtins.x509_fields import in_base64, public_key
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.raw_bytes import to_text

_KINDS = ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY")
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def all_keys(text: str) -> list[Any]:
    """Return the private keys in PEM text, or in base64 of it; raises BuiltinFault for a broken one."""
    with suppress(BuiltinFault):
        text = to_text(decode_base64(text))
    return [_loaded(block) for block in pem_blocks(text) if block.kind in _KINDS]


def _loaded(block: Block) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(block.data, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BuiltinFault(f"x509: failed to parse private key: {error}") from None


def as_object(key: Any) -> Any:
    """Return a private key as Go's JSON has it; raises BuiltinFault for a kind it does not know."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return _rsa(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {**public_key(key.public_key()), "D": key.private_numbers().private_value}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return in_base64(key.private_bytes_raw() + key.public_key().public_bytes_raw())
    raise BuiltinFault("x509: unknown kind of private key")


def _rsa(key: Any) -> dict[str, Any]:
    numbers = key.private_numbers()
    computed = {"Dp": numbers.dmp1, "Dq": numbers.dmq1, "Qinv": numbers.iqmp, "CRTValues": []}
    primes = {"D": numbers.d, "Primes": [numbers.p, numbers.q], "Precomputed": computed}
    return {**public_key(key.public_key()), **primes}


def as_web_key(key: Any) -> dict[str, Any]:
    """Return a private key as a JSON Web Key; raises BuiltinFault for a kind it does not know."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return _rsa_web_key(key.private_numbers())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _elliptic_web_key(key)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        secret, public = _text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "d": secret, "x": public}
    raise BuiltinFault("x509: unknown kind of private key")


def _rsa_web_key(numbers: Any) -> dict[str, Any]:
    public = numbers.public_numbers
    values = {"n": public.n, "e": public.e, "d": numbers.d, "p": numbers.p, "q": numbers.q}
    values |= {"dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    made = {name: _text(value.to_bytes((value.bit_length() + 7) // 8)) for name, value in values.items()}
    return {"kty": "RSA", **made}


def _elliptic_web_key(key: Any) -> dict[str, Any]:
    numbers, size = key.private_numbers(), (key.curve.key_size + 7) // 8
    point = numbers.public_numbers
    values = {"d": numbers.private_value, "x": point.x, "y": point.y}
    made = {name: _text(value.to_bytes(size)) for name, value in values.items()}
    return {"kty": "EC", "crv": _CURVES.get(key.curve.name, key.curve.name), **made}


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
