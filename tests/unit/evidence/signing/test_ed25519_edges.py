"""Ed25519 at its edges: every mix of sound, small, mixed and doubly encoded points, against a slow verifier.

The slow verifier below is RFC 8032 by hand, without cofactor; what the library says must be the same.
"""

from __future__ import annotations

import hashlib
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import points
from samakia_policy.evidence.signing.keys import ED25519, generate, public_key

P, L = 2**255 - 19, points._ORDER
BASE = points.decode(bytes.fromhex("58" + "66" * 31))
MESSAGE = b"edge"


def encode(point: points.Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def small() -> list[points.Point]:
    """Return the eight points of small order, by taking the prime order out of a point."""
    for seed in range(2, 100):
        try:
            start = points.multiply(points.decode(seed.to_bytes(32, "little")), L)
        except Refusal:
            continue
        made = [points.multiply(start, factor) for factor in range(8)]
        if len({encode(point) for point in made}) == 8:
            return made
    raise AssertionError("no point of order eight")


SMALL = small()


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def slow_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether [S]B = R + [k]A, where R is compared as bytes and S is below the order."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    k = challenge(r, key, message)
    minus = points.multiply(points.decode(key), 8 * L - k)
    return encode(points.add(points.multiply(BASE, s), minus)) == r


def signed(secret: int, nonce: int, torsion: points.Point, key: bytes) -> bytes:
    """Sign as somebody would who adds a point of small order to R."""
    r = encode(points.add(points.multiply(BASE, nonce), torsion))
    return r + ((nonce + challenge(r, key, MESSAGE) * secret) % L).to_bytes(32, "little")


@pytest.mark.parametrize("at", range(8))
def test_a_point_of_small_order_in_a_signature_changes_what_is_signed(at: int) -> None:
    secret, nonce = 123456789, 987654321
    key = encode(points.multiply(BASE, secret))
    public = public_key(ED25519, key)
    for torsion in SMALL:
        signature = signed(secret, nonce, torsion, key)
        assert public.verify(MESSAGE, signature) == slow_verify(key, MESSAGE, signature)
        assert public.verify(MESSAGE, signature) == (encode(torsion) == (1).to_bytes(32, "little"))
    bare = encode(SMALL[at]) + bytes(32)
    assert public.verify(MESSAGE, bare) == slow_verify(key, MESSAGE, bare) is False


def test_keys_with_a_small_part_never_load_however_they_are_mixed() -> None:
    for secret, torsion in product((0, 1, 5, L - 1), SMALL):
        raw = encode(points.add(points.multiply(BASE, secret), torsion))
        sound = secret and encode(torsion) == (1).to_bytes(32, "little")
        if sound:
            assert public_key(ED25519, raw).raw == raw
            continue
        with pytest.raises(Refusal) as raised:
            public_key(ED25519, raw)
        assert raised.value.code == ("key-mixed-order" if secret else "key-low-order")


def test_every_second_encoding_of_a_small_point_is_refused() -> None:
    """y + p, and the sign of a zero x: what the tables of known bad keys list besides the points."""
    doubles = {((y + P) | sign << 255) for y in range(19) for sign in (0, 1)}
    doubles |= {1 | 1 << 255, (P - 1) | 1 << 255}
    for number in doubles:
        with pytest.raises(Refusal) as raised:
            public_key(ED25519, number.to_bytes(32, "little"))
        assert raised.value.code == "key-not-canonical"


def test_a_scalar_has_one_form() -> None:
    private = generate(ED25519)
    signature = private.sign(MESSAGE)
    s = int.from_bytes(signature[32:], "little")
    for factor in range(1, 16):
        other = s + factor * L
        if other < 2**256:
            again = signature[:32] + other.to_bytes(32, "little")
            assert (
                private.public.verify(MESSAGE, again)
                == slow_verify(private.public.raw, MESSAGE, again)
                is False
            )


@given(st.integers(1, L - 1), st.integers(1, L - 1), st.sampled_from(SMALL), st.binary(max_size=40))
def test_the_library_and_the_slow_verifier_agree(
    secret: int, nonce: int, torsion: points.Point, message: bytes
) -> None:
    key = encode(points.multiply(BASE, secret))
    signature = signed(secret, nonce, torsion, key)
    assert public_key(ED25519, key).verify(message, signature) == slow_verify(key, message, signature)
