"""The backends of secrets: one behaviour, whether they are kept in a file or in Vault."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from beside import beside

from samakia_policy.adapters.secrets.backend import passphrase, tenant_store
from samakia_policy.adapters.secrets.file import FileStore
from samakia_policy.adapters.secrets.openssl_format import decrypt, encrypt
from samakia_policy.adapters.secrets.store import Store
from samakia_policy.errors import AdapterError, Error, InputError, Refused

stub = beside(__file__, "vault_stub")
PASSPHRASE = "a passphrase for tests"
FIRST, SECOND = {"password": "one", "username": "birds_database"}, {"password": "two"}


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Any]:
    with stub.vault_server(tmp_path) as served:
        yield served


@pytest.fixture(params=["file", "vault"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "file":
        yield FileStore(str(tmp_path / "creds.enc"), PASSPHRASE)
    else:
        with stub.vault_server(tmp_path) as served:
            yield tenant_store("birds", served.variables(), outside=str(tmp_path / "estate"), file="")


def test_a_record_is_written_once_and_replaced_on_purpose(store: Store) -> None:
    assert store.get("database") is None
    assert store.names() == []
    store.put("database", FIRST, replace=False)
    store.put("cache", SECOND, replace=False)
    assert (store.get("database"), store.names()) == (FIRST, ["cache", "database"])
    with pytest.raises(Refused, match="already"):
        store.put("database", SECOND, replace=False)
    store.put("database", SECOND, replace=True)
    assert (store.get("database"), store.get("cache")) == (SECOND, SECOND)


def test_changes_are_taken_back(store: Store) -> None:
    store.put("cache", SECOND, replace=False)
    store.put("database", FIRST, replace=False)()
    assert store.get("database") is None
    store.put("database", FIRST, replace=False)
    store.put("database", SECOND, replace=True)()
    assert store.get("database") == FIRST
    store.remove("database")()
    assert store.get("database") == FIRST
    store.remove("database")
    assert (store.get("database"), store.get("cache")) == (None, SECOND)
    with pytest.raises(Refused, match="no record"):
        store.remove("database")


def test_openssl_reads_what_we_write_and_we_what_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "creds.enc"
    FileStore(str(path), PASSPHRASE).put("database", FIRST, replace=False)
    words = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-pass", f"pass:{PASSPHRASE}"]
    read = subprocess.run([*words, "-d", "-in", path], check=True, capture_output=True)
    assert json.loads(read.stdout) == {"database": FIRST}
    text = json.dumps({"cache": SECOND}).encode()
    written = subprocess.run(words, input=text, check=True, capture_output=True)
    path.write_bytes(written.stdout)
    assert FileStore(str(path), PASSPHRASE).get("cache") == SECOND
    assert decrypt(encrypt(b"", b"x", b"12345678"), b"x") == b""


def test_a_wrong_passphrase_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "creds.enc"
    FileStore(str(path), PASSPHRASE).put("database", FIRST, replace=False)
    before = path.read_bytes()
    for wrong in (f"another passphrase {number}" for number in range(40)):
        store = FileStore(str(path), wrong)
        with pytest.raises(Refused, match=r"decrypted|records") as caught:
            store.put("database", SECOND, replace=True)
        assert wrong not in str(caught.value)
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["creds.enc", "creds.enc.lock"]


@pytest.mark.parametrize("harm", ["mode", "link", "short", "magic", "truncated", "fifo", "huge"])
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "creds.enc"
    store = FileStore(str(path), PASSPHRASE)
    store.put("database", FIRST, replace=False)
    data = path.read_bytes()
    if harm == "mode":
        path.chmod(0o640)
    elif harm == "link":
        path.rename(tmp_path / "real")
        path.symlink_to("real")
    elif harm == "fifo":
        path.unlink()
        os.mkfifo(path, 0o600)
    elif harm == "huge":
        os.truncate(path, (4 << 20) + 1)
    else:
        path.write_bytes({"short": b"Salted__", "magic": b"x" + data[1:], "truncated": data[:-1]}[harm])
    with pytest.raises(Error, match=r"creds\.enc"):
        store.get("database")


def test_a_full_disk_leaves_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "creds.enc"
    store = FileStore(str(path), PASSPHRASE)
    store.put("database", FIRST, replace=False)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AdapterError, match="No space left"):
        store.put("database", SECOND, replace=True)
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["creds.enc", "creds.enc.lock"]


def test_writers_wait_for_one_another(tmp_path: Path) -> None:
    path = str(tmp_path / "creds.enc")
    writers = [
        threading.Thread(
            target=FileStore(path, PASSPHRASE).put, args=(f"c{n}", FIRST), kwargs={"replace": False}
        )
        for n in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert FileStore(path, PASSPHRASE).names() == [f"c{n}" for n in range(8)]
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_vault_is_asked_as_vault_expects(vault: Any, tmp_path: Path) -> None:
    variables = vault.variables(VAULT_NAMESPACE="team", VAULT_KV_MOUNT="kv")
    store = tenant_store("birds", variables, outside=str(tmp_path / "estate"), file="")
    store.put("database", FIRST, replace=False)
    assert vault.seen == ["GET /v1/kv/data/tenants/birds/database", "POST /v1/kv/data/tenants/birds/database"]
    assert vault.namespaces == {"team"}


def test_vault_refuses_a_write_that_somebody_overtook(vault: Any, tmp_path: Path) -> None:
    store = tenant_store("birds", vault.variables(), outside=str(tmp_path / "estate"), file="")
    vault.racing = True
    with pytest.raises(Refused, match="somebody else"):
        store.put("database", FIRST, replace=False)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, b'{"errors":["sealed"]}'), "answered 500"),
        ((503, b""), "answered 503"),
        ((302, b"{}"), "answered 302"),
        ((200, b"<html>"), "something else than JSON"),
        ((200, b"{}"), "has no data"),
        ((200, b'{"data":{"data":[],"metadata":{"version":1}}}'), "another shape"),
        ((200, b"[" + b"0," * 1000 + b"0]"), "more than 999 bytes"),
        ((403, b'{"errors":["permission denied"]}'), "answered 403"),
    ],
)
def test_vault_that_misbehaves_is_an_error(
    vault: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, said: str
) -> None:
    monkeypatch.setattr("samakia_policy.adapters.secrets.vault.MAX_ANSWER", 999)
    store = tenant_store("birds", vault.variables(), outside=str(tmp_path / "estate"), file="")
    vault.answer = answer
    with pytest.raises(AdapterError, match=said) as caught:
        store.get("database")
    assert stub.TOKEN not in str(caught.value)


def test_vault_is_only_written_on_purpose_and_only_over_trusted_tls(vault: Any, tmp_path: Path) -> None:
    outside = str(tmp_path / "estate")
    with pytest.raises(Refused, match="only read"):
        tenant_store("birds", vault.variables(VAULT_WRITE="true"), outside=outside, file="").put(
            "x", {}, replace=False
        )
    with pytest.raises(AdapterError, match="SSLCertVerificationError"):
        tenant_store("birds", vault.variables(VAULT_CACERT=""), outside=outside, file="").get("x")
    assert vault.seen == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "VAULT_ADDR"),
        ({"VAULT_ADDR": "http://vault"}, "VAULT_ADDR"),
        ({"VAULT_ADDR": "https://me:pw@vault"}, "VAULT_ADDR"),
        ({"VAULT_ADDR": "https://vault"}, "VAULT_TOKEN"),
        ({"VAULT_ADDR": "https://vault", "VAULT_TOKEN": "a\nb"}, "VAULT_TOKEN"),
        ({"SECRETS_BACKEND": "env"}, "SECRETS_BACKEND"),
        ({"SECRETS_BACKEND": "file"}, "lies in the estate"),
        ({"SECRETS_BACKEND": "file", "TENANT_CREDS_FILE": "/estate/x"}, "lies in the estate"),
        ({"SECRETS_BACKEND": "file", "TENANT_CREDS_FILE": "/x"}, "TENANT_CREDS_PASSPHRASE"),
    ],
)
def test_a_choice_that_cannot_be_followed_is_refused(variables: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        tenant_store("birds", variables, outside="/estate", file="/estate/creds.enc")


def test_passphrases_come_from_files_that_are_ours(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\nmore", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(InputError, match="open to others"):
        passphrase({"P_FILE": str(path)}, "P")
    path.chmod(0o600)
    assert passphrase({"P_FILE": str(path), "P": "the other one is not used"}, "P") == PASSPHRASE
    with pytest.raises(InputError, match="too short") as caught:
        passphrase({"P": "short"}, "P")
    assert "short'" not in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        passphrase({"P_FILE": str(tmp_path / "none")}, "P")
