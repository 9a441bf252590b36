"""The secret detector: what it sees, what it leaves alone, and that its shortcut loses nothing."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samakia_policy.facts.secret_hints import may_hold_secret
from samakia_policy.facts.secrets import KEYS, redact

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
    assert may_hold_secret(json.dumps(document).encode())


@pytest.mark.parametrize("document", _HARMLESS, ids=lambda document: next(iter(document)))
def test_what_only_looks_like_a_secret_stays(document: dict[str, str]) -> None:
    """Names of things, placeholders and references are no secrets."""
    assert redact(document) == (document, [])


# Parts of what the detector knows, and what may stand between them.
_PARTS = st.sampled_from(
    [
        *("password", "pas\u017fword", "to\u212aen", "TOKEN", "secret", "hunter2hunter2", "a" * 24, "A" * 16),
        *("AKIA", "-----BEGIN RSA PRIVATE KEY-----", "ghp_", "eyJabcd.", "abcd.", "Bearer ", "s.", "hvs."),
        *("PVEAPIToken=", "https", "://", "@", "/", "hooks.slack.com/services/", "=", ":", " ", "\n", "\t"),
        *("\x0b", "\xa0", "é", '"', "\\", "<", "&", "x", "$", "0"),
    ]
)
_TEXTS = st.lists(_PARTS, max_size=8).map("".join)
_NAMES = (
    st.sampled_from(sorted(KEYS)) | st.sampled_from(["TO\u212aEN", "Password", "x", "secret_ref"]) | _TEXTS
)
_VALUES = st.recursive(
    _TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED = {"<": r"\u003c", "&": r"\u0026", "/": r"\/", "t": r"\u0074", "=": r"\u003d"}


def _escaped(string: re.Match[str]) -> str:
    """Write some characters of a JSON string as escapes; what is one already stays."""
    return re.sub(r"\\.|[<&/t=]", lambda match: _ESCAPED.get(match[0], match[0]), string[0])


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(_NAMES, _VALUES, max_size=3), st.booleans(), st.booleans(), st.booleans())
def test_the_shortcut_sees_every_text_that_holds_a_secret(
    document: dict[str, object], ascii_only: bool, spaced: bool, escaped: bool
) -> None:
    """However JSON is written: a text that the shortcut passes over holds nothing for the detector."""
    separators = (" , ", " : ") if spaced else (",", ":")
    text = json.dumps(document, ensure_ascii=ascii_only, separators=separators)
    text = _STRING.sub(_escaped, text) if escaped else text
    assert json.loads(text) == document
    assert may_hold_secret(text.encode()) or not redact(document)[1]


@pytest.mark.parametrize("document", _HARMLESS[:3], ids=lambda document: next(iter(document)))
def test_the_shortcut_passes_over_what_is_harmless(document: dict[str, str]) -> None:
    """Otherwise it would be none."""
    assert not may_hold_secret(json.dumps(document).encode())
    assert not may_hold_secret(
        b'{"password":null,"private":true,"url":"https://h/x?a=b@c","user":"a@b","os":"fs.x"}'
    )
