"""The honest packet of the corpus, and the ways in which a case changes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from organisation import IDS, KEYS, ORIGIN

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.approval import Bound, approve
from samakia_policy.evidence.ledger.events import event
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.proof import make_proof
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.packet.attestations import Scope, Signing, attestations
from samakia_policy.evidence.packet.layout import covered
from samakia_policy.evidence.packet.manifest import write_manifest
from samakia_policy.evidence.packet.records import metadata, pretty
from samakia_policy.evidence.signing import dsse
from samakia_policy.model.canonical import canonical, digest

MADE, NOW, EXPIRES = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z", "2026-03-02T12:00:00Z"
PLAN = digest(b"the plan of the corpus")
STATEMENT = "attestations/decision.dsse.json"
PROOF = "proofs/ledger.tlog-proof"
Change = Callable[[Path], None]


def decision(outcome: str = "allow") -> dict[str, Any]:
    """Return a small decision."""
    digests = {name: digest(name.encode()) for name in ("estate", "facts", "packs", "parameters")}
    return {
        "apiVersion": "samakia.policy/v1",
        "kind": "Decision",
        "outcome": outcome,
        "context": {
            "as_of": MADE,
            "environment": "samakia-dev",
            "action": "terraform.apply",
            "requester": "cat",
            "fail_on": "high",
        },
        "digests": {**digests, "engine": digest(b"engine"), "runtime": digest(b"runtime")},
        "counts": {"rules": 1, "facts": 1, "pass": 1},
        "packs": [
            {
                "name": "phase-10-tenants",
                "version": "1.0.0",
                "digest": digest(b"pack"),
                "selected_by": "gate",
                "applicable": True,
            }
        ],
        "rules": [
            {
                "id": "tenants/id-slug",
                "packs": ["phase-10-tenants"],
                "severity": "high",
                "language": "rego",
                "outcome": "pass",
                "facts": 1,
                "findings": 0,
            }
        ],
        "findings": [],
        "unknowns": [],
        "waivers": [],
    }


def files(outcome: str = "allow") -> dict[str, bytes]:
    """Return the files of the honest packet, with its manifest."""
    made = decision(outcome)
    found = {
        "decision.json": canonical(made) + b"\n",
        "metadata.json": metadata("check", made, "0"),
        "engine.json": pretty({"python": "3", "runtime": {"name": "native"}}),
        "packs.lock.json": canonical({"packs": made["packs"]}) + b"\n",
        "redactions.json": pretty([]),
        "facts/graph.json": b'{"dangling":[],"edges":[],"incomplete":{}}\n',
        "facts/estate.json": b"[]\n",
    }
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in found.items()}
    return {**found, "manifest.sha256": write_manifest(digests)}


def signing(**changes: Any) -> Signing:
    """Return what the honest engine knows when it signs."""
    scope = Scope("samakia-dev", "birds", "", "terraform.apply")
    known = {"scope": scope, "now": MADE, "expires": EXPIRES, "requester": "cat", "nonce": "n-1"}
    return Signing(**{**known, "artifacts": {"plan": PLAN}, **changes})


def honest(target: Path, *signers: str, outcome: str = "allow", **changes: Any) -> None:
    """Write the honest packet, signed."""
    found = files(outcome)
    keys = [KEYS[name] for name in signers or ("engine",)]
    found |= attestations(found, decision(outcome), signing(**changes), keys)
    for path, data in found.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)


def seal(packet: Path) -> None:
    """Write the manifest again."""
    paths = [path.relative_to(packet).as_posix() for path in packet.rglob("*") if path.is_file()]
    found = {
        path: hashlib.sha256((packet / path).read_bytes()).hexdigest() for path in paths if covered(path)
    }
    (packet / "manifest.sha256").write_bytes(write_manifest(found))


def payload(packet: Path) -> dict[str, Any]:
    """Return what the packet's statement says."""
    found = json.loads(dsse.parse((packet / STATEMENT).read_bytes()).payload)
    assert isinstance(found, dict)
    return found


def sign(packet: Path, value: Any, *names: str, payload_type: str = dsse.IN_TOTO) -> None:
    """Write another statement, signed by some keys."""
    data = value if isinstance(value, bytes) else strict_json.canonical_line(value)
    envelope = dsse.make(payload_type, data, [KEYS[name] for name in names or ("engine",)])
    (packet / STATEMENT).write_bytes(dsse.dump(envelope))


def say(**predicate: Any) -> Change:
    """Return a change of the statement's predicate, signed by the engine itself."""

    def change(packet: Path) -> None:
        value = payload(packet)
        value["predicate"] |= predicate
        sign(packet, value)

    return change


def shape(**members: Any) -> Change:
    """Return a change of the statement's members."""
    return lambda packet: sign(packet, payload(packet) | members)


def envelope(change: Callable[[dict[str, Any]], Any]) -> Change:
    """Return a change of the envelope as JSON; what the function returns is written."""

    def harm(packet: Path) -> None:
        value = json.loads((packet / STATEMENT).read_bytes())
        made = change(value)
        data = made if isinstance(made, bytes) else json.dumps(value if made is None else made).encode()
        (packet / STATEMENT).write_bytes(data)

    return harm


def approval(name: str, file: str = "", **changes: Any) -> Change:
    """Return a change that adds somebody's approval."""

    def add(packet: Path) -> None:
        results = payload(packet)["predicate"]["results"]["resultsDigest"]
        bound = Bound(results, decision()["digests"]["packs"], PLAN)
        bound = bound._replace(
            **{key: changes.pop(key) for key in ("results", "packs", "plan") if key in changes}
        )
        said = {
            "environment": "samakia-dev",
            "tenant": "birds",
            "action": "terraform.apply",
            "reason": "looked at it",
            "ticket": "",
            "issued": MADE,
            "expires": EXPIRES,
            **changes,
        }
        folder = packet / "attestations" / "approvals"
        folder.mkdir(exist_ok=True)
        (folder / f"{file or name}.dsse.json").write_bytes(approve(bound, said, KEYS[name]))

    return add


def logged(folder: Path, key: str = "log", before: int = 2, **changes: Any) -> Change:
    """Return a change that logs the decision in a ledger of its own and adds the proof."""

    def add(packet: Path) -> None:
        log = create_log(str(folder), ORIGIN, KEYS[key])
        common = {"at": MADE, "actor": IDS["engine"]}
        noise = [event("consume", permit=digest(bytes([n])), **common) for n in range(before)]
        fields = {
            "packet": digest((packet / "manifest.sha256").read_bytes()),
            "decision": payload(packet)["predicate"]["decisionId"],
            "outcome": "allow",
            **changes,
        }
        made = event(fields.pop("kind", "decision"), **common, **fields)
        Log(str(folder), ORIGIN, KEYS[key]).append([*noise, made])
        proof = make_proof(open_snapshot(str(folder), log.key), before)
        (packet / PROOF).parent.mkdir(exist_ok=True)
        (packet / PROOF).write_bytes(proof.data)

    return add


def both(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(packet: Path) -> None:
        for one in changes:
            one(packet)

    return change


def write(path: str, data: bytes) -> Change:
    """Return a change that writes a file."""

    def change(packet: Path) -> None:
        (packet / path).parent.mkdir(parents=True, exist_ok=True)
        (packet / path).write_bytes(data)

    return change


def edit(path: str, old: bytes, new: bytes, *, sealed: bool = False) -> Change:
    """Return a change of a file's bytes; `sealed`: the manifest is written again."""

    def change(packet: Path) -> None:
        data = (packet / path).read_bytes()
        assert old in data, (path, old)
        (packet / path).write_bytes(data.replace(old, new, 1))
        if sealed:
            seal(packet)

    return change


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def link(packet: Path, name: str) -> None:
    (packet / name).rename(packet.parent / name)
    (packet / name).symlink_to(packet.parent / name)


def flip_signature(value: dict[str, Any]) -> None:
    text = value["signatures"][0]["sig"]
    value["signatures"][0]["sig"] = ("B" if text[0] == "A" else "A") + text[1:]


def signed_without_encoding(packet: Path) -> None:
    found = dsse.parse((packet / STATEMENT).read_bytes())
    bare = dsse.Signature(IDS["engine"], KEYS["engine"].sign(found.payload))
    (packet / STATEMENT).write_bytes(dsse.dump(found._replace(signatures=(bare,))))


def edit_payload(packet: Path) -> None:
    """Change what was signed and keep the signature."""
    found = dsse.parse((packet / STATEMENT).read_bytes())
    forged = found.payload.replace(b'"nonce":"n-1"', b'"nonce":"n-2"')
    (packet / STATEMENT).write_bytes(dsse.dump(found._replace(payload=forged)))


def url_safe(value: dict[str, Any]) -> None:
    table = str.maketrans("+/", "-_")
    value["payload"] = value["payload"].translate(table)
    value["signatures"][0]["sig"] = value["signatures"][0]["sig"].translate(table)


def about_this(packet: Path) -> None:
    """Sign the statement about the manifest and the decision as they are now."""
    value = payload(packet)
    manifest = hashlib.sha256((packet / "manifest.sha256").read_bytes()).hexdigest()
    value["subject"] = [{"name": "manifest.sha256", "digest": {"sha256": manifest}}]
    sign(packet, value)


def other_index(packet: Path) -> None:
    text = (packet / PROOF).read_text(encoding="utf-8")
    (packet / PROOF).write_text(text.replace("index 2\n", "index 1\n"), encoding="utf-8")
