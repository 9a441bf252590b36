"""Public and private keys: Ed25519, ECDSA P-256 and, where the library has it, ML-DSA-65.

The algorithm is a property of the key, never of the signature or the message. A public key is its raw bytes
(Ed25519 and ML-DSA: as their standards say; P-256: the uncompressed point), so that one key has one `keyid`
however it was written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import points

ED25519, ECDSA_P256, ML_DSA_65 = "ed25519", "ecdsa-p256", "ml-dsa-65"
ALGORITHMS = (ED25519, ECDSA_P256, ML_DSA_65)
_P256_POINT = 65
_UNCOMPRESSED = 4
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ML_DSA_65_BYTES = 1952


def key_id(alg: str, raw: bytes) -> str:
    """Return the 64 hex digits that name a key: sha256 over the algorithm's name and the raw key."""
    return hashlib.sha256(alg.encode() + raw).hexdigest()


class Key(Protocol):
    """What verifies signatures, of whatever kind."""

    @property
    def alg(self) -> str:
        """The algorithm, fixed by the key."""

    @property
    def keyid(self) -> str:
        """64 hex digits."""

    @property
    def materials(self) -> tuple[bytes, ...]:
        """The raw keys inside: two keys that share one are the same, whatever they are called."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's over exactly this message."""


class Signer(Protocol):
    """What makes signatures, of whatever kind."""

    @property
    def public(self) -> Key:
        """The key that verifies them."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature over exactly this message."""


class PublicKey(NamedTuple):
    """A sound public key; made by `public_key` and the loaders of `encodings` only."""

    alg: str
    raw: bytes

    @property
    def keyid(self) -> str:
        """64 hex digits: sha256 over the algorithm's name and the raw key."""
        return key_id(self.alg, self.raw)

    @property
    def materials(self) -> tuple[bytes, ...]:
        """The raw key, so that it is the same one under another kind."""
        return (f"{self.alg}:".encode() + self.raw,)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's over exactly this message.

        ECDSA signatures are DER; both (r, s) and (r, n-s) verify, so count keys and never signatures.
        """
        from cryptography.exceptions import InvalidSignature

        try:
            _KINDS[self.alg].verify(self.raw, message, signature)
        except InvalidSignature:
            return False
        return True


class PrivateKey(NamedTuple):
    """A private key in memory; its repr shows the public part alone."""

    public: PublicKey
    secret: Any

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.alg}, {self.public.keyid})"

    def sign(self, message: bytes) -> bytes:
        """Return a signature: Ed25519 64 bytes, ECDSA DER with low s, ML-DSA-65 3309 bytes."""
        return _KINDS[self.public.alg].sign(self.secret, message)


def public_key(alg: str, raw: bytes) -> PublicKey:
    """Return a public key from its raw bytes; raises Refusal `key-...` for one that is not sound."""
    if alg not in _KINDS:
        hint = f"one of {', '.join(ALGORITHMS)}"
        raise Refusal("key-algorithm", f"keys of algorithm {alg!r} are not accepted", hint=hint)
    raw = bytes(raw)
    _KINDS[alg].check(raw)
    return PublicKey(alg, raw)


def generate(alg: str) -> PrivateKey:
    """Return a fresh private key from the system's randomness; raises Refusal."""
    if alg not in _KINDS:
        hint = f"one of {', '.join(ALGORITHMS)}"
        raise Refusal("key-algorithm", f"keys of algorithm {alg!r} cannot be made", hint=hint)
    return private_key(_KINDS[alg].generate())


def private_key(secret: Any) -> PrivateKey:
    """Wrap a private key object of `cryptography`; raises Refusal for another kind or curve."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(secret, ec.EllipticCurvePrivateKey):
        if not isinstance(secret.curve, ec.SECP256R1):
            raise Refusal("key-curve", f"the curve {secret.curve.name} is not accepted, only P-256")
        raw = secret.public_key().public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
        return PrivateKey(public_key(ECDSA_P256, raw), secret)
    if isinstance(secret, ed25519.Ed25519PrivateKey):
        return PrivateKey(public_key(ED25519, secret.public_key().public_bytes_raw()), secret)
    if type(secret).__name__ == "MLDSA65PrivateKey":
        return PrivateKey(public_key(ML_DSA_65, secret.public_key().public_bytes_raw()), secret)
    raise Refusal("key-algorithm", "only Ed25519, ECDSA P-256 and ML-DSA-65 keys are accepted")


def _p256(raw: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _check_p256(raw: bytes) -> None:
    if len(raw) != _P256_POINT or raw[0] != _UNCOMPRESSED:
        message = f"a P-256 key is an uncompressed point of {_P256_POINT} bytes that begin with 04"
        raise Refusal("key-malformed", message)
    try:
        _p256(raw)
    except ValueError:
        raise Refusal("key-not-on-curve", "the key is no point of the curve") from None


def _generate_p256() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _sign_p256(secret: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    r, s = utils.decode_dss_signature(secret.sign(message, ec.ECDSA(hashes.SHA256())))
    return utils.encode_dss_signature(r, min(s, _P256_ORDER - s))


def _verify_p256(raw: bytes, message: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    _p256(raw).verify(signature, message, ec.ECDSA(hashes.SHA256()))


def _generate_ed25519() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519.Ed25519PrivateKey.generate()


def _verify_ed25519(raw: bytes, message: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)


def _ml_dsa() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError:
        hint = "install a newer release of cryptography"
        raise Refusal("key-algorithm", "this installation cannot use ML-DSA-65 keys", hint=hint) from None
    return mldsa


def _generate_ml_dsa() -> Any:
    return _ml_dsa().MLDSA65PrivateKey.generate()


def _check_ml_dsa(raw: bytes) -> None:
    if len(raw) != _ML_DSA_65_BYTES:
        raise Refusal("key-malformed", f"an ML-DSA-65 key has {_ML_DSA_65_BYTES} bytes, not {len(raw)}")
    _ml_dsa()


def _verify_ml_dsa(raw: bytes, message: bytes, signature: bytes) -> None:
    _ml_dsa().MLDSA65PublicKey.from_public_bytes(raw).verify(signature, message)


def _sign_plain(secret: Any, message: bytes) -> bytes:
    return bytes(secret.sign(message))


class _Kind(NamedTuple):
    check: Callable[[bytes], None]
    generate: Callable[[], Any]
    sign: Callable[[Any, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], None]


_KINDS = {
    ED25519: _Kind(points.check, _generate_ed25519, _sign_plain, _verify_ed25519),
    ECDSA_P256: _Kind(_check_p256, _generate_p256, _sign_p256, _verify_p256),
    ML_DSA_65: _Kind(_check_ml_dsa, _generate_ml_dsa, _sign_plain, _verify_ml_dsa),
}
