"""The secret detector: takes secrets out of a document before anything else sees them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from samakia_policy.model.document import SecretHit
from samakia_policy.model.values import escape, redacted, tokens

KEYS = frozenset(
    [
        "password",
        "passwd",
        "passphrase",
        "token",
        "secret",
        "api_key",
        "apikey",
        "access_key",
        "private_key",
        "client_secret",
        "secret_value",
        "authorization",
        "dsn",
        "connection_string",
    ]
)
_VALUE = re.compile(
    r"(?P<pem>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY)"
    r"|(?P<aws_key>\bAKIA[0-9A-Z]{16}\b)"
    r"|(?P<vault_token>\b(?:hvs|s)\.[A-Za-z0-9_-]{20,})"
    r"|(?P<github_token>\bgh[pousr]_[A-Za-z0-9]{36})"
    r"|(?P<jwt>\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+)"
    r"|(?P<bearer>\b[Bb]earer [A-Za-z0-9._~+/=-]{20,})"
    r"|(?P<proxmox_token>\bPVEAPIToken=(?P<a>\S+))"
    r"|(?P<url_userinfo>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@]{1,128}:(?P<b>[^\s/@]{1,256})@)"
    r"|(?P<assignment>\b(?i:password|token|secret)\b\s{0,8}[:=]\s{0,8}(?P<c>\S+))"
    r"|(?P<webhook>hooks\.slack\.com/services/\S)"
)
# Cheaper than the patterns: a text without any of these holds none of them.
_HINT = re.compile(
    r"-----BEGIN|AKIA|hvs\.|\bs\.|gh[pousr]_|eyJ|earer |PVEAPIToken|://|hooks\.slack"
    r"|(?i:password|token|secret)\s{0,8}[:=]"
)
_PLACEHOLDER = re.compile(
    r"\.\.\.|[\"']?<.*|\[?redacted\]?|change-?me|\$\{.*|\$[A-Za-z_].*|\$\(.*|(?:var|local|data)\..*|\{\{.*"
    r"|vault://.*|gpg:.*|(?:secret/)?(?:secrets/)?(?:tenants|platform)/[A-Za-z0-9_./-]+",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST = 6
SHOWN = "<redacted>"
"""What stands for a secret in a text."""


def redact(data: Any, pointer: str = "") -> tuple[Any, list[SecretHit]]:
    """Return the data with every secret replaced by a marker, and the hits in document order.

    The data is returned as it is, not copied, where it holds no secret.
    """
    hits: list[SecretHit] = []
    return _redact(data, pointer, "", hits), hits


def secret_texts(data: Any, text: str) -> list[str]:
    """Return the secrets in some data, the longest first. `text`: the same as text, searched first."""
    lower = text.lower()
    if _HINT.search(text) is None and not any(key in lower for key in KEYS):
        return []
    found = {part for hit in redact(data)[1] for part in _parts(str(_value_at(data, hit.pointer)))}
    return sorted((part for part in found if not _placeholder(part)), key=lambda part: (-len(part), part))


def without_secrets(text: str, known: Iterable[str]) -> str:
    """Return a text in which neither a known secret nor what looks like one is left."""
    for secret in known:
        for form in (secret, json.dumps(secret)[1:-1]):
            text = text.replace(form, SHOWN)
    return _VALUE.sub(SHOWN, text) if detect("", text) else text


def _parts(secret: str) -> Iterator[str]:
    yield secret
    for match in _VALUE.finditer(secret):
        yield from (match[name] for name in "abc" if match[name])


def _value_at(data: Any, pointer: str) -> Any:
    for token in tokens(pointer):
        data = data[int(token)] if isinstance(data, list) else data[token]
    return data


def detect(key: str, value: object) -> str:
    """Return the name of the detector that sees a secret in a value under a key, or ""."""
    if isinstance(value, bool) or value is None or key.endswith("_ref"):
        return ""
    text = value if isinstance(value, str) else str(value)
    if key in KEYS and not _placeholder(text):
        return f"key:{key}"
    if not isinstance(value, str) or len(text) < _SHORTEST or _HINT.search(text) is None:
        return ""
    return _detect_value(text)


def _detect_value(text: str) -> str:
    if _PLACEHOLDER.fullmatch(text) and "://" not in text:
        return ""
    for match in _VALUE.finditer(text):
        secret = match["a"] or match["b"] or match["c"]
        if secret is None or not _placeholder(secret):
            return next(name for name, found in match.groupdict().items() if found and len(name) > 1)
    return ""


def _placeholder(text: str) -> bool:
    stripped = text.strip().strip("\"',;")
    return len(stripped) < _SHORTEST or _PLACEHOLDER.fullmatch(stripped) is not None


def _redact(node: Any, pointer: str, key: str, hits: list[SecretHit]) -> Any:
    if isinstance(node, dict):
        # What looks like a marker may be written by the author of a contract: it is searched too.
        return _redact_mapping(node, pointer, hits)
    if isinstance(node, list):
        changed = [_redact(item, f"{pointer}/{n}", key, hits) for n, item in enumerate(node)]
        return changed if any(a is not b for a, b in zip(changed, node, strict=True)) else node
    detector = detect(key, node)
    if not detector:
        return node
    hash8 = hashlib.sha256(str(node).encode()).hexdigest()[:8]
    hits.append(SecretHit(pointer, detector, hash8))
    return redacted(detector)


def _redact_mapping(node: dict[str, Any], pointer: str, hits: list[SecretHit]) -> dict[str, Any]:
    replaced = {}
    for key, value in node.items():
        changed = _redact(value, f"{pointer}/{escape(key)}", key.lower(), hits)
        if changed is not value:
            replaced[key] = changed
    return {**node, **replaced} if replaced else node
