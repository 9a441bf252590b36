"""The secret detector: what it sees, what it leaves alone, and that its shortcut loses nothing."""

from __future__ import annotations

import json

import pytest

from samakia_policy.facts.secrets import redact, traces

_SECRETS = [
    {"host": "db?password=abc123xyz"},
    {"note": "token: abcdefgh1234"},
    {"password": "hunter2hunter2"},
    {"API_KEY": "0123456789"},
    {"authorization": "Basic abcdefgh"},
    {"dsn": "host=db user=app"},
    {"connection_string": "Server=db;Pwd=x1y2z3"},
    {"url": "postgres://app:s3cretpw@db/x"},
    {"key": "-----BEGIN OPENSSH PRIVATE KEY-----"},
    {"key": "AKIA" + "A" * 16},
    {"key": "hvs." + "a" * 24},
    {"key": "s." + "a" * 24},
    {"key": "ghp_" + "a" * 36},
    {"key": "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"},
    {"key": "Bearer " + "a" * 24},
    {"key": "PVEAPIToken=root@pam!ci=uuid"},
    {"key": "https://hooks.slack.com/services/T0/B0/x"},
]
_HARMLESS = [
    {"host": "token-service.internal"},
    {"description": "the password is kept in the vault"},
    {"secret_ref": "secrets/tenants/canary/db"},
    {"password": "${DB_PASSWORD}"},
    {"password": "<placeholder>"},
    {"password": "change-me"},
    {"token": "vault://tenants/canary/db"},
    {"note": "password=<from the vault>"},
    {"tls_required": True, "token": None},
    {"digest": "0" * 64},
]


@pytest.mark.parametrize("document", _SECRETS, ids=lambda document: next(iter(document)))
def test_secrets_are_taken_out(document: dict[str, str]) -> None:
    """The value becomes a marker; the hit says where it was, never what."""
    cleaned, hits = redact({"spec": [document]})
    name, value = next(iter(document.items()))
    assert [hit.pointer for hit in hits] == [f"/spec/0/{name}"]
    assert value not in json.dumps(cleaned)
    assert traces(json.dumps(document).encode())


@pytest.mark.parametrize("document", _HARMLESS, ids=lambda document: next(iter(document)))
def test_what_only_looks_like_a_secret_stays(document: dict[str, str]) -> None:
    """Names of things, placeholders and references are no secrets."""
    assert redact(document) == (document, [])
