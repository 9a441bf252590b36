"""What is signed about a packet: the decision, and two views of it that other verifiers read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from samakia_policy.evidence import statement
from samakia_policy.evidence.packet import layout
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.model.canonical import digest, digest_of
from samakia_policy.model.decision import results_digest

_VERDICTS = {"allow": "ALLOW", "deny": "DENY", "unknown": "ERROR"}


class Scope(NamedTuple):
    """What a decision is good for; empty means not said."""

    environment: str = ""
    tenant: str = ""
    workload: str = ""
    action: str = ""
    gate: str = ""


class Signing(NamedTuple):
    """What is known when a packet is signed.

    `now` and `expires`: RFC 3339 UTC. `trust_root`: version and digest of the root at hand, if any.
    `artifacts`: digests by name of what is bound beside the packet (the binary plan). `previous`: the newest
    checkpoint.
    """

    scope: Scope
    now: str
    expires: str
    requester: str = ""
    nonce: str = ""
    trust_root: Mapping[str, Any] | None = None
    artifacts: Mapping[str, str] = {}
    previous: Mapping[str, Any] | None = None


def subjects(files: Mapping[str, bytes], artifacts: Mapping[str, str]) -> dict[str, str]:
    """Return the digests that a decision's statement is about."""
    return {layout.MANIFEST: digest(files[layout.MANIFEST]), **artifacts}


def decision_payload(files: Mapping[str, bytes], decision: Mapping[str, Any], signing: Signing) -> bytes:
    """Return the statement about a decision; `files`: all files of the packet, the manifest included."""
    facts = [path for path in sorted(files) if path.startswith("facts/")]
    predicate = {
        "decisionId": digest(files[layout.DECISION]),
        "verdict": _VERDICTS[decision["outcome"]],
        "scope": signing.scope._asdict(),
        "request": {"requester": signing.requester, "nonce": signing.nonce},
        "timeVerified": signing.now,
        "effectiveTime": decision["context"]["as_of"],
        "notBefore": signing.now,
        "expires": signing.expires,
        "verifier": {"id": "samakia-policy", "engine": digest(files[layout.ENGINE])},
        "policy": [_pack(pack) for pack in decision["packs"]],
        "trustRoot": signing.trust_root,
        "packLock": digest(files[layout.LOCK]),
        "inputs": {"estate": decision["digests"]["estate"], "parameters": decision["digests"]["parameters"]},
        "factsDigest": digest_of([[path, hashlib.sha256(files[path]).hexdigest()] for path in facts]),
        "results": {"counts": decision["counts"], "resultsDigest": results_digest(decision)},
        "waivers": decision["waivers"],
        "nondeterminism": "none",
        "previous": signing.previous,
    }
    return statement.make(statement.DECISION, subjects(files, signing.artifacts), predicate)


def vsa_payload(
    files: Mapping[str, bytes], decision: Mapping[str, Any], signing: Signing, signed: bytes
) -> bytes:
    """Return the SLSA verification summary; `signed`: the envelope of the decision."""
    passed = decision["outcome"] == "allow"
    predicate = {
        "verifier": {"id": f"{statement.BASE}/samakia-policy"},
        "timeVerified": signing.now,
        "resourceUri": f"policy:{signing.scope.environment or 'all'}",
        "policy": {"uri": layout.LOCK, "digest": _hex(files[layout.LOCK])},
        "inputAttestations": [{"uri": layout.DECISION_STATEMENT, "digest": _hex(signed)}],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [] if passed else ["FAILED"],
        "slsaVersion": "1.1",
    }
    return statement.make(statement.VSA, subjects(files, signing.artifacts), predicate)


def svr_payload(files: Mapping[str, bytes], decision: Mapping[str, Any], signing: Signing) -> bytes:
    """Return the simple verification result; its properties are the packs that passed."""
    failed = {
        pack for rule in decision["rules"] if rule["outcome"] in {"fail", "unknown"} for pack in rule["packs"]
    }
    applied = [pack for pack in decision["packs"] if pack["applicable"] and pack["name"] not in failed]
    predicate = {
        "verifier": {"id": f"{statement.BASE}/samakia-policy"},
        "timeCreated": signing.now,
        "properties": sorted(f"SAMAKIA_POLICY_{pack['name']}@{pack['version']}" for pack in applied),
    }
    return statement.make(statement.SVR, subjects(files, signing.artifacts), predicate)


def _pack(pack: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pack[name] for name in ("name", "version", "digest")}


def _hex(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


def attestations(
    files: Mapping[str, bytes], decision: Mapping[str, Any], signing: Signing, signers: Sequence[Signer]
) -> dict[str, bytes]:
    """Return the signed statement of a decision and its two views, by path."""
    payload = decision_payload(files, decision, signing)
    signed = dsse.dump(dsse.make(dsse.IN_TOTO, payload, signers))
    views = {
        "attestations/vsa.dsse.json": vsa_payload(files, decision, signing, signed),
        "attestations/svr.dsse.json": svr_payload(files, decision, signing),
    }
    made = {path: dsse.dump(dsse.make(dsse.IN_TOTO, data, signers)) for path, data in views.items()}
    return {layout.DECISION_STATEMENT: signed, **made}
