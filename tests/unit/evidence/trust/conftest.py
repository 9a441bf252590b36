"""A small world of persons, keys and trust roots."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import ECDSA_P256, ED25519, PrivateKey, generate
from samakia_policy.evidence.trust.model import PAYLOAD_TYPE, TrustRoot
from samakia_policy.evidence.trust.open import Asked, open_trust_root
from samakia_policy.evidence.trust.root import parse
from samakia_policy.model.canonical import digest

ISSUED, NOW, EXPIRES = "2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2027-01-01T00:00:00Z"
ANYWHERE = {"env": "*", "tenant": "*", "action": "*"}


def verifier_key(name: str, raw: bytes, kind: int = 1) -> str:
    """Return a key as signed notes write it."""
    data = bytes([kind]) + raw
    short = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{short}+{base64.b64encode(data).decode()}"


class World:
    """Five persons with a key each, Ann with two, an engine; Ann, Ben and Cat hold the role root."""

    now = NOW

    def __init__(self) -> None:
        algs = {"ann": ED25519, "ann2": ECDSA_P256, "ben": ECDSA_P256, "cat": ED25519, "dan": ED25519}
        self.keys: dict[str, PrivateKey] = {name: generate(alg) for name, alg in algs.items()}
        self.keys |= {"eve": generate(ED25519), "robot": generate(ED25519)}
        self.vkey = verifier_key("ledger.example", generate(ED25519).public.raw)

    def id(self, name: str) -> str:
        """Return the key id of a key."""
        return self.keys[name].public.keyid

    def content(self, version: int = 1, **changes: Any) -> dict[str, Any]:
        """Return the content of a sound trust root; `changes` replace its members."""
        persons = ["ann", "ben", "cat", "dan", "eve", "robot"]
        made: dict[str, Any] = {
            "format": "samakia.policy/trust-root/v1",
            "version": version,
            "issued": ISSUED,
            "expires": EXPIRES,
            "persons": {name: {"name": name.title(), "org": "Example"} for name in persons},
            "keys": {self.id(name): self.entry(name) for name in self.keys},
            "roles": {
                "root": {"keys": [self.id(name) for name in ("ann", "ben", "cat")], "threshold": 2},
                "engine": self.role("robot"),
                "approver": self.role("ann", "ann2", "ben", "cat", "robot"),
            },
        }
        made.update(changes)
        return {name: value for name, value in made.items() if value is not None}

    def entry(self, name: str, **changes: Any) -> dict[str, Any]:
        """Return what a trust root says of a key."""
        key = self.keys[name].public
        return {
            "alg": key.alg,
            "public": base64.b64encode(key.raw).decode(),
            "person": name.rstrip("2"),
            "custody": "software",
            "notBefore": "2025-01-01T00:00:00Z",
            "notAfter": "2030-01-01T00:00:00Z",
            **changes,
        }

    def role(self, *names: str, threshold: int = 1, **scope: str) -> dict[str, Any]:
        """Return a role of some keys."""
        return {
            "keys": [self.id(name) for name in names],
            "threshold": threshold,
            "scopes": [{**ANYWHERE, **scope}],
        }

    def root(self, content: dict[str, Any] | None = None) -> TrustRoot:
        """Return the trust root of some content, unsigned."""
        return parse(strict_json.canonical_line(content or self.content()))

    def signed(self, content: dict[str, Any], *names: str) -> bytes:
        """Return an envelope of some content, signed by the keys of those names."""
        payload = strict_json.canonical_line(content)
        return dsse.dump(dsse.make(PAYLOAD_TYPE, payload, [self.keys[name] for name in names]))

    def next(self, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return the content of the version after another."""
        before = digest(strict_json.canonical_line(content)).removeprefix("sha256:")
        made = {**copy.deepcopy(content), "version": content["version"] + 1, "previous": {"sha256": before}}
        return made | changes


@pytest.fixture(scope="session")
def world() -> World:
    """Return the small world."""
    return World()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., TrustRoot]:
    """Return a function that opens a trust root as a user does, with what the user remembers."""

    def run(data: bytes, name: str = "root.json", **changes: Any) -> TrustRoot:
        path = tmp_path / name
        path.write_bytes(data)
        asked = {"path": str(path), "state": str(tmp_path / "state"), "now": NOW, **changes}
        return open_trust_root(Asked(**asked))

    return run
