"""`policy keys`: what it prints, what it stores, and that private parts stay where they are."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        assert os.environ.get("CI") != "true", f"CI must have {name}"
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def keys(policy: Policy, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that runs `policy keys` with a folder of its own and JSON output."""

    def run(action: str, *arguments: object) -> dict[str, Any]:
        said = policy("keys", action, "--keys", tmp_path / "keys", "-o", "json", *arguments)
        assert said.code == 0, said.err
        return dict(json.loads(said.out)["keys"][0])

    return run


def test_a_new_key_is_shown_and_listed(policy: Policy, tmp_path: Path) -> None:
    """The private part is in a file for the owner, and nowhere else."""
    said = policy("keys", "new", "--keys", tmp_path / "keys", "--comment", "Ann, laptop")
    keyid = said.out.split()[0]
    assert said.code == 0
    assert said.out == f"{keyid}  ed25519     file     Ann, laptop\n"
    assert policy("keys", "list", "--keys", tmp_path / "keys").out == said.out
    pem = tmp_path / "keys" / f"{keyid}.pem"
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    secret = pem.read_text().splitlines()[1]
    for command in (("list",), ("list", "-o", "json"), ("export", keyid[:8])):
        shown = policy("keys", *command, "--keys", tmp_path / "keys")
        assert shown.code == 0
        assert secret not in shown.out + shown.err


def test_the_folder_comes_from_the_users_configuration(policy: Policy, tmp_path: Path, monkeypatch) -> None:
    """By default it lies beside the configuration; a variable goes before the file."""
    assert policy("keys", "new").code == 0
    assert len(list((tmp_path / "config/samakia-policy/keys").glob("*.pem"))) == 1
    (tmp_path / "config/samakia-policy/config.yaml").write_text("keys: elsewhere\n")
    assert policy("keys", "list").out == ""
    assert policy("keys", "new").code == 0
    assert len(list((tmp_path / "config/samakia-policy/elsewhere").glob("*.pem"))) == 1
    monkeypatch.setenv("POLICY_KEYS", str(tmp_path / "third"))
    assert policy("keys", "new").code == 0
    assert len(list((tmp_path / "third").glob("*.pem"))) == 1


@pytest.mark.parametrize("alg", ["ed25519", "ecdsa-p256"])
def test_openssl_reads_what_is_stored_and_exported(policy: Policy, keys, tmp_path: Path, alg: str) -> None:
    openssl = tool("openssl")
    made = keys("new", "--alg", alg)
    exported = policy("keys", "export", made["keyid"], "--keys", tmp_path / "keys").out
    pem = tmp_path / "keys" / f"{made['keyid']}.pem"
    read = subprocess.run([openssl, "pkey", "-in", pem, "-pubout"], capture_output=True, check=True)
    assert read.stdout.decode() == exported


def test_keys_of_openssl_are_imported(keys, tmp_path: Path) -> None:
    openssl = tool("openssl")
    for at, alg in enumerate(
        (["-algorithm", "ed25519"], ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    ):
        path = tmp_path / f"{at}.pem"
        subprocess.run([openssl, "genpkey", *alg, "-out", path], check=True, capture_output=True)
        path.chmod(0o600)
        assert keys("import", path)["alg"] == ("ed25519", "ecdsa-p256")[at]


def test_a_passphrase_locks_the_file(policy: Policy, keys, tmp_path: Path) -> None:
    openssl = tool("openssl")
    (tmp_path / "secret").write_text("correct horse\nsecond line\n")
    made = keys("new", "--passphrase-file", tmp_path / "secret")
    pem = tmp_path / "keys" / f"{made['keyid']}.pem"
    assert "ENCRYPTED" in pem.read_text()
    opened = [openssl, "pkey", "-in", pem, "-noout", "-passin", "pass:correct horse"]
    subprocess.run(opened, check=True)
    said = policy("keys", "import", pem, "--keys", tmp_path / "other")
    assert (said.code, "key-passphrase" in said.err) == (5, True)
    said = policy(
        "keys", "import", pem, "--keys", tmp_path / "other", "--passphrase-file", tmp_path / "secret"
    )
    assert said.code == 0
    assert "ENCRYPTED" in (tmp_path / "other" / pem.name).read_text()
    (tmp_path / "empty").write_text("\n")
    for wrong in ("empty", "none"):
        said = policy("keys", "new", "--passphrase-file", tmp_path / wrong)
        assert said.code == 2


@pytest.mark.parametrize("passphrase", ["", "hunter22"])
def test_a_key_of_openssh_is_imported_or_left_with_openssh(keys, tmp_path: Path, passphrase: str) -> None:
    ssh_keygen = tool("ssh-keygen")
    path = tmp_path / "id"
    subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", passphrase, "-f", path], check=True)
    (tmp_path / "secret").write_text(passphrase)
    unlock = ["--passphrase-file", tmp_path / "secret"] if passphrase else []
    assert keys("import", path, *unlock)["alg"] == "ed25519"
    for name in (path, f"{path}.pub"):
        left = keys("import", "--ssh", name, "--keys", tmp_path / Path(name).suffix[1:])
        assert (left["alg"], left["signer"]) == ("ssh", "openssh")
        assert left["public"] == " ".join(Path(f"{path}.pub").read_text().split()[:2])


def test_a_key_of_gpg_is_left_with_gpg(policy: Policy, keys, tmp_path: Path, monkeypatch) -> None:
    gpg = tool("gpg")
    home = tmp_path / "gnupg"
    home.mkdir(0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = [
        gpg,
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "ann@example.org",
        "ed25519",
        "sign",
        "never",
    ]
    subprocess.run(make, check=True, capture_output=True)
    made = keys("import", "--gpg", "ann@example.org", "--comment", "card")
    assert (made["alg"], made["signer"], made["comment"]) == ("openpgp", "gpg", "card")
    from samakia_policy.evidence.signing.keystore import open_signer

    signer = open_signer(str(tmp_path / "keys"), made["keyid"])
    now = "2099-01-01T00:00:00Z"
    assert signer.public._replace(at=now).verify(b"m", signer.sign(b"m"))
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def test_mistakes_are_told(policy: Policy, tmp_path: Path) -> None:
    folder = ("--keys", tmp_path / "keys")
    (tmp_path / "loose").write_text("-----BEGIN PRIVATE KEY-----\n")
    (tmp_path / "loose").chmod(0o644)
    wrong = {
        ("import", tmp_path / "none"): (2, "cannot be read"),
        ("import", tmp_path / "loose"): (2, "others may read this private key"),
        ("import", tmp_path): (2, "cannot be read"),
        ("import", "--ssh", "--gpg", "x"): (2, "not by both"),
        ("import", "--ssh", tmp_path / "none"): (2, "none.pub: cannot be read"),
        ("export", "0123456789"): (2, "no key '0123456789'"),
        ("new", "--alg", "rsa"): (2, "invalid choice"),
    }
    for words, (code, text) in wrong.items():
        said = policy("keys", *words, *folder)
        assert (said.code, text in said.err) == (code, True), said.err
    said = policy("keys", "import", tmp_path / "loose", *folder, "-o", "json")
    assert json.loads(said.out) == {
        "apiVersion": "samakia.policy/v1",
        "kind": "Error",
        "exit": 2,
        "code": "key-permissions",
        "message": "others may read this private key",
        "where": str(tmp_path / "loose"),
        "hint": f"chmod 600 {tmp_path / 'loose'}",
    }


def test_a_refused_key_is_exit_5_with_its_reason(policy: Policy, tmp_path: Path) -> None:
    (tmp_path / "cut.pem").write_text("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n")
    (tmp_path / "cut.pem").chmod(0o600)
    said = policy("keys", "import", tmp_path / "cut.pem", "--keys", tmp_path / "keys", "-o", "json")
    assert (said.code, json.loads(said.out)["code"]) == (5, "key-malformed")
    assert "(key-malformed)" in said.err


def test_help_has_examples(policy: Policy) -> None:
    assert "policy keys import --gpg" in policy("keys", "--help").out
