"""Steps about the packet itself: its files, who signed, and whether the statement is about these bytes."""

from __future__ import annotations

import hashlib
from typing import Any

from samakia_policy.evidence import statement, strict_json
from samakia_policy.evidence.packet import layout
from samakia_policy.evidence.packet.read import open_packet
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.verify.case import Case
from samakia_policy.model.canonical import digest, digest_of
from samakia_policy.model.decision import results_digest

MAX_DECISION_BYTES = 256 << 20
"""Bytes of one decision."""
_VERDICTS = {"allow": "ALLOW", "deny": "DENY", "unknown": "ERROR"}


def check_files(case: Case) -> str:
    """Open the packet: plain files only, exactly those of the manifest, each with its digest."""
    case.packet = open_packet(case.path)
    return f"{len(case.packet.digests)} files as their manifest says"


def check_trust_root(case: Case) -> str:
    """Open the trust root that the caller names."""
    case.root = case.asked.root()
    return f"trust root version {case.root.version}, {case.root.digest}"


def check_signature(case: Case) -> str:
    """Find the keys of the role engine that signed the decision's statement."""
    assert case.packet is not None
    assert case.root is not None
    where = layout.DECISION_STATEMENT
    if where not in case.packet.beside:
        raise Refusal("attestation-missing", "the packet is not signed", where=where)
    envelope = dsse.parse(case.packet.read(where, dsse.MAX_ENVELOPE_BYTES), where=where)
    holders = case.root.holders("engine")
    if not holders:
        raise Refusal("role-empty", "the trust root lets no key sign decisions (role engine)")
    keys = [trusted.verifier(case.asked.now) for trusted in holders]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO, where=where)
    case.keys = verified.keys
    case.statement = statement.read(verified.payload, statement.DECISION, where=where)
    return f"signed by {', '.join(key.keyid[:16] for key in case.keys)}"


def check_statement(case: Case) -> str:
    """Compare what was signed with the bytes of the packet."""
    assert case.packet is not None
    assert case.statement is not None
    packet, where = case.packet, layout.DECISION_STATEMENT
    if case.statement.subjects.get(layout.MANIFEST) != digest(packet.manifest):
        raise Refusal("subject-digest", "the statement is about another manifest", where=where)
    data = packet.read(layout.DECISION, MAX_DECISION_BYTES)
    case.decision = _decision(data)
    facts = [[path, packet.digests[path]] for path in sorted(packet.digests) if path.startswith("facts/")]
    found = {
        "decisionId": digest(data),
        "verdict": _VERDICTS.get(case.decision["outcome"]),
        "effectiveTime": case.decision["context"]["as_of"],
        "packLock": _digest_of_file(case, layout.LOCK),
        "factsDigest": digest_of(facts),
    }
    for name, value in found.items():
        if case.said(name) != value:
            message = f"`{name}` says {case.said(name)!r}, the packet has {value!r}"
            raise Refusal("statement-mismatch", message, where=where)
    results = case.said("results")
    if not isinstance(results, dict) or results.get("resultsDigest") != results_digest(case.decision):
        raise Refusal("statement-mismatch", "`results` are not those of the decision", where=where)
    if not isinstance(case.said("scope"), dict) or not isinstance(case.said("request"), dict):
        raise Refusal("statement-malformed", "has no `scope` or no `request`", where=where)
    return f"decision {found['decisionId']}, {found['verdict']}"


def _decision(data: bytes) -> dict[str, Any]:
    value = strict_json.parse_canonical(data, where=layout.DECISION, limit=MAX_DECISION_BYTES)
    shape = {"kind": str, "outcome": str, "context": dict, "digests": dict, "packs": list, "rules": list}
    if not isinstance(value, dict) or any(not isinstance(value.get(n), kind) for n, kind in shape.items()):
        raise Refusal("decision-malformed", "is no decision", where=layout.DECISION)
    needed = ((value["context"], "as_of"), (value["digests"], "packs"))
    if value["kind"] != "Decision" or any(not isinstance(part.get(name), str) for part, name in needed):
        raise Refusal("decision-malformed", "is no decision", where=layout.DECISION)
    return value


def _digest_of_file(case: Case, path: str) -> str:
    assert case.packet is not None
    return "sha256:" + hashlib.sha256(case.packet.read(path)).hexdigest()
