"""Signatures of JSON Web Tokens, by the name of their algorithm."""

from __future__ import annotations

import hmac
from typing import Any

from samakia_policy.rego.errors import BuiltinFault


def verified(algorithm: str, key: Any, message: bytes, signature: bytes) -> bool:
    """Return whether a signature of that algorithm is by this key; False for a key of another kind."""
    if algorithm.startswith("HS"):
        made = isinstance(key, bytes) and hmac.new(key, message, f"sha{algorithm[2:]}").digest()
        return bool(made) and hmac.compare_digest(made, signature)  # type: ignore[arg-type]
    from cryptography.exceptions import InvalidSignature

    check = _CHECKS.get(algorithm[:2])
    try:
        return check is not None and check(algorithm, key, message, signature)
    except (InvalidSignature, ValueError):
        return False


def _digest(algorithm: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]


def _padding(algorithm: str, *, signing: bool) -> Any:
    from cryptography.hazmat.primitives.asymmetric import padding

    if algorithm.startswith("RS"):
        return padding.PKCS1v15()
    length = padding.PSS.DIGEST_LENGTH if signing else padding.PSS.AUTO
    return padding.PSS(padding.MGF1(_digest(algorithm)), length)


def _check_rsa(algorithm: str, key: Any, message: bytes, signature: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not isinstance(key, rsa.RSAPublicKey):
        return False
    key.verify(signature, message, _padding(algorithm, signing=False), _digest(algorithm))
    return True


def _check_elliptic(algorithm: str, key: Any, message: bytes, signature: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    half = len(signature) // 2
    pair = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    key.verify(utils.encode_dss_signature(*pair), message, ec.ECDSA(_digest(algorithm)))
    return True


def _check_edwards(algorithm: str, key: Any, message: bytes, signature: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    if not isinstance(key, ed25519.Ed25519PublicKey):
        return False
    key.verify(signature, message)
    return True


_CHECKS = {"RS": _check_rsa, "PS": _check_rsa, "ES": _check_elliptic, "Ed": _check_edwards}


def signed(algorithm: str, key: Any, message: bytes) -> bytes:
    """Return the signature of a message; raises BuiltinFault for a key of another kind."""
    if algorithm.startswith("HS"):
        if not isinstance(key, bytes):
            raise _wrong_key(algorithm)
        return hmac.new(key, message, f"sha{algorithm[2:]}").digest()
    return _SIGNERS[algorithm[:2]](algorithm, key, message)


def _wrong_key(algorithm: str) -> BuiltinFault:
    return BuiltinFault(f"the key is not of the kind that {algorithm} needs")


def _sign_rsa(algorithm: str, key: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not isinstance(key, rsa.RSAPrivateKey):
        raise _wrong_key(algorithm)
    return key.sign(message, _padding(algorithm, signing=True), _digest(algorithm))


def _sign_elliptic(algorithm: str, key: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _wrong_key(algorithm)
    # The same message gets the same signature, so that a decision can be replayed.
    made = key.sign(message, ec.ECDSA(_digest(algorithm), deterministic_signing=True))
    size = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(size) for number in utils.decode_dss_signature(made))


def _sign_edwards(algorithm: str, key: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _wrong_key(algorithm)
    return key.sign(message)


_SIGNERS = {"RS": _sign_rsa, "PS": _sign_rsa, "ES": _sign_elliptic, "Ed": _sign_edwards}
