"""The folder of keys: for its owner alone, never overwritten, and strict about what it holds."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import keystore
from samakia_policy.evidence.signing.encodings import ssh_blob
from samakia_policy.evidence.signing.keys import ALGORITHMS, ECDSA_P256, ED25519, generate
from samakia_policy.evidence.signing.sshsig import OpenSshSigner, ssh_key
from samakia_policy.evidence.signing.written import exported, imported, load_key, public_text


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_a_key_comes_back(tmp_path: Path, alg: str, passphrase: bytes | None) -> None:
    key, folder = generate(alg), str(tmp_path / "keys")
    stored = keystore.add_private(folder, key, passphrase, "mine")
    assert keystore.read_keys(folder) == [stored] == [keystore.find_key(folder, key.public.keyid[:8])]
    signer = keystore.open_signer(folder, key.public.keyid, passphrase)
    assert key.public.verify(b"m", signer.sign(b"m"))
    by_file = keystore.open_signer(folder, f"{folder}/{key.public.keyid}.pem", passphrase)
    assert by_file.public == key.public


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    old = os.umask(0)
    try:
        keystore.add_private(str(folder), generate(ED25519))
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_private_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    key = generate(ED25519)
    keystore.add_private(str(tmp_path), key)
    path = tmp_path / f"{key.public.keyid}.pem"
    path.chmod(mode)
    for name in (str(path), key.public.keyid):
        with pytest.raises(InputError, match="others may read") as raised:
            keystore.open_signer(str(tmp_path), name)
        assert (raised.value.code, f"chmod 600 {path}") == ("key-permissions", raised.value.hint)


def test_a_private_key_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = generate(ED25519)
    keystore.add_private(str(tmp_path), key)
    owner = (tmp_path / f"{key.public.keyid}.pem").stat().st_uid
    if owner == 0:
        os.chown(tmp_path / f"{key.public.keyid}.pem", 12345, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(InputError, match="others may read"):
        keystore.open_signer(str(tmp_path), key.public.keyid)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    key = generate(ED25519)
    keystore.add_private(str(tmp_path), key)
    with pytest.raises(InputError, match="there already"):
        keystore.add_private(str(tmp_path), key, b"other")
    assert keystore.open_signer(str(tmp_path), key.public.keyid).public == key.public
    assert len(list(tmp_path.iterdir())) == 2


def test_keys_are_named_by_the_first_digits_of_their_id(tmp_path: Path) -> None:
    key = generate(ED25519)
    keystore.add_private(str(tmp_path), key)
    for wrong in (
        "",
        key.public.keyid[:7],
        "00000000",
        key.public.keyid[:8].upper() + "X",
        "../../etc/passwd",
    ):
        if wrong:
            with pytest.raises(InputError):
                keystore.open_signer(str(tmp_path), wrong)
    with pytest.raises(InputError, match="no key '' in"):
        keystore.find_key(str(tmp_path), "")


def test_several_keys_with_the_same_beginning_are_not_guessed(tmp_path: Path, monkeypatch) -> None:
    for _ in range(2):
        keystore.add_private(str(tmp_path), generate(ED25519))
    monkeypatch.setattr(keystore, "LEAST_PREFIX", 0)
    with pytest.raises(InputError, match="several keys begin with"):
        keystore.find_key(str(tmp_path), "")


def test_an_absent_folder_holds_no_keys(tmp_path: Path) -> None:
    assert keystore.read_keys(str(tmp_path / "none")) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        keystore.read_keys(str(tmp_path / "file"))
    with pytest.raises(InputError, match="cannot be written"):
        keystore.add_private(str(tmp_path / "file"), generate(ED25519))


def test_a_swapped_private_key_is_refused(tmp_path: Path) -> None:
    one, other = generate(ED25519), generate(ED25519)
    for key in (one, other):
        keystore.add_private(str(tmp_path), key)
    (tmp_path / f"{other.public.keyid}.pem").rename(tmp_path / f"{one.public.keyid}.pem")
    with pytest.raises(Refusal) as raised:
        keystore.open_signer(str(tmp_path), one.public.keyid)
    assert raised.value.code == "key-mismatch"


def test_damaged_descriptions_are_refused(tmp_path: Path) -> None:
    key = generate(ED25519)
    keystore.add_private(str(tmp_path), key)
    path = tmp_path / f"{key.public.keyid}.json"
    good = json.loads(path.read_text())
    wrong = [
        b"", b"[]", b"{}", b"\xff",
        *(json.dumps({**good, **changes}).encode() for changes in (
            {"format": "x"}, {"alg": "rsa"}, {"public": "?"}, {"extra": ""}, {"comment": 1},
            {"signer": "gpg"}, {"signer": "openssh"},
            {"public": public_text(generate(ED25519).public)},
        )),
    ]  # fmt: skip
    for data in wrong:
        path.write_bytes(data)
        with pytest.raises(InputError) as raised:
            keystore.read_keys(str(tmp_path))
        assert raised.value.code == "keystore-malformed"
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        keystore.read_keys(str(tmp_path))
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a file"):
        keystore.read_keys(str(tmp_path))


def test_a_key_that_openssh_keeps_is_remembered(tmp_path: Path) -> None:
    key = ssh_key(ssh_blob(generate(ED25519).public))
    keystore.add_reference(str(tmp_path), keystore.Stored(key, keystore.OPENSSH, "/home/ann/.ssh/id"))
    assert keystore.open_signer(str(tmp_path), key.keyid) == OpenSshSigner(key, "/home/ann/.ssh/id")


def test_a_broken_private_key_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("-----BEGIN PRIVATE KEY-----\n")
    (tmp_path / "k").chmod(0o600)
    with pytest.raises(Refusal, match="k: the private key cannot be read"):
        keystore.open_signer(str(tmp_path), str(tmp_path / "k"))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_public_keys_have_one_text(alg: str) -> None:
    key = generate(alg).public
    assert load_key(alg, public_text(key)) == key == imported(exported(key))


def test_openssh_keys_have_one_text() -> None:
    key = ssh_key(ssh_blob(generate(ECDSA_P256).public))
    assert load_key("ssh", public_text(key)) == key == imported(exported(key), ssh=True)
    assert imported(exported(key)) == key.inner
    with pytest.raises(Refusal, match="canonical form"):
        load_key("ssh", public_text(key) + " comment")


def test_a_file_named_for_a_key_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checked tree may hold one; written with its folder it can still be used."""
    mine, other = generate(ED25519), generate(ED25519)
    keystore.add_private(str(tmp_path / "keys"), mine)
    keystore.add_private(str(tmp_path / "others"), other)
    name = mine.public.keyid[:16]
    (tmp_path / "tree").mkdir()
    (tmp_path / "others" / f"{other.public.keyid}.pem").rename(tmp_path / "tree" / name)
    monkeypatch.chdir(tmp_path / "tree")
    assert keystore.open_signer(str(tmp_path / "keys"), name).public == mine.public
    assert keystore.open_signer(str(tmp_path / "keys"), f"./{name}").public == other.public
    with pytest.raises(InputError, match="no key"):
        keystore.open_signer(str(tmp_path / "empty"), name)
