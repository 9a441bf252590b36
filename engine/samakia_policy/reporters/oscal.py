"""The decision as OSCAL assessment results (1.1.2): observations of rules, findings about controls."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

_VERSION = "1.1.2"
_NS = "https://samakia.policy/oscal"
_STATES = {"pass": "satisfied", "waived": "satisfied"}
_JUDGED = frozenset(("pass", "fail", "waived", "unknown"))


def report(decision: Mapping[str, Any]) -> str:
    """Return the assessment results; the same decision gives the same bytes. `decision`: as it is written."""
    made, identity = decision["context"]["as_of"], _id(decision, "results")
    judged = [rule for rule in decision["rules"] if rule["outcome"] in _JUDGED]
    result: dict[str, Any] = {
        "uuid": _id(decision, "result"),
        "title": f"Policy decision: {decision['outcome']}",
        "description": "What the rules of the selected packs found in the estate.",
        "start": made,
        "end": made,
        "props": [*_digests(decision), _prop("outcome", decision["outcome"])],
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
    }
    if judged:
        result["observations"] = [_observation(decision, rule) for rule in judged]
        result["findings"] = [_finding(decision, rule) for rule in judged]
    shape = {
        "assessment-results": {
            "uuid": identity,
            "metadata": {
                "title": "Policy decision",
                "last-modified": made,
                "version": decision["digests"]["packs"],
                "oscal-version": _VERSION,
            },
            "import-ap": {"href": "#" + _id(decision, "plan")},
            "results": [result],
            "back-matter": {"resources": [_plan(decision)]},
        }
    }
    return json.dumps(shape, indent=2, ensure_ascii=False) + "\n"


def _observation(decision: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "uuid": _id(decision, "observation", rule["id"]),
        "title": rule["id"],
        "description": f"{rule['id']} looked at {rule['facts']} facts: {rule['outcome']}.",
        "props": [_prop("severity", rule["severity"]), _prop("outcome", rule["outcome"])],
        "methods": ["TEST"],
        "types": ["finding"],
        "collected": decision["context"]["as_of"],
    }
    evidence = list(_evidence(decision, rule["id"]))
    return {**made, "relevant-evidence": evidence} if evidence else made


def _evidence(decision: Mapping[str, Any], rule: str) -> Iterator[dict[str, Any]]:
    for finding in decision["findings"]:
        for detail in finding["details"] if finding["rule"] == rule else ():
            said = f"{finding['subject']}: {detail['message']}"
            yield _relevant(said, detail["location"], finding["outcome"], finding["fingerprint"])
    for unknown in decision["unknowns"]:
        if unknown["rule"] == rule:
            yield _relevant(f"{unknown['subject']}: {unknown['why']}", unknown["location"], "unknown", "")


def _relevant(said: str, where: Mapping[str, Any], outcome: str, fingerprint: str) -> dict[str, Any]:
    line = f"#L{where['line']}" if where["line"] else ""
    props = [_prop("place", f"{where['path'] or '-'}{line}"), _prop("outcome", outcome)]
    return {
        "description": said,
        "props": [*props, *([_prop("fingerprint", fingerprint)] if fingerprint else [])],
    }


def _finding(decision: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    state = _STATES.get(rule["outcome"], "not-satisfied")
    return {
        "uuid": _id(decision, "finding", rule["id"]),
        "title": rule["id"],
        "description": f"{rule['id']}: {rule['outcome']}, {rule['findings']} findings.",
        "target": {
            "type": "objective-id",
            "target-id": rule["id"].replace("/", "."),
            "status": {"state": state, **({"reason": "other"} if rule["outcome"] == "unknown" else {})},
        },
        "related-observations": [{"observation-uuid": _id(decision, "observation", rule["id"])}],
    }


def _plan(decision: Mapping[str, Any]) -> dict[str, Any]:
    packs = [_prop("pack", f"{pack['name']}@{pack['version']}") for pack in decision["packs"]]
    return {
        "uuid": _id(decision, "plan"),
        "title": "The packs that were selected",
        "description": "Each pack with its version; the pack lock of the packet has their digests.",
        **({"props": packs} if packs else {}),
    }


def _digests(decision: Mapping[str, Any]) -> list[dict[str, str]]:
    return [_prop(f"digest-{name}", value) for name, value in sorted(decision["digests"].items())]


def _prop(name: str, value: str) -> dict[str, str]:
    # A value may neither be empty nor begin or end with white space.
    return {"name": name, "ns": _NS, "value": " ".join(value.split()) or "-"}


def _id(decision: Mapping[str, Any], *parts: str) -> str:
    """Return an identifier made of the decision itself: nothing here is random."""
    from samakia_policy.model.canonical import digest_of

    # Version 4 is what the schema asks for; the bits are those of a digest.
    data = digest_of([digest_of(decision), *parts])[7:39]
    return str(uuid.UUID(hex=data, version=4))
