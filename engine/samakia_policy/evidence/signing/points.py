"""Which 32 bytes are a sound Ed25519 public key.

Libraries accept points of small order, with which one signature fits many messages, and several encodings
of one point, with which one key passes for two. Here a key is the one encoding of a point of prime order.
"""

from __future__ import annotations

from functools import lru_cache

from samakia_policy.evidence.reasons import Refusal

LENGTH = 32
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_SMALL = 8

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x*y = T/Z."""


@lru_cache(maxsize=4096)
def check(raw: bytes) -> None:
    """Refuse a public key that is not the canonical encoding of a point of prime order."""
    if len(raw) != LENGTH:
        raise Refusal("key-malformed", f"an Ed25519 key has {LENGTH} bytes, not {len(raw)}")
    point = decode(raw)
    if _is_neutral(multiply(point, _SMALL)):
        raise Refusal("key-low-order", "the key is a point of small order: anybody can sign for it")
    if not _is_neutral(multiply(point, _ORDER)):
        raise Refusal("key-mixed-order", "the key has a part of small order: verifiers would disagree")


def decode(raw: bytes) -> Point:
    """Return the point of 32 bytes (RFC 8032, 5.1.3); raises Refusal."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        raise Refusal("key-not-canonical", "the key is not written in its one canonical form")
    x = _root((y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P)
    if x == 0 and sign:
        raise Refusal("key-not-canonical", "the key is not written in its one canonical form")
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def multiply(point: Point, factor: int) -> Point:
    """Return factor * point."""
    result: Point = (0, 1, 1, 0)
    for bit in bin(factor)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points (complete formulas of the twisted Edwards curve)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = 2 * _D * t1 * t2 % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _root(square: int) -> int:
    root = pow(square, (_P + 3) // 8, _P)
    if (root * root - square) % _P:
        root = root * _ROOT_OF_MINUS_ONE % _P
    if (root * root - square) % _P:
        raise Refusal("key-not-on-curve", "the key is no point of the curve")
    return root


def _is_neutral(point: Point) -> bool:
    x, y, z, _ = point
    return x == 0 and y == z
