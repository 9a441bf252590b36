"""Signed packets of real checks, and the trust root that their signers are in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.approval import Bound, approve
from samakia_policy.evidence.packet.layout import covered
from samakia_policy.evidence.packet.manifest import write_manifest
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import ED25519, PrivateKey, generate
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.root import parse
from samakia_policy.evidence.verify.case import Asked
from samakia_policy.evidence.verify.packet import verify_packet
from samakia_policy.evidence.verify.report import Report
from samakia_policy.pipeline import Request, examine
from samakia_policy.record import packet_files, publish_packet, sign_packet

ESTATE = Path(__file__).parents[2] / "fixtures" / "estates" / "canary-clean"
AS_OF, NOW = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"
PLAN = "sha256:" + hashlib.sha256(b"a plan").hexdigest()
_ANYWHERE = {"env": "*", "tenant": "*", "action": "*"}


class Persons:
    """Ann and Ben approve, Cat asks, the robot signs decisions; Mallory is nobody."""

    def __init__(self) -> None:
        names = ("ann", "ann2", "ben", "cat", "robot", "mallory")
        self.keys: dict[str, PrivateKey] = {name: generate(ED25519) for name in names}

    def id(self, name: str) -> str:
        """Return a key id."""
        return self.keys[name].public.keyid

    def content(self, **changes: Any) -> dict[str, Any]:
        """Return the content of the trust root."""
        trusted = ("ann", "ann2", "ben", "cat", "robot")
        made: dict[str, Any] = {
            "format": "samakia.policy/trust-root/v1",
            "version": 1,
            "issued": "2026-01-01T00:00:00Z",
            "expires": "2027-01-01T00:00:00Z",
            "persons": {name.rstrip("2"): {"name": name, "org": "Example"} for name in trusted},
            "keys": {self.id(name): self._entry(name) for name in trusted},
            "roles": {
                "root": {"keys": [self.id("ann"), self.id("ben")], "threshold": 2},
                "engine": self.role("robot"),
                "approver": self.role("ann", "ann2", "ben", "cat"),
            },
        }
        return {**made, **changes}

    def role(self, *names: str, **scope: str) -> dict[str, Any]:
        """Return a role of some keys."""
        return {"keys": [self.id(n) for n in names], "threshold": 1, "scopes": [{**_ANYWHERE, **scope}]}

    def root(self, **changes: Any) -> TrustRoot:
        """Return the trust root."""
        return parse(strict_json.canonical_line(self.content(**changes)))

    def _entry(self, name: str) -> dict[str, Any]:
        import base64

        key = self.keys[name].public
        return {
            "alg": key.alg,
            "public": base64.b64encode(key.raw).decode(),
            "person": name.rstrip("2"),
            "custody": "software",
            "notBefore": "2025-01-01T00:00:00Z",
            "notAfter": "2030-01-01T00:00:00Z",
        }


@pytest.fixture(scope="session")
def persons() -> Persons:
    """Return everybody's keys."""
    return Persons()


@pytest.fixture(scope="session")
def signed(persons: Persons, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a packet of a check that the robot signed, with a plan bound to it."""
    request = Request(
        str(ESTATE), AS_OF, environment="samakia-dev", action="terraform.apply", requester="cat"
    )
    checked = examine(request)
    files = packet_files(checked)
    sign_packet(checked, files, [persons.keys["robot"]], artifacts={"plan": PLAN}, nonce="n-1")
    return Path(publish_packet(str(tmp_path_factory.mktemp("signed")), "check", "samakia-dev", AS_OF, files))


@pytest.fixture
def packet(signed: Path, tmp_path: Path) -> Path:
    """Return a packet that a test may change."""
    return Path(shutil.copytree(signed, tmp_path / "packet"))


@pytest.fixture
def verify(persons: Persons, packet: Path) -> Callable[..., Report]:
    """Return a function that verifies the packet; `root` changes the trust root."""

    def run(*, root: dict[str, Any] | None = None, now: str = NOW, **expect: str) -> Report:
        return verify_packet(str(packet), Asked(lambda: persons.root(**(root or {})), now, expect))

    return run


def seal(packet: Path) -> None:
    """Write the manifest again, as whoever changes a packet would."""
    paths = [path.relative_to(packet).as_posix() for path in packet.rglob("*") if path.is_file()]
    files = {path: (packet / path).read_bytes() for path in paths if covered(path)}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    (packet / "manifest.sha256").write_bytes(write_manifest(digests))


def sign_again(packet: Path, *keys: PrivateKey, **changes: Any) -> None:
    """Sign the packet's statement again with other keys or another content."""
    path = packet / "attestations" / "decision.dsse.json"
    value = json.loads(dsse.parse(path.read_bytes()).payload)
    manifest = hashlib.sha256((packet / "manifest.sha256").read_bytes()).hexdigest()
    for subject in value["subject"]:
        if subject["name"] == "manifest.sha256":
            subject["digest"]["sha256"] = manifest
    value["predicate"] |= changes.pop("predicate", {})
    payload = strict_json.canonical_line(value | changes)
    path.write_bytes(dsse.dump(dsse.make(dsse.IN_TOTO, payload, keys)))


def add_approval(packet: Path, key: PrivateKey, name: str = "", **changes: str) -> None:
    """Add an approval of the packet's decision, as a person would."""
    payload = json.loads(dsse.parse((packet / "attestations" / "decision.dsse.json").read_bytes()).payload)
    decision = json.loads((packet / "decision.json").read_bytes())
    results = changes.pop("results", payload["predicate"]["results"]["resultsDigest"])
    bound = Bound(results, decision["digests"]["packs"], changes.pop("plan", PLAN))
    said = {
        "environment": "samakia-dev",
        "tenant": "",
        "action": "terraform.apply",
        "reason": "replace the broken disk",
        "ticket": "OPS-1",
        "issued": AS_OF,
        "expires": "2026-03-02T12:00:00Z",
        **changes,
    }
    folder = packet / "attestations" / "approvals"
    folder.mkdir(exist_ok=True)
    (folder / f"{name or key.public.keyid}.dsse.json").write_bytes(approve(bound, said, key))
