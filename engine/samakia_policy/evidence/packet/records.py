"""The small records of a packet: what ran, on what, with which packs; canonical or for people."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from samakia_policy.evidence.strict_json import canonical_line

FORMAT = "samakia.policy/packet/v1"
_CHUNK = 1 << 20


def pretty(value: object) -> bytes:
    """Return JSON for people: sorted keys, two spaces, a newline at the end."""
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False).encode() + b"\n"


def metadata(kind: str, decision: Mapping[str, Any], version: str, **more: Any) -> bytes:
    """Return metadata.json; `more`: what a kind of packet adds."""
    context = decision["context"]
    return pretty(
        {
            "format": FORMAT,
            "kind": kind,
            "environment": context["environment"],
            "timestamp_utc": context["as_of"],
            "outcome": decision["outcome"],
            "product": {"name": "samakia-policy", "version": version},
            **more,
        }
    )


def lock(decision: Mapping[str, Any], rules: Mapping[str, str], libraries: Mapping[str, str]) -> bytes:
    """Return packs.lock.json: the packs of a decision, and the digest of each rule and library that ran."""
    return canonical_line({"packs": decision["packs"], "rules": dict(rules), "libraries": dict(libraries)})


def package_digest(root: str) -> str:
    """Return "sha256:<hex>" of the program's own files below a directory: "<hex> <path>" lines, sorted."""
    lines = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in names:
            if name.endswith((".py", ".json", ".yaml", ".rego")):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                lines.append(f"{digest} {os.path.relpath(path, root)}\n")
    return "sha256:" + hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def redactions(hits: Iterable[Mapping[str, Any]]) -> bytes:
    """Return redactions.json: where something was taken out, and by which detector; never a value."""
    rows = [
        {"doc": hit.get("path"), "pointer": hit.get("pointer"), "rule": hit.get("detector")} for hit in hits
    ]
    return pretty(sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)))
