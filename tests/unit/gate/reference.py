"""The guards once more, slow and obvious, written from the specification; the real ones must agree."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

SEVERITIES = ["low", "medium", "high", "critical"]


def failed(demand: dict, seen: dict) -> set[str]:  # noqa: C901, PLR0912 - one place, no cleverness
    """Return the names of the guards that must fail."""
    names = set()
    if seen["ci"] and (demand["ci"] == "refused" or (demand["ci"] == "dry-run" and seen["execute"])):
        names.add("ci")
    if seen["ci"] and seen["runner_mode"] == "operator":
        names.add("runner-mode")
    if seen["execute"] and demand["runner_mode"] == "operator" and seen["runner_mode"] == "ci":
        names.add("runner-mode")
    if seen["environment"] == "" or seen["environment_class"] == "unknown":
        names.add("env-missing")
    elif demand["refuses"]:
        names.add("prod" if seen["environment_class"] == "prod" else "allowlist:environment")
    for dimension in demand["allow"]:
        if seen["dimensions"].get(dimension) not in demand["allow"][dimension]:
            names.add("allowlist:" + dimension)
    if seen["signing_error"]:
        names.add("signing")
    if seen["action"] not in seen["adapters"]:
        names.add("adapter-missing")
    if _packs(demand, seen):
        names.add("packs")
    if len({_results(decision) for decision in seen["decisions"]}) > 1:
        names.add("runtime")
    if demand["plan_digest"] and seen["subject"] != seen["decided"]:
        names.add("digest")
    if seen["execute"] or seen["subject"]:
        if demand["plan_digest"] and not seen["subject"]:
            names.add("plan")
        if demand["plan_minutes"] and not _recent(seen["made"], seen["as_of"], demand["plan_minutes"]):
            names.add("plan")
        if any(change in demand["forbid"] for change in seen["changes"]):
            names.add("plan")
    return names | (_executing(demand, seen) if seen["execute"] else set())


def _executing(demand: dict, seen: dict) -> set[str]:  # noqa: C901 - as above
    names = set()
    for variable in demand["variables"]:
        if seen["variables"].get(variable) != "1":
            names.add("guard:" + variable)
    if len(seen["reason"].strip()) < demand["reason"]:
        names.add("reason")
    if demand["window_minutes"] and not _open(seen, demand["window_minutes"]):
        names.add("window")
    if demand["signing"] and seen["signer"] == "":
        names.add("signing")
    if len({decision["digests"]["runtime"] for decision in seen["decisions"]}) < demand["runtimes"]:
        names.add("runtime")
    if seen["unratified"]:
        names.add("approval")
    for role, (persons, not_requester) in demand["approvals"].items():
        if len(_approvers(role, not_requester, seen)) < persons or (not_requester and not seen["requester"]):
            names.add("approval")
    for marker in demand["markers"]:
        if seen["markers"].get(marker) is not True:
            names.add("markers")
    if seen["mutates"] and not seen["ledger"]:
        names.add("ledger")
    return names


def _approvers(role: str, not_requester: bool, seen: dict) -> set[str]:
    persons = set()
    for person, as_role, subject, results, packs, expires in seen["approvals"]:
        if as_role != role or _time(expires) <= _time(seen["as_of"]):
            continue
        if not_requester and person == seen["requester"]:
            continue
        for decision in seen["decisions"][:1]:
            same_packs = packs == decision["digests"]["packs"]
            if subject == seen["subject"] and results == _results(decision) and same_packs:
                persons.add(person)
    return persons


def _packs(demand: dict, seen: dict) -> bool:
    if not seen["decisions"]:
        return bool(demand["packs"]) or seen["execute"]
    return any(_decision(demand, seen, decision) for decision in seen["decisions"])


def _decision(demand: dict, seen: dict, decision: dict) -> bool:
    grave = SEVERITIES[SEVERITIES.index(demand["fail_on"]) :]
    for name, least in demand["packs"].items():
        versions = [p["version"] for p in decision["packs"] if p["name"] == name and p["applicable"]]
        counted = [r for r in decision["rules"] if name in r["packs"] and r["outcome"] == "pass"]
        if not counted or not any(_number(version) >= _number(least) for version in versions):
            return True
    signed = [(w["rule"], w["subject"]) for w in decision["waivers"] if w.get("signed")]
    for finding in decision["findings"]:
        waived = finding["outcome"] == "waived" and (finding["rule"], finding["subject"]) in signed
        if finding["severity"] in grave and finding["effective"] and not waived:
            return True
    if any(unknown["severity"] in grave for unknown in decision["unknowns"]):
        return True
    for rule in decision["rules"]:
        unknown = rule["outcome"] == "unknown"
        stepped = rule["outcome"] == "not_applicable" and rule.get("reason") in ("no-live", "no-plan")
        if rule["severity"] in grave and (unknown or stepped):
            return True
    if decision["outcome"] != "allow":
        return True
    if decision["context"]["environment"] not in (None, seen["environment"]):
        return True
    limit = demand["evidence_minutes"]
    return bool(limit) and not _recent(decision["context"]["as_of"], seen["as_of"], limit)


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _results(decision: dict) -> str:
    kept = json.loads(json.dumps(decision))
    del kept["context"]["as_of"]
    del kept["digests"]["engine"]
    del kept["digests"]["runtime"]
    return (
        "sha256:"
        + hashlib.sha256(
            json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest()
    )


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _recent(then: str, now: str, minutes: int) -> bool:
    return then != "" and 0 <= (_time(now) - _time(then)).total_seconds() <= minutes * 60


def _open(seen: dict, minutes: int) -> bool:
    start, end = seen["window"]
    if not start or not end:
        return False
    length = (_time(end) - _time(start)).total_seconds()
    return 0 < length <= minutes * 60 and _time(start) <= _time(seen["as_of"]) <= _time(end)
