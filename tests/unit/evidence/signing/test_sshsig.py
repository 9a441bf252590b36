"""SSH signatures: ours are read by ssh-keygen, its are read by us, and neither takes what is not right."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse, sshsig
from samakia_policy.evidence.signing.encodings import load_private, ssh_blob
from samakia_policy.evidence.signing.keys import ECDSA_P256, ED25519, ML_DSA_65, PrivateKey, generate
from samakia_policy.evidence.signing.ssh_wire import Reader, number, pack
from samakia_policy.evidence.signing.sshsig import (
    NAMESPACE,
    OpenSshSigner,
    SshKey,
    SshSigner,
    load_ssh,
    ssh_key,
)

MESSAGE = b"let it pass\n"
KEYS = {alg: generate(alg) for alg in (ED25519, ECDSA_P256)}
SECURITY = {ED25519: b"sk-ssh-ed25519@openssh.com", ECDSA_P256: b"sk-ecdsa-sha2-nistp256@openssh.com"}


def public(key: PrivateKey) -> SshKey:
    return ssh_key(ssh_blob(key.public))


def code(key: SshKey, signature: bytes, message: bytes = MESSAGE, namespace: str = NAMESPACE) -> str:
    with pytest.raises(Refusal) as raised:
        sshsig.verify(key, message, signature, namespace)
    return raised.value.code


def security_key(private: PrivateKey, application: bytes = b"ssh:") -> SshKey:
    middle = [b"nistp256"] if private.public.alg == ECDSA_P256 else []
    return ssh_key(pack(SECURITY[private.public.alg], *middle, private.public.raw, application))


def touch(private: PrivateKey, message: bytes, flags: int = 1, namespace: str = NAMESPACE) -> bytes:
    """Sign as a security key does: over its application, what was touched, and how often."""
    key = security_key(private)
    signed = b"SSHSIG" + pack(namespace.encode(), b"", b"sha512", hashlib.sha512(message).digest())
    state = bytes([flags]) + (7).to_bytes(4, "big")
    raw = private.sign(hashlib.sha256(key.application).digest() + state + hashlib.sha256(signed).digest())
    if private.public.alg == ECDSA_P256:
        raw = sshsig._from_der(raw)
    signature = pack(key.type_name, raw) + state
    return b"SSHSIG\0\0\0\1" + pack(key.blob, namespace.encode(), b"", b"sha512", signature)


def allowed(folder: Path, key: SshKey) -> Path:
    path = folder / "allowed"
    path.write_text(f'ann@example.org namespaces="{NAMESPACE}" {sshsig.line(key)}\n')
    return path


def theirs(ssh_keygen: str, folder: Path, key: SshKey, signature: bytes, message: bytes = MESSAGE) -> bool:
    (folder / "sig").write_bytes(sshsig.armor(signature))
    command = [ssh_keygen, "-Y", "verify", "-f", str(allowed(folder, key)), "-I", "ann@example.org"]
    command += ["-n", NAMESPACE, "-s", str(folder / "sig")]
    return subprocess.run(command, input=message, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("alg", KEYS)
def test_ssh_keygen_reads_ours(alg: str, ssh_keygen: str, tmp_path: Path) -> None:
    key = public(KEYS[alg])
    signature = SshSigner(KEYS[alg]).sign(MESSAGE)
    assert theirs(ssh_keygen, tmp_path, key, signature)
    assert not theirs(ssh_keygen, tmp_path, key, signature, b"something else")
    assert key.verify(MESSAGE, signature)
    assert not key.verify(b"something else", signature)


@pytest.mark.parametrize("alg", KEYS)
def test_ssh_keygen_and_we_agree_on_security_keys(alg: str, ssh_keygen: str, tmp_path: Path) -> None:
    key = security_key(KEYS[alg])
    signature = touch(KEYS[alg], MESSAGE)
    assert key.verify(MESSAGE, signature)
    assert theirs(ssh_keygen, tmp_path, key, signature)
    assert not key.verify(b"x", signature)
    untouched = touch(KEYS[alg], MESSAGE, flags=0)
    assert code(key, untouched) == "ssh-not-touched"
    assert theirs(ssh_keygen, tmp_path, key, untouched), "ssh-keygen -Y verify does not ask for the touch"
    assert load_ssh(sshsig.line(key).encode()) == key


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_we_read_what_ssh_keygen_signs(kind: str, ssh_keygen: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    subprocess.run([ssh_keygen, "-q", "-t", kind, "-N", "", "-C", "ann", "-f", str(path)], check=True)
    key = load_ssh(Path(f"{path}.pub").read_bytes())
    signature = OpenSshSigner(key, str(path)).sign(MESSAGE)
    assert key.verify(MESSAGE, signature)
    private = load_private(path.read_bytes())
    assert public(private) == key
    assert theirs(ssh_keygen, tmp_path, key, SshSigner(private).sign(MESSAGE))
    for hash_name in ("sha256", "sha512"):
        command = [ssh_keygen, "-Y", "sign", "-O", f"hashalg={hash_name}", "-n", NAMESPACE, "-f", str(path)]
        armored = subprocess.run(command, input=MESSAGE, capture_output=True, check=True).stdout
        assert key.verify(MESSAGE, sshsig.dearmor(armored))
        assert sshsig.armor(sshsig.dearmor(armored)) == armored
    other = OpenSshSigner(public(KEYS[ED25519]), str(path))
    with pytest.raises(Refusal, match="by another key"):
        other.sign(MESSAGE)


def test_the_agent_signs(ssh_keygen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the public part lies on disk."""
    path = tmp_path / "key"
    subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as agent:
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            while subprocess.run(["ssh-add", "-q", str(path)], capture_output=True, check=False).returncode:
                assert agent.poll() is None, "the agent ended before it served"
            path.unlink()
            key = load_ssh(Path(f"{path}.pub").read_bytes())
            assert key.verify(MESSAGE, OpenSshSigner(key, f"{path}.pub").sign(MESSAGE))
        finally:
            agent.kill()


def test_a_signer_that_cannot_sign_says_so(ssh_keygen: str, tmp_path: Path, monkeypatch) -> None:
    signer = OpenSshSigner(public(KEYS[ED25519]), str(tmp_path / "none"))
    with pytest.raises(InputError, match="ssh-keygen did not sign"):
        signer.sign(MESSAGE)
    silent = tmp_path / "ssh-keygen"
    silent.write_text("#!/bin/sh\nexit 1\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(InputError, match="no reason given"):
        signer.sign(MESSAGE)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(InputError, match="there is none"):
        signer.sign(MESSAGE)


def test_a_signature_for_another_namespace_does_not_count() -> None:
    key = public(KEYS[ED25519])
    for other in ("git", "file", "", NAMESPACE + "x"):
        signature = sshsig.sign(KEYS[ED25519], MESSAGE, other)
        assert code(key, signature) == "ssh-namespace"
        assert not key.verify(MESSAGE, signature)


def test_a_signature_by_another_key_or_kind_does_not_count() -> None:
    key, other = public(KEYS[ED25519]), public(generate(ED25519))
    signature = sshsig.sign(KEYS[ED25519], MESSAGE, NAMESPACE)
    assert code(other, signature) == "ssh-key"
    assert code(security_key(KEYS[ED25519]), signature) == "ssh-key"
    assert code(key, signature, b"x") == "signature-invalid"
    blob, inner = key.blob, pack(b"ssh-rsa", bytes(64))
    assert code(key, _made(blob, inner)) == "ssh-signature-malformed"


def _made(blob: bytes, inner: bytes, reserved: bytes = b"", hash_name: bytes = b"sha512") -> bytes:
    return b"SSHSIG\0\0\0\1" + pack(blob, NAMESPACE.encode(), reserved, hash_name, inner)


def test_unknown_hashes_extensions_and_versions_are_refused() -> None:
    key = public(KEYS[ED25519])
    inner = pack(b"ssh-ed25519", bytes(64))
    wrong = [
        _made(key.blob, inner, reserved=b"x"),
        _made(key.blob, inner, hash_name=b"sha1"),
        _made(key.blob, inner).replace(b"\0\0\0\1", b"\0\0\0\2", 1),
        _made(key.blob, inner) + b"\0",
        _made(key.blob, inner + b"\0"),
        b"",
        b"SSHSIG",
    ]
    assert {code(key, signature) for signature in wrong} == {"ssh-signature-malformed"}


@pytest.mark.parametrize("digits", [b"", b"\0", b"\0\1", b"\x80", b"\xff\1"])
def test_numbers_have_one_form(digits: bytes) -> None:
    with pytest.raises(Refusal, match="shortest form"):
        Reader(pack(digits), "x").integer()
    key = public(KEYS[ECDSA_P256])
    inner = pack(b"ecdsa-sha2-nistp256", pack(digits, b"\1"))
    assert code(key, _made(key.blob, inner)) == "ssh-signature-malformed"


@given(st.integers(1, 2**256))
def test_numbers_come_back(value: int) -> None:
    reader = Reader(pack(number(value)), "x")
    assert reader.integer() == value
    reader.end()


def test_unsound_keys_are_refused() -> None:
    raw, name = KEYS[ED25519].public.raw, SECURITY[ED25519]
    ecdsa = SECURITY[ECDSA_P256]
    wrong = {
        pack(b"ssh-rsa", b"\3", b"\1"): "key-algorithm",
        pack(name, raw): "key-malformed",
        pack(name, raw, b"ssh:", b"x"): "key-malformed",
        pack(name, bytes(32), b"ssh:"): "key-low-order",
        pack(ecdsa, b"nistp384", KEYS[ECDSA_P256].public.raw, b"ssh:"): "key-curve",
    }
    for blob, expected in wrong.items():
        with pytest.raises(Refusal) as raised:
            ssh_key(blob)
        assert raised.value.code == expected
    line = sshsig.line(public(KEYS[ED25519]))
    for text in ("", "x", line.replace("ssh-ed25519", "ssh-rsa"), line + "\nx", line + " a\rb"):
        with pytest.raises(Refusal) as raised:
            load_ssh(text.encode())
        assert raised.value.code == "key-malformed"


def test_there_are_no_ssh_signatures_by_ml_dsa() -> None:
    with pytest.raises(Refusal, match="OpenSSH has no keys"):
        sshsig.sign(generate(ML_DSA_65), MESSAGE, NAMESPACE)


def test_armor_is_strict() -> None:
    text = sshsig.armor(sshsig.sign(KEYS[ED25519], MESSAGE, NAMESPACE))
    assert sshsig.dearmor(b"\n" + text.replace(b"\n", b"\r\n")) == sshsig.dearmor(text)
    for wrong in (
        b"",
        text + text,
        text[:-4],
        text.replace(b"U1NI", b"U1N*"),
        text.replace(b"U1NI", b"=1NI"),
    ):
        with pytest.raises(Refusal) as raised:
            sshsig.dearmor(wrong)
        assert raised.value.code == "ssh-signature-malformed"


def test_an_ssh_key_signs_envelopes_and_is_the_same_raw_key() -> None:
    signer = SshSigner(KEYS[ED25519])
    envelope = dsse.parse(dsse.dump(dsse.make("t", b"p", [signer])))
    assert dsse.verify(envelope, [signer.public], payload_type="t").keys == (signer.public,)
    assert signer.public.materials == KEYS[ED25519].public.materials
    assert (signer.public.alg, len(signer.public.keyid)) == ("ssh", 64)
    assert signer.public.keyid != KEYS[ED25519].public.keyid
    with pytest.raises(Refusal):
        dsse.verify(envelope, [KEYS[ED25519].public], payload_type="t")


@given(st.data())
def test_a_flipped_bit_never_verifies(data: st.DataObject) -> None:
    private = data.draw(st.sampled_from([KEYS[ED25519], KEYS[ECDSA_P256]]))
    security = data.draw(st.booleans())
    key = security_key(private) if security else public(private)
    signature = touch(private, MESSAGE) if security else sshsig.sign(private, MESSAGE, NAMESPACE)
    changed = bytearray(signature)
    at = data.draw(st.integers(0, 10**6)) % (len(changed) * 8)
    changed[at // 8] ^= 1 << at % 8
    assert not key.verify(MESSAGE, bytes(changed))


@given(st.binary(max_size=120))
def test_any_bytes_are_refused_with_a_reason(data: bytes) -> None:
    key = public(KEYS[ED25519])
    assert code(key, data).startswith("ssh-")
    assert code(key, b"SSHSIG\0\0\0\1" + pack(key.blob, NAMESPACE.encode(), b"", b"sha512", data))
