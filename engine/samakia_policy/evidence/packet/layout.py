"""The names in a packet: which files the manifest covers, and which may lie beside it."""

from __future__ import annotations

import re

MANIFEST = "manifest.sha256"
METADATA, DECISION, ENGINE, LOCK, REDACTIONS = (
    "metadata.json",
    "decision.json",
    "engine.json",
    "packs.lock.json",
    "redactions.json",
)
DECISION_STATEMENT = "attestations/decision.dsse.json"

BESIDE = frozenset(
    {
        MANIFEST,
        "manifest.sha256.asc",
        "manifest.sha256.asc.a",
        "manifest.sha256.asc.b",
        "manifest.sha256.tsr",
        "tsa-metadata.json",
    }
)
"""Names of files that a manifest never covers."""
BELOW = ("attestations/", "proofs/", "legal-hold/")
"""Folders whose files a manifest never covers."""
LEGACY = re.compile(r"tsa-ca\.pem|signer-publickey[^/]*\.asc|SIGNING_INCOMPLETE|TSA_NOTARIZATION_FAILED")
"""More names that packets of the reference may have beside their manifest; never a source of trust."""

MAX_PATH = 512
"""Bytes of one path."""
MAX_LEVELS = 16
"""Folders inside one another."""
_REFUSED = re.compile(r"[\x00-\x1f\x7f\\]")


def covered(path: str) -> bool:
    """Tell whether a manifest covers a path."""
    return path not in BESIDE and not path.startswith(BELOW)


def path_problem(path: str) -> str:
    """Return why a relative path may not be in a packet; "" where it may."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        return "leads out of the packet"
    if any(part in {"", "."} for part in parts):
        return "is not written plainly"
    if _REFUSED.search(path):
        return "holds a control character or a backslash"
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH:
        return f"is longer than {MAX_PATH} bytes (MAX_PATH)"
    return f"is deeper than {MAX_LEVELS} folders (MAX_LEVELS)" if len(parts) > MAX_LEVELS else ""
