"""OpenPGP signatures as the real gpg makes them, and everything that its exit code 0 does not say."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse, openpgp
from samakia_policy.evidence.signing import openpgp_packets as packets
from samakia_policy.evidence.signing.openpgp import OpenPgpSigner, export_certificate, openpgp_key

MESSAGE = b"manifest\n"
MADE, NOW = "20260101T000000!", "2026-06-01T00:00:00Z"


@dataclass
class Gpg:
    """A person's gpg, with a home of its own and the time it is told."""

    program: str
    home: Path
    made: list[str] = field(default_factory=list)

    def __call__(self, *arguments: str, time: str = MADE, data: bytes = b"") -> bytes:
        """Run gpg and return what it wrote."""
        command = [self.program, "--homedir", str(self.home), "--batch", "--quiet", "--yes"]
        command += [
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--faked-system-time",
            time,
            *arguments,
        ]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    def key(self, name: str, alg: str = "ed25519", expires: str = "never") -> str:
        """Make a key once."""
        if name not in self.made:
            self("--quick-generate-key", name, alg, "sign", expires)
            self.made.append(name)
        return name

    def sign(self, name: str, *arguments: str, time: str = "20260201T000000!") -> bytes:
        """Return a detached signature over the message."""
        return self(
            "--local-user", name, *arguments, "--output", "-", "--detach-sign", time=time, data=MESSAGE
        )

    def export(self, name: str, *arguments: str) -> bytes:
        """Return the certificate of a key."""
        return self(*arguments, "--export", name)


@pytest.fixture(scope="module")
def mine(gpg: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gpg]:
    """Return a person's gpg."""
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    yield Gpg(gpg, home)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)


def code(certificate: bytes, signature: bytes, at: str = NOW, message: bytes = MESSAGE) -> str:
    with pytest.raises(Refusal) as raised:
        openpgp.verify(certificate, message, signature, at)
    return raised.value.code


@pytest.mark.parametrize("alg", ["ed25519", "rsa2048", "nistp256", "nistp384"])
def test_what_gpg_signs_verifies(mine: Gpg, alg: str) -> None:
    name = mine.key(f"{alg}@example.org", alg)
    certificate = mine.export(name)
    for signature in (mine.sign(name), mine.sign(name, "--armor")):
        signed = openpgp.verify(certificate, MESSAGE, signature, NOW)
        assert signed.created == "2026-02-01T00:00:00Z"
        assert signed.fingerprint == packets.fingerprint(openpgp_key(certificate).primary)
        assert code(certificate, signature, message=b"other") == "signature-invalid"


def test_the_key_id_does_not_change_with_the_armor_or_the_dates(mine: Gpg) -> None:
    name = mine.key("dates@example.org", expires="2026-03-01")
    before = openpgp_key(mine.export(name))
    assert openpgp_key(mine.export(name, "--armor")).keyid == before.keyid
    mine("--quick-set-expire", packets.fingerprint(before.primary), "2y", time="20260202T000000!")
    after = openpgp_key(mine.export(name))
    assert after.certificate != before.certificate
    assert (after.keyid, after.materials) == (before.keyid, before.materials)
    assert (len(after.keyid), after.alg) == (64, "openpgp")


def test_a_revoked_key_signs_nothing_although_gpg_ends_with_zero(mine: Gpg, tmp_path: Path) -> None:
    """A6 of the weaknesses that this repairs."""
    name = mine.key("revoked@example.org")
    signature = mine.sign(name)
    assert openpgp.verify(mine.export(name), MESSAGE, signature, NOW)
    fingerprint = packets.fingerprint(openpgp_key(mine.export(name)).primary)
    revocation = (mine.home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text()
    mine("--import", data=revocation.replace(":-----BEGIN", "-----BEGIN").encode())
    certificate = mine.export(name)
    assert code(certificate, signature) == "openpgp-key-revoked"
    for part, data in (("c", certificate), ("m", MESSAGE), ("s", signature)):
        (tmp_path / part).write_bytes(data)
    command = ["gpg", "--homedir", str(tmp_path), "--no-default-keyring", "--keyring", str(tmp_path / "c")]
    command += ["--verify", str(tmp_path / "s"), str(tmp_path / "m")]
    alone = subprocess.run(command, capture_output=True, check=False)
    assert alone.returncode == 0, "this is why the exit code is not asked"


def test_time_decides_about_a_key_that_expires(mine: Gpg) -> None:
    """A7 of the weaknesses that this repairs."""
    name = mine.key("expires@example.org", expires="2026-03-01")
    certificate, signature = mine.export(name), mine.sign(name)
    assert openpgp.verify(certificate, MESSAGE, signature, "2026-02-01T00:00:00Z")
    assert code(certificate, signature, "2026-03-02T00:00:00Z") == "openpgp-key-expired"
    assert openpgp.verify(
        certificate, MESSAGE, signature, "2026-02-01T00:00:00Z", until="2026-04-01T00:00:00Z"
    )


def test_a_signature_may_not_come_from_the_future(mine: Gpg) -> None:
    name = mine.key("future@example.org")
    certificate, signature = mine.export(name), mine.sign(name)
    assert code(certificate, signature, "2026-01-31T23:59:59Z") == "openpgp-future"
    late = openpgp.verify(certificate, MESSAGE, signature, "2026-01-31T23:59:59Z", until=NOW)
    assert late.created == "2026-02-01T00:00:00Z"


def test_a_signature_that_expires_is_over(mine: Gpg) -> None:
    name = mine.key("short@example.org")
    signature = mine.sign(name, "--default-sig-expire", "10d")
    certificate = mine.export(name)
    assert openpgp.verify(certificate, MESSAGE, signature, "2026-02-02T00:00:00Z")
    assert code(certificate, signature, "2026-02-12T00:00:00Z") == "openpgp-signature-expired"


def test_a_signature_by_a_stranger_does_not_count(mine: Gpg) -> None:
    ann, ben = mine.key("ann@example.org"), mine.key("ben@example.org")
    assert code(mine.export(ann), mine.sign(ben)) == "signature-invalid"


def test_broken_hashes_and_text_signatures_are_refused(mine: Gpg) -> None:
    name = mine.key("rsa2048@example.org", "rsa2048")
    weak = mine.sign(name, "--digest-algo", "SHA1", "--allow-weak-digest-algos")
    certificate = mine.export(name)
    assert code(certificate, weak) == "openpgp-weak-digest"
    assert code(certificate, mine.sign(name, "--textmode")) == "openpgp-text"


def test_one_good_signature_among_others_is_enough(mine: Gpg) -> None:
    ann, ben = mine.key("ann@example.org"), mine.key("ben@example.org")
    certificate, good, other = mine.export(ann), mine.sign(ann), mine.sign(ben)
    for together in (good + other, other + good, good + good):
        assert openpgp.verify(certificate, MESSAGE, together, NOW)
    assert code(certificate, other + other) == "signature-invalid"
    assert code(certificate, good * 9) == "openpgp-malformed"


def test_what_is_no_detached_signature_is_refused(mine: Gpg) -> None:
    name = mine.key("ann@example.org")
    certificate, good = mine.export(name), mine.sign(name)
    inline = mine("--local-user", name, "--output", "-", "--sign", data=MESSAGE)
    armored = mine.sign(name, "--armor")
    wrong = [
        b"", b"not a signature", good[:-1], inline, certificate, good + b"\0", b"\x88", b"\xc2",
        b"\x8b" + good[1:],
        armored + armored, armored.replace(b"SIGNATURE", b"MESSAGE"), armored.replace(b"\n\n", b"\n\n*", 1),
        b"x" * (packets.MAX_OPENPGP_BYTES + 1), armored[:-3], armored.replace(b"-----END", b"A-----END"),
    ]  # fmt: skip
    assert {code(certificate, signature) for signature in wrong} <= {"openpgp-malformed", "signature-invalid"}
    assert code(certificate, b"") == "openpgp-malformed"


def test_without_a_time_nothing_verifies(mine: Gpg) -> None:
    name = mine.key("ann@example.org")
    key = openpgp_key(mine.export(name))
    assert not key.verify(MESSAGE, mine.sign(name))
    assert key._replace(at=NOW).verify(MESSAGE, mine.sign(name))
    assert code(key.certificate, mine.sign(name), at="") == "openpgp-no-time"


def test_without_gpg_it_is_told(mine: Gpg, monkeypatch: pytest.MonkeyPatch) -> None:
    name = mine.key("ann@example.org")
    certificate, signature = mine.export(name), mine.sign(name)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="install GnuPG"):
        openpgp.verify(certificate, MESSAGE, signature, NOW)


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = folder / "gpg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


GOOD = "echo '[GNUPG:] GOODSIG 0 x'; echo '[GNUPG:] VALIDSIG F 2026-02-01 1769904000 0 4 0 22 8 00 F'"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 0", "signature-invalid"),
        ("echo Good signature; exit 0", "signature-invalid"),
        ("echo '[GNUPG:] '; echo '[GNUPG:] GOODSIG 0 x'", "signature-invalid"),
        ("echo '[GNUPG:] GOODSIG 0 x'; echo '[GNUPG:] VALIDSIG F 2026'", "signature-invalid"),
        (f"{GOOD}; echo '[GNUPG:] EXPSIG 0 x'", "openpgp-signature-expired"),
    ],
)
def test_only_the_status_lines_count(
    mine: Gpg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str
) -> None:
    name = mine.key("ann@example.org")
    certificate, signature = mine.export(name), mine.sign(name)
    fake(tmp_path, monkeypatch, GOOD)
    assert openpgp.verify(certificate, MESSAGE, signature, NOW).fingerprint == "F"
    fake(tmp_path, monkeypatch, script)
    assert code(certificate, signature) == expected


def test_a_gpg_that_hangs_is_ended(mine: Gpg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = mine.key("ann@example.org")
    certificate, signature = mine.export(name), mine.sign(name)
    monkeypatch.setattr(openpgp, "_SECONDS", 0.01)
    fake(tmp_path, monkeypatch, "exec sleep 60")
    assert code(certificate, signature) == "openpgp-timeout"


def test_a_person_signs_envelopes_with_their_own_gpg(mine: Gpg, monkeypatch: pytest.MonkeyPatch) -> None:
    name = mine.key("own@example.org")
    monkeypatch.setenv("GNUPGHOME", str(mine.home))
    key = openpgp_key(export_certificate(name), at="2099-01-01T00:00:00Z")
    signer = OpenPgpSigner(key, packets.fingerprint(key.primary))
    envelope = dsse.parse(dsse.dump(dsse.make("t", b"p", [signer])))
    assert dsse.verify(envelope, [key], payload_type="t").keys == (key,)
    with pytest.raises(InputError, match="gpg did not sign"):
        OpenPgpSigner(key, "0" * 40).sign(b"p")
    with pytest.raises(InputError, match="gpg has no key 'nobody'"):
        export_certificate("nobody")


def test_a_gpg_that_says_nothing_has_not_signed(mine, tmp_path, monkeypatch) -> None:
    key = openpgp_key(mine.export(mine.key("ann@example.org")))
    fake(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(InputError, match="no reason given"):
        OpenPgpSigner(key, "F").sign(b"p")


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as raised:
        openpgp_key(data)
    return raised.value.code


def test_unsound_certificates_are_refused(mine: Gpg) -> None:
    ann, ben = mine.export(mine.key("ann@example.org")), mine.export(mine.key("ben@example.org"))
    secret = mine("--export-secret-keys", "ann@example.org")
    small = mine.key("small@example.org", "rsa1024")
    wrong = {
        b"": "key-malformed",
        b"hello": "key-malformed",
        ann + ben: "key-malformed",
        ann[:-1]: "key-malformed",
        mine.sign("ann@example.org"): "key-malformed",
        mine.sign("ann@example.org", "--armor"): "key-malformed",
        secret: "key-private",
        mine.export(small): "key-weak",
        mine.export(mine.key("dsa@example.org", "dsa2048")): "key-algorithm",
        mine.export(mine.key("k1@example.org", "secp256k1")): "key-curve",
        b"x" * (packets.MAX_OPENPGP_BYTES + 1): "key-malformed",
    }
    assert {data: refused(data) for data in wrong} == wrong


def packet(body: bytes, tag: int = 6) -> bytes:
    return bytes([0x80 | tag << 2 | 1]) + len(body).to_bytes(2, "big") + body


def mpi(data: bytes) -> bytes:
    return (len(data) * 8).to_bytes(2, "big") + data


def test_the_points_inside_are_checked_too() -> None:
    name = bytes.fromhex("2b06010401da470f01")
    head = b"\4\0\0\0\0\x16" + bytes([len(name)]) + name
    low = packet(head + mpi(b"\x40" + (1).to_bytes(32, "little")))
    assert refused(low) == "key-low-order"
    assert refused(packet(head + mpi(b"\x04" + bytes(64)))) == "key-malformed"
    assert refused(packet(head + b"\1\7")) == "key-malformed"
    assert refused(packet(head + mpi(b""))) == "key-malformed"
    assert refused(packet(b"\5\0\0\0\0\x16\0\0")) == "key-algorithm"
    assert refused(packet(b"\4\0\0\0\0\x10\0\0")) == "key-algorithm"
    assert refused(packet(b"\4")) == "key-algorithm"


def test_encryption_subkeys_are_no_signing_keys(mine: Gpg) -> None:
    name = mine.key("both@example.org")
    fingerprint = packets.fingerprint(openpgp_key(mine.export(name)).primary)
    mine("--quick-add-key", fingerprint, "cv25519", "encr")
    assert len(openpgp_key(mine.export(name)).materials) == 1
    mine("--quick-add-key", fingerprint, "ed25519", "sign")
    key = openpgp_key(mine.export(name))
    assert len(key.materials) == 2
    assert openpgp.verify(key.certificate, MESSAGE, mine.sign(name), NOW).fingerprint == fingerprint


def test_packets_of_every_length_are_read() -> None:
    bodies = [bytes(size) for size in (0, 191, 192, 8383, 8384)]
    new = [
        b"\xcd\x00", b"\xcd\xbf" + bodies[1], b"\xcd\xc0\x00" + bodies[2], b"\xcd\xdf\xff" + bodies[3],
        b"\xcd\xff" + (8384).to_bytes(4, "big") + bodies[4],
    ]  # fmt: skip
    old = [
        b"\xb4\x00", b"\xb4\xbf" + bodies[1], b"\xb5\x00\xc0" + bodies[2],
        b"\xb5" + (8383).to_bytes(2, "big") + bodies[3], b"\xb6" + (8384).to_bytes(4, "big") + bodies[4],
    ]  # fmt: skip
    for written in (new, old):
        found = packets.packets(b"".join(written), "x")
        assert [(packet.tag, packet.body, packet.whole) for packet in found] == [
            (13, body, whole) for body, whole in zip(bodies, written, strict=True)
        ]
    for wrong in (b"\xcd", b"\xcd\xc0", b"\xcd\xff\0\0", b"\xcd\xe0\0", b"\xb6\0\0", b"\x7f\0"):
        with pytest.raises(Refusal):
            packets.packets(wrong, "x")


def test_armor_with_headers_and_checksum_is_read() -> None:
    text = (
        b"-----BEGIN PGP SIGNATURE-----\nVersion: 1\nComment: x\n\n%b\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    armored = text % base64.b64encode(b"data")
    assert packets.binary(armored, "x", b"SIGNATURE") == b"data"
    assert packets.binary(armored.replace(b"\n=abcd", b""), "x", b"SIGNATURE") == b"data"
    assert packets.binary(armored.replace(b"\n", b"\r\n"), "x", b"SIGNATURE") == b"data"
    with pytest.raises(Refusal, match="not base64"):
        packets.binary(text % b"abc", "x", b"SIGNATURE")


@settings(max_examples=40)
@given(data=st.data())
def test_a_flipped_bit_never_verifies_for_another_message(mine: Gpg, data: st.DataObject) -> None:
    name = mine.key("ann@example.org")
    certificate, signature = mine.export(name), bytearray(mine.sign(name))
    at = data.draw(st.integers(0, 10**6)) % (len(signature) * 8)
    signature[at // 8] ^= 1 << at % 8
    with pytest.raises(Refusal):
        openpgp.verify(certificate, MESSAGE + b"!", bytes(signature), NOW)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_certificate_or_a_refusal(data: bytes) -> None:
    try:
        openpgp_key(data)
    except Refusal as refusal:
        assert refusal.code.startswith("key-")
