"""A trust root as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.trust import draft
from samakia_policy.reporters.escape import visible

_SHORT = 16


def report(found: draft.Draft) -> dict[str, Any]:
    """Return what there is to say of a version: its content, who signed it, whether that is enough."""
    root = found.found.root
    try:
        draft.check(found)
        complete, needed = True, "that is enough"
    except Refusal as refusal:
        complete, needed = False, refusal.message
    content = strict_json.parse(found.found.envelope.payload)
    changes = None
    if found.current is not None:
        changes = draft.differences(strict_json.parse(found.current.envelope.payload), content)
    return {
        "apiVersion": "samakia.policy/v1",
        "kind": "TrustRootReport",
        "version": root.version,
        "fingerprint": root.digest,
        "signers": list(found.signers),
        "complete": complete,
        "needed": needed,
        "changes": changes,
        "content": content,
    }


def text(made: dict[str, Any], output: str) -> str:
    """Return a report as text for people, or as JSON."""
    if output == "json":
        return json.dumps(made, indent=2, sort_keys=True) + "\n"
    return "".join(visible(line) + "\n" for line in _lines(made))


def _lines(made: dict[str, Any]) -> Iterator[str]:
    content = made["content"]
    yield f"version {made['version']}, {made['fingerprint']}"
    yield f"from {content['issued']} to {content['expires']}"
    yield f"signed by {', '.join(made['signers']) or 'nobody'}; {made['needed']}"
    yield "persons"
    for person, entry in sorted(content["persons"].items()):
        yield f"  {person:<12} {entry['name']}, {entry['org']}"
    yield "keys"
    for keyid, entry in sorted(content["keys"].items(), key=lambda item: (item[1]["person"], item[0])):
        yield f"  {keyid[:_SHORT]} {entry['alg']:<10} {entry['person']:<12} {_life(entry)}"
    yield "roles"
    for name, role in sorted(content["roles"].items()):
        yield from _role(content, name, role)
    for at, rule in enumerate(content.get("dualControl", []), 1):
        yield f"rule {at}: {_rule(rule)}"
    for ledger in content.get("ledgers", []):
        witnesses = len(ledger.get("witnesses", []))
        yield f"ledger {ledger['origin']}: {ledger.get('quorum', 0)} of {witnesses} witnesses"
    for name, pack in sorted(content.get("packs", {}).items()):
        yield f"pack {name}: {pack['minVersion']} or later"
    for line in made["changes"] or []:
        yield f"  {line}"


def _life(entry: dict[str, Any]) -> str:
    revoked = entry.get("revoked")
    if revoked is None:
        return f"{entry['custody']}, {entry['notBefore']} to {entry['notAfter']}"
    position = revoked.get("ledgerIndex")
    since = f"from position {position}" if position is not None else f"at {revoked['at']}"
    return f"REVOKED {since}: {revoked['reason']}"


def _role(content: dict[str, Any], name: str, role: dict[str, Any]) -> Iterator[str]:
    persons = sorted({content["keys"][keyid]["person"] for keyid in role["keys"]})
    yield f"  {name:<12} {role['threshold']} of {', '.join(persons)}"
    for scope in role.get("scopes", []):
        yield f"  {'':<12} env={scope['env']} tenant={scope['tenant']} action={scope['action']}"


def _rule(rule: dict[str, Any]) -> str:
    match = " ".join(f"{name}={value}" for name, value in sorted(rule["match"].items())) or "everything"
    parts = [f"{match}: {rule['persons']} persons of {rule['role']}"]
    parts += [] if rule.get("notRequester", True) is False else ["not the requester"]
    parts += [f"{name} proof" for name in ("tsa", "ledger") if rule.get(name)]
    return ", ".join(parts)
