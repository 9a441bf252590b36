"""Keys of JSON Web Tokens: certificates, public keys, JSON Web Keys. Needs the package cryptography."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins.encodings import decode_base64, decode_base64url
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.json_text import load
from samakia_policy.rego.values.raw_bytes import to_bytes

ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES", "HS") for bits in (256, 384, 512)) | {
    "EdDSA"
}
_BEGIN = re.compile(r"(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t]*\r?\n")
_END = re.compile(r"\n-----END ([^\n]*?)-----[ \t]*(?:\r?\n|$)")


@dataclass(slots=True, frozen=True)
class TokenKey:
    """A key with the algorithm and the name that a key set gives it; `key` is bytes for a shared secret."""

    key: Any
    algorithm: str = ""
    name: str = ""


@dataclass(slots=True, frozen=True)
class Block:
    """A block of PEM: what it says it holds, its bytes, and where the text goes on behind it."""

    kind: str
    data: bytes
    end: int


def pem_block(text: str) -> Block | None:
    """Return the first block of a PEM text, or None."""
    return next(pem_blocks(text), None)


def pem_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a PEM text; what is none of them is passed over."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for found in _END.finditer(text):
        ends.setdefault(found[1], []).append((found.start(), found.end()))
    place = 0
    while (begin := _BEGIN.search(text, place)) is not None:
        place = begin.end() - 1
        marks = ends.get(begin[1], [])
        number = bisect_left(marks, (place, 0))
        if number == len(marks):
            continue
        start, end = marks[number]
        data = _body(text[begin.end() : start + 1])
        if data is not None:
            place = max(end - 1, place)
            yield Block(begin[1], data, end)


def _body(text: str) -> bytes | None:
    # Headers such as `Proc-Type: ...` end with an empty line.
    if ":" in text:
        text = re.split(r"\r?\n\r?\n", text, maxsplit=1)[-1]
    try:
        return decode_base64("".join(text.split()))
    except BuiltinFault:
        return None


def needs_cryptography() -> None:
    """Raise BuiltinFault, when the package cryptography is not installed."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise BuiltinFault("needs the package cryptography: pip install cryptography") from None


@lru_cache(maxsize=100)
def keys_of(text: str) -> list[TokenKey]:
    """Return the keys in a certificate, a public key or a JSON Web Key (set); raises BuiltinFault."""
    needs_cryptography()
    block = pem_block(text)
    if block is None:
        return _from_jwks(text)
    if block.end < len(text):
        raise BuiltinFault("extra data after a PEM certificate block")
    if block.kind == "CERTIFICATE":
        return [TokenKey(_of_certificate(block.data))]
    if block.kind == "PUBLIC KEY":
        return [TokenKey(_of_public_key(block.data))]
    raise BuiltinFault("failed to extract a Key from the PEM certificate")


def _of_certificate(data: bytes) -> Any:
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(data).public_key()
    except ValueError as error:
        raise BuiltinFault(f"failed to parse a PEM certificate: {error}") from None


def _of_public_key(data: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        return load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BuiltinFault(f"failed to parse a PEM public key: {error}") from None


def _from_jwks(text: str) -> list[TokenKey]:
    try:
        found = [(entry, key_of(entry)) for entry in entries(text)]
    except (ValueError, BuiltinFault) as error:
        raise BuiltinFault(f"failed to parse a JWK key (set): {error}") from None
    made = [TokenKey(key, _named(entry, "alg"), _named(entry, "kid")) for entry, key in found]
    return [key for key in made if not key.algorithm or key.algorithm in ALGORITHMS]


def _named(entry: dict[Any, Any], name: str) -> str:
    found = entry.get(name, "")
    return found if isinstance(found, str) else ""


def entries(text: str) -> list[dict[Any, Any]]:
    """Return the keys of a JSON Web Key (set) as objects; raises ValueError."""
    found = load(to_bytes(text))
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    keys = found.get("keys", [found])
    if not isinstance(keys, list) or not all(isinstance(entry, dict) for entry in keys):
        raise ValueError('"keys" is no array of objects')
    return keys


def key_of(entry: dict[Any, Any]) -> Any:
    """Return the key of a JSON Web Key, private if it can be; raises BuiltinFault, ValueError."""
    make = _KINDS.get(_named(entry, "kty"))
    if make is None:
        raise BuiltinFault(f"invalid key type {_named(entry, 'kty')!r}")
    try:
        return make(entry)
    except KeyError as missing:
        raise BuiltinFault(f"the key has no {missing}") from None


def _bytes(entry: dict[Any, Any], name: str) -> bytes:
    if not isinstance(entry[name], str):
        raise BuiltinFault(f"{name} is no string")
    return decode_base64url(entry[name])


def _number(entry: dict[Any, Any], name: str) -> int:
    return int.from_bytes(_bytes(entry, name))


def _rsa(entry: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    public = rsa.RSAPublicNumbers(_number(entry, "e"), _number(entry, "n"))
    if "d" not in entry:
        return public.public_key()
    secret = _number(entry, "d")
    if "p" in entry and "q" in entry:
        one, two = _number(entry, "p"), _number(entry, "q")
    else:
        one, two = rsa.rsa_recover_prime_factors(public.n, public.e, secret)
    extra = rsa.rsa_crt_dmp1(secret, one), rsa.rsa_crt_dmq1(secret, two), rsa.rsa_crt_iqmp(one, two)
    numbers = rsa.RSAPrivateNumbers(one, two, secret, *extra, public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _elliptic(entry: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    curve = curves.get(_named(entry, "crv"))
    if curve is None:
        raise BuiltinFault(f"invalid curve {_named(entry, 'crv')!r}")
    public = ec.EllipticCurvePublicNumbers(_number(entry, "x"), _number(entry, "y"), curve)
    if "d" not in entry:
        return public.public_key()
    return ec.EllipticCurvePrivateNumbers(_number(entry, "d"), public).private_key()


def _edwards(entry: dict[Any, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    if _named(entry, "crv") != "Ed25519":
        raise BuiltinFault(f"invalid curve {_named(entry, 'crv')!r}")
    if "d" in entry:
        return ed25519.Ed25519PrivateKey.from_private_bytes(_bytes(entry, "d"))
    return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(entry, "x"))


_KINDS: dict[str, Callable[[dict[Any, Any]], Any]] = {
    "RSA": _rsa,
    "EC": _elliptic,
    "OKP": _edwards,
    "oct": lambda entry: _bytes(entry, "k"),
}
