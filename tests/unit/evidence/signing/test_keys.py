"""Sound keys load from every form and give one key id; unsound ones are refused, each with its reason."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, utils
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import points
from samakia_policy.evidence.signing.encodings import (
    MAX_KEY_BYTES,
    from_ssh_blob,
    load_private,
    load_public,
    ssh_blob,
    to_pem,
    to_ssh,
)
from samakia_policy.evidence.signing.keys import (
    ALGORITHMS,
    ECDSA_P256,
    ED25519,
    ML_DSA_65,
    PrivateKey,
    generate,
    private_key,
    public_key,
)

P = 2**255 - 19
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEYS = {alg: generate(alg) for alg in ALGORITHMS}
SSH = (ED25519, ECDSA_P256)


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as raised:
        load_public(data)
    return raised.value.code


def refused_raw(alg: str, raw: bytes) -> str:
    with pytest.raises(Refusal) as raised:
        public_key(alg, raw)
    return raised.value.code


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_verifies_what_it_signed_and_nothing_else(alg: str) -> None:
    key, other = KEYS[alg], generate(alg).public
    signature = key.sign(b"message")
    assert key.public.verify(b"message", signature)
    assert not key.public.verify(b"massage", signature)
    assert not other.verify(b"message", signature)
    assert not key.public.verify(b"message", signature[:-1])
    assert not key.public.verify(b"message", b"")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_key_id_is_the_digest_of_the_algorithm_and_the_raw_key(alg: str) -> None:
    key = KEYS[alg].public
    assert hashlib.sha256(alg.encode() + key.raw).hexdigest() == key.keyid


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_public_key_is_the_same_from_raw_and_pem_and_der(alg: str) -> None:
    key = KEYS[alg].public
    pem = to_pem(key)
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    assert [key] * 4 == [
        load_public(key.raw, alg),
        *map(load_public, (pem, der, pem.replace(b"\n", b"\r\n"))),
    ]


@pytest.mark.parametrize("alg", SSH)
def test_a_public_key_is_the_same_from_openssh(alg: str) -> None:
    key = KEYS[alg].public
    assert key == load_public(to_ssh(key)) == load_public(to_ssh(key, "ann@example.org"))
    assert key == from_ssh_blob(ssh_blob(key))


def test_openssh_has_no_ml_dsa_keys() -> None:
    with pytest.raises(Refusal, match="OpenSSH has no keys of algorithm ml-dsa-65"):
        to_ssh(KEYS[ML_DSA_65].public)


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_private_key_comes_back_from_pem(alg: str, passphrase: bytes | None) -> None:
    lock = form.BestAvailableEncryption(passphrase) if passphrase else form.NoEncryption()
    pem = KEYS[alg].secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
    key = load_private(pem, passphrase)
    assert KEYS[alg].public == key.public
    assert key.public.verify(b"m", key.sign(b"m"))


def test_the_secret_is_not_in_the_repr() -> None:
    key = KEYS[ED25519]
    assert f"PrivateKey(ed25519, {key.public.keyid})" == repr(key) == str(key)


# Every point of small order, found by adding one of order eight to itself.
def small_points() -> list[bytes]:
    y = next(y for y in map(_order_eight, range(2, 99)) if y is not None)
    found, at = [], points.decode(y)
    for _ in range(8):
        found.append(_encode(at))
        at = points.add(at, points.decode(y))
    return found


def _order_eight(seed: int) -> bytes | None:
    """Multiply some point by the prime order: what is left has a small order."""
    try:
        left = points.multiply(points.decode(seed.to_bytes(32, "little")), points._ORDER)
    except Refusal:
        return None
    raw = _encode(points.multiply(left, 4))
    return _encode(left) if raw != (1).to_bytes(32, "little") else None


def _encode(point: points.Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return ((y * inverse % P) | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def test_there_are_eight_points_of_small_order_and_all_are_refused() -> None:
    found = small_points()
    assert len(set(found)) == 8
    assert {"key-low-order"} == {refused_raw(ED25519, raw) for raw in found}
    published = {  # RFC 7748 and "Taming the many EdDSAs" list these
        bytes(32),
        (1).to_bytes(32, "little"),
        (P - 1).to_bytes(32, "little"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    }
    assert published <= set(found)


def test_the_library_alone_would_accept_one_signature_of_a_small_point_for_many_messages() -> None:
    neutral = (1).to_bytes(32, "little")
    forged = neutral + bytes(32)
    for message in (b"approve", b"reject"):
        ed25519.Ed25519PublicKey.from_public_bytes(neutral).verify(forged, message)


@pytest.mark.parametrize(
    "number",
    [P, P + 1, P + 18, 2**255 - 1, 1 | 1 << 255, P - 1 | 1 << 255, P | 1 << 255],
)
def test_encodings_that_are_not_canonical_are_refused(number: int) -> None:
    assert refused_raw(ED25519, number.to_bytes(32, "little")) == "key-not-canonical"


def test_a_key_with_a_part_of_small_order_is_refused() -> None:
    sound = points.decode(KEYS[ED25519].public.raw)
    mixed = {_encode(points.add(sound, points.decode(raw))) for raw in small_points()}
    assert {"key-mixed-order"} == {refused_raw(ED25519, raw) for raw in mixed - {KEYS[ED25519].public.raw}}


def test_bytes_that_are_no_point_are_refused() -> None:
    assert refused_raw(ED25519, (2).to_bytes(32, "little")) == "key-not-on-curve"
    assert refused_raw(ECDSA_P256, b"\4" + bytes(63) + b"\1") == "key-not-on-curve"
    assert refused_raw(ECDSA_P256, b"\2" + bytes(64)) == "key-malformed"


@given(st.integers(0, 2**256 - 1))
def test_an_accepted_ed25519_key_has_one_encoding(number: int) -> None:
    raw = number.to_bytes(32, "little")
    try:
        point = points.decode(raw)
    except Refusal as refusal:
        assert refusal.code in {"key-not-canonical", "key-not-on-curve"}
    else:
        assert raw == _encode(point)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_raw_key_of_another_length_is_refused(alg: str) -> None:
    raw = KEYS[alg].public.raw
    assert {"key-malformed"} == {refused_raw(alg, wrong) for wrong in (raw[:-1], raw + b"\0", b"")}


def test_other_algorithms_are_refused() -> None:
    assert refused_raw("rsa", b"") == "key-algorithm"
    with pytest.raises(Refusal, match="cannot be made"):
        generate("rsa")
    for other in (rsa.generate_private_key(65537, 2048), ed448.Ed448PrivateKey.generate()):
        with pytest.raises(Refusal) as raised:
            private_key(other)
        assert raised.value.code == "key-algorithm"
        spki = (form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
        assert refused(other.public_key().public_bytes(*spki)) == "key-algorithm"


def test_other_curves_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(Refusal) as raised:
        private_key(other)
    assert raised.value.code == "key-curve"
    spki = (form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    assert refused(other.public_key().public_bytes(*spki)) == "key-curve"


def test_a_compressed_point_is_not_the_canonical_form() -> None:
    key = KEYS[ECDSA_P256].public
    der = base64.b64decode(b"".join(to_pem(key).splitlines()[1:-1]))
    compressed = bytes([2 + key.raw[-1] % 2]) + key.raw[1:33]
    short = der[:26].replace(b"\x30\x59", b"\x30\x39").replace(b"\x03\x42", b"\x03\x22") + compressed
    assert refused(short) == "key-not-canonical"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_truncation_of_pem_and_der_is_refused(alg: str) -> None:
    pem = to_pem(KEYS[alg].public)
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    codes = {refused(der[:end]) for end in range(1, len(der), len(der) // 40)}
    codes |= {refused(pem[:end]) for end in range(1, len(pem) - 2, len(pem) // 40)}
    assert {"key-malformed"} == codes


@pytest.mark.parametrize("alg", SSH)
def test_every_truncation_of_an_openssh_blob_is_refused(alg: str) -> None:
    blob = ssh_blob(KEYS[alg].public)
    name = "ssh-ed25519" if alg == ED25519 else "ecdsa-sha2-nistp256"
    for wrong in [*(blob[:end] for end in range(len(blob))), blob + b"\0"]:
        line = f"{name} {base64.b64encode(wrong).decode()}".encode()
        assert refused(line) in {"key-malformed", "key-algorithm", "key-curve"}


def test_malformed_texts_are_refused() -> None:
    pem, key = to_pem(KEYS[ED25519].public), KEYS[ED25519].public
    line = to_ssh(key)
    wrong = {
        b"": "key-malformed",
        b"hello": "key-malformed",
        pem + pem: "key-malformed",
        pem + b"x": "key-malformed",
        pem.replace(b"PUBLIC", b"PUBLIC RSA"): "key-malformed",
        pem.replace(b"MCow", b"MC w"): "key-malformed",
        pem.replace(b"\n-----END", b"==\n-----END"): "key-malformed",
        line + line: "key-malformed",
        line.replace(b"ssh-ed25519", b"ecdsa-sha2-nistp256"): "key-malformed",
        b"ssh-ed25519 AAA= x": "key-malformed",
        b"ssh-rsa AAAAB3NzaC1yc2E=": "key-malformed",
        b"x" * (MAX_KEY_BYTES + 1): "key-too-large",
        b"-----BEGIN PRIVATE KEY-----": "key-private",
    }
    assert wrong == {data: refused(data) for data in wrong}


def test_the_curve_inside_an_openssh_key_must_be_the_named_one() -> None:
    blob = ssh_blob(KEYS[ECDSA_P256].public).replace(b"nistp256", b"nistp384")
    blob = blob.replace(b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp256")
    with pytest.raises(Refusal) as raised:
        from_ssh_blob(blob)
    assert raised.value.code == "key-curve"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda pem: pem[:60], "key-malformed"),
        (lambda pem: pem + pem, "key-malformed"),
        (lambda _: b"", "key-malformed"),
        (lambda _: b"-----BEGIN " + b"x" * MAX_KEY_BYTES, "key-too-large"),
    ],
)
def test_malformed_private_keys_are_refused(change, code: str) -> None:
    pem = KEYS[ED25519].secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    with pytest.raises(Refusal) as raised:
        load_private(change(pem))
    assert code == raised.value.code


def test_passphrases_that_do_not_fit_are_told_apart() -> None:
    secret = KEYS[ED25519].secret
    plain = secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    locked = secret.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"right")
    )
    for data, passphrase, message in (
        (plain, b"x", "has no passphrase"),
        (locked, None, "the key has a passphrase"),
        (locked, b"wrong", "or the passphrase is wrong"),
    ):
        with pytest.raises(Refusal, match=message):
            load_private(data, passphrase)


def test_fresh_ecdsa_signatures_have_a_low_s_and_both_forms_verify() -> None:
    key: PrivateKey = KEYS[ECDSA_P256]
    for number in range(32):
        message = bytes([number])
        signature = key.sign(message)
        r, s = utils.decode_dss_signature(signature)
        assert s <= ORDER_P256 // 2
        other = utils.encode_dss_signature(r, ORDER_P256 - s)
        assert key.public.verify(message, signature)
        assert key.public.verify(message, other)


def test_an_ecdsa_signature_must_be_strict_der() -> None:
    key = KEYS[ECDSA_P256]
    signature = key.sign(b"m")
    r, s = utils.decode_dss_signature(signature)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    longer = b"\x30\x81" + signature[1:]
    for wrong in (raw, longer, signature + b"\0", utils.encode_dss_signature(0, 0)):
        assert not key.public.verify(b"m", wrong)


def test_an_ed25519_signature_has_one_scalar() -> None:
    key = KEYS[ED25519]
    signature = key.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + points._ORDER
    assert not key.public.verify(b"m", signature[:32] + scalar.to_bytes(32, "little"))


def test_without_ml_dsa_in_the_library_the_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "cryptography.hazmat.primitives.asymmetric.mldsa"
    monkeypatch.delattr(name)
    monkeypatch.setitem(sys.modules, name, None)
    assert refused_raw(ML_DSA_65, bytes(1952)) == "key-algorithm"


@given(st.data())
def test_a_flipped_bit_never_gives_the_same_key(data: st.DataObject) -> None:
    alg = data.draw(st.sampled_from(ALGORITHMS))
    key = KEYS[alg].public
    text = bytearray(to_pem(key))
    at = data.draw(st.integers(0, len(text) * 8 - 1))
    text[at // 8] ^= 1 << at % 8
    try:
        found = load_public(bytes(text))
    except Refusal as refusal:
        assert refusal.code.startswith("key-")
    else:
        same = bytes(text).split() == to_pem(key).split()
        assert same == (found == key)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_or_a_refusal(data: bytes) -> None:
    for load in (load_public, load_private, from_ssh_blob):
        try:
            load(data)
        except Refusal as refusal:
            assert refusal.code.startswith("key-")


def test_private_keys_of_unknown_curves_are_refused(tmp_path: Path, openssl: str) -> None:
    for curve, code in (("secp112r1", "key-algorithm"), ("secp521r1", "key-curve")):
        path = tmp_path / curve
        subprocess.run([openssl, "ecparam", "-name", curve, "-genkey", "-noout", "-out", path], check=True)
        with pytest.raises(Refusal) as raised:
            load_private(path.read_bytes())
        assert raised.value.code == code


def test_openssh_private_keys_load(tmp_path: Path, ssh_keygen: str) -> None:
    for kind, passphrase in (("ed25519", ""), ("ecdsa", ""), ("ed25519", "hunter22")):
        path = tmp_path / f"{kind}{bool(passphrase)}"
        command = [ssh_keygen, "-q", "-t", kind, "-N", passphrase, "-f", str(path)]
        subprocess.run(command, check=True)
        key = load_private(path.read_bytes(), passphrase.encode() or None)
        assert load_public(Path(f"{path}.pub").read_bytes()) == key.public


@pytest.mark.parametrize("alg", [ED25519, ECDSA_P256])
def test_openssl_verifies_ours_and_we_verify_its_signatures(alg: str, tmp_path: Path, openssl: str) -> None:
    key = KEYS[alg]
    secret = key.secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    message, signature = tmp_path / "message", tmp_path / "signature"
    for name, data in (("secret", secret), ("public", to_pem(key.public)), ("message", b"m" * 99)):
        (tmp_path / name).write_bytes(data)
    signature.write_bytes(key.sign(b"m" * 99))
    ours = ["-verify", "-pubin", "-inkey", tmp_path / "public", "-sigfile", signature]
    theirs = ["-sign", "-inkey", tmp_path / "secret"]
    base = [openssl, "pkeyutl", "-rawin", "-in", message] + (
        ["-digest", "sha256"] if alg == ECDSA_P256 else []
    )
    assert b"Verified Successfully" in subprocess.run([*base, *ours], capture_output=True, check=True).stdout
    made = subprocess.run([*base, *theirs], capture_output=True, check=True).stdout
    assert key.public.verify(b"m" * 99, made)
    message.write_bytes(b"other")
    assert subprocess.run([*base, *ours], capture_output=True, check=False).returncode != 0
