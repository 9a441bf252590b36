"""in-toto statements: what is said about which digests (https://in-toto.io/Statement/v1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal

TYPE = "https://in-toto.io/Statement/v1"
BASE = "https://samakia.policy"
DECISION, APPROVAL, WAIVER, PERMIT, HOLD, BREAK_GLASS, RATIFY, MARKER = (
    f"{BASE}/policy-{name}/v1"
    for name in ("decision", "approval", "waiver", "permit", "hold", "break-glass", "ratify", "marker")
)
VSA, SVR = "https://slsa.dev/verification_summary/v1", "https://in-toto.io/attestation/svr/v0.2"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MALFORMED = "statement-malformed"


class Statement(NamedTuple):
    """What a statement says: digests ("sha256:<hex>") by name, and a predicate of a known type."""

    subjects: Mapping[str, str]
    predicate: Mapping[str, Any]


def make(predicate_type: str, subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> bytes:
    """Return the payload of a statement: canonical JSON and a newline."""
    named = [
        {"name": name, "digest": {"sha256": value.removeprefix("sha256:")}}
        for name, value in sorted(subjects.items())
    ]
    shape = {"_type": TYPE, "subject": named, "predicateType": predicate_type, "predicate": dict(predicate)}
    return strict_json.canonical_line(shape)


def read(payload: bytes, predicate_type: str, *, where: str = "") -> Statement:
    """Return what a statement says; raises Refusal `statement-type` for another, `statement-malformed`."""
    value = strict_json.parse(payload, where=where)
    if not isinstance(value, dict) or value.get("_type") != TYPE:
        raise Refusal(_MALFORMED, "is no in-toto statement", where=where)
    if value.get("predicateType") != predicate_type:
        message = f"says {value.get('predicateType')!r}, expected {predicate_type!r}"
        raise Refusal("statement-type", message, where=where)
    subjects, predicate = value.get("subject"), value.get("predicate")
    if not isinstance(subjects, list) or not isinstance(predicate, dict):
        raise Refusal(_MALFORMED, "has no list `subject`, or no object `predicate`", where=where)
    return Statement(dict(_subject(found, where) for found in subjects), predicate)


def text(predicate: Mapping[str, Any], name: str, *, where: str = "") -> str:
    """Return a field of a predicate that must be a text; raises Refusal `statement-malformed`."""
    found = predicate.get(name)
    if not isinstance(found, str):
        raise Refusal(_MALFORMED, f"`{name}` is missing or no text", where=where)
    return found


def _subject(found: object, where: str) -> tuple[str, str]:
    if isinstance(found, dict) and isinstance(found.get("digest"), dict):
        name, value = found.get("name"), f"sha256:{found['digest'].get('sha256')}"
        if isinstance(name, str) and _DIGEST.fullmatch(value):
            return name, value
    raise Refusal(_MALFORMED, "a subject has no name, or no sha256", where=where)
