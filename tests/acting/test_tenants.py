"""Tenants in execute mode: plan, apply, credentials and drills, behind gates, with a real encrypted file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.adapters.secrets.file import FileStore

_TENANT, _PASSPHRASE = "ferry-booking", "a passphrase for tests"
_GUARDS = (
    "TENANT_EXECUTE",
    "I_UNDERSTAND_TENANT_MUTATION",
    "TENANT_CREDS_ISSUE",
    "ROTATE_EXECUTE",
    "REVOKE_EXECUTE",
    "DR_EXECUTE",
)


@pytest.fixture
def tenants(place: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return an organisation whose runner may act for tenants."""
    for name in _GUARDS:
        monkeypatch.setenv(name, "1")
    passphrase = place.folder / "passphrase"
    passphrase.write_text(_PASSPHRASE, encoding="utf-8")
    passphrase.chmod(0o600)
    monkeypatch.setenv("SECRETS_BACKEND", "file")
    monkeypatch.setenv("TENANT_CREDS_FILE", str(place.folder / "creds.enc"))
    monkeypatch.setenv("TENANT_CREDS_PASSPHRASE_FILE", str(passphrase))
    return place


def _do(place: Any, action: str, *words: object, env: str = "samakia-dev", **flags: object) -> Any:
    given: dict[str, object] = {
        "reason": "the ferry opens in spring",
        "evidence": place.folder / "evidence",
        "trust-root": place.root,
        "ledger": place.ledger,
        "ledger-key": place.key("log"),
        "sign": place.key("gate"),
        "requester": "cat",
        "tenant": _TENANT,
    }
    given |= {name.replace("_", "-"): value for name, value in flags.items()}
    pairs = [part for name, value in given.items() if value is not None for part in (f"--{name}", value)]
    return place.policy("apply", action, place.estate, "--env", env, *pairs, *words)


def _store(place: Any) -> FileStore:
    return FileStore(str(place.folder / "creds.enc"), _PASSPHRASE)


def test_credentials_are_issued_once_rotated_and_revoked(tenants: Any) -> None:
    issue = ("tenants.creds.issue", "--consumer", "database", "--execute")
    done = _do(tenants, *issue)
    assert done.code == 0, done.out + done.err
    first = _store(tenants).get("database")
    assert first is not None
    assert (first["username"], len(first["password"]) >= 32) == ("ferry-booking_database", True)
    assert first["connection"]["port"] == 5432
    packet = b"".join(path.read_bytes() for path in done.packet.rglob("*") if path.is_file())
    assert first["password"].encode() not in packet + done.out.encode() + done.err.encode()
    again = _do(tenants, *issue)
    assert again.code == 6, again.out
    assert "rotate" in json.loads((again.packet / "record.json").read_bytes())["error"]
    assert _store(tenants).get("database") == first
    assert _do(tenants, "tenants.creds.rotate", "--consumer", "database", "--execute").code == 0
    second = _store(tenants).get("database")
    assert second is not None
    assert second["password"] != first["password"]
    shown = _do(tenants, "tenants.creds.inspect")
    assert [row["consumer"] for row in json.loads(shown.out)] == ["database"]
    assert second["password"] not in shown.out
    assert _do(tenants, "tenants.creds.revoke", "--consumer", "database", "--execute").code == 0
    assert _store(tenants).get("database") is None
    assert _do(tenants, "tenants.creds.revoke", "--consumer", "database", "--execute").code == 6


def test_an_apply_needs_a_fresh_plan_of_these_contracts(tenants: Any) -> None:
    contract = tenants.estate / "contracts/tenants/ferry-booking/consumers/database/enabled.yml"
    text = contract.read_text(encoding="utf-8")
    text = text.replace('"mode": "dry-run", "plan_only": true', '"mode": "execute", "plan_only": false')
    contract.write_text(text, encoding="utf-8")
    assert _do(tenants, "tenants.apply", "--execute", "-o", "json").guards == ["plan", "plan", "digest"]
    planned = _do(tenants, "tenants.plan")
    assert planned.code == 0, planned.err
    actions = {row["consumer"]: row["action"] for row in json.loads(planned.out)["actions"]}
    assert actions == {"cache": "skip", "database": "ensure-credentials"}
    contract.write_text(text + "\n", encoding="utf-8")
    changed = _do(tenants, "tenants.apply", "--execute", "-o", "json", plan_file=planned.packet)
    assert changed.guards == ["digest"]
    contract.write_text(text, encoding="utf-8")
    done = _do(tenants, "tenants.apply", "--execute", plan_file=planned.packet)
    assert done.code == 0, done.out + done.err
    rows = {row["consumer"]: row["status"] for row in json.loads((done.packet / "actions.json").read_bytes())}
    assert rows == {"cache": "skipped", "database": "applied"}
    assert _store(tenants).names() == ["database"]
    assert tenants.policy("evidence", "verify", done.packet, "--trust-root", tenants.root).code == 0


@pytest.mark.parametrize(
    ("flags", "guards"),
    [
        ({"tenant": "canary"}, ["allowlist:tenant"]),
        ({"env": "samakia-shared"}, ["allowlist:environment", "approval"]),
        ({"env": "samakia-prod"}, ["prod"]),
        ({"consumer": "kubernetes"}, ["allowlist:consumer"]),
        ({"reason": "short"}, ["reason"]),
    ],
)
def test_what_is_not_listed_is_refused(tenants: Any, flags: dict[str, Any], guards: list[str]) -> None:
    done = _do(tenants, "tenants.creds.issue", "--execute", "-o", "json", **{"consumer": "database", **flags})
    assert done.code == 4, done.out + done.err
    assert set(guards) <= set(done.guards)
    assert not (tenants.folder / "creds.enc").exists()


def test_a_drill_resolves_every_testcase(tenants: Any) -> None:
    dry = _do(tenants, "tenants.dr.run", evidence=None)
    assert dry.code == 0, dry.err
    assert "ready" in dry.out
    done = _do(tenants, "tenants.dr.run", "--execute")
    assert done.code == 0, done.out + done.err
    assert {row["status"] for row in json.loads((done.packet / "actions.json").read_bytes())} == {"ready"}


def test_a_wrong_passphrase_changes_nothing(tenants: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _do(tenants, "tenants.creds.issue", "--consumer", "database", "--execute").code == 0
    before = Path(tenants.folder / "creds.enc").read_bytes()
    monkeypatch.setenv("TENANT_CREDS_PASSPHRASE_FILE", "")
    monkeypatch.setenv("TENANT_CREDS_PASSPHRASE", "another passphrase altogether")
    done = _do(tenants, "tenants.creds.rotate", "--consumer", "database", "--execute")
    assert done.code == 6, done.out + done.err
    assert Path(tenants.folder / "creds.enc").read_bytes() == before
