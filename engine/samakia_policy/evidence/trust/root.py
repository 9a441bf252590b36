"""Bytes to a trust root: strict, complete, and refused where anything in it is unsound.

1. The payload is canonical JSON of the known shape.
2. Every key is sound, has the key id it is listed under, and no raw key is listed twice.
3. Every key belongs to a person, every role to keys, and every threshold can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from samakia_policy.evidence import strict_json
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.written import load_key
from samakia_policy.evidence.trust import ledgers
from samakia_policy.evidence.trust.model import ROLES, Content, KeyEntry, TrustedKey, TrustRoot
from samakia_policy.evidence.trust.times import is_time
from samakia_policy.model.canonical import digest

MAX_TRUST_ROOT_BYTES = 1 << 20
"""Bytes of one trust root."""
_MALFORMED = "trust-root-malformed"


def parse(payload: bytes, *, where: str = "") -> TrustRoot:
    """Return the trust root in a payload; raises Refusal `trust-root-...` or `key-...`.

    Nobody has signed it yet: `rotation` tells whether it counts.
    """
    try:
        value = strict_json.parse_canonical(payload, limit=MAX_TRUST_ROOT_BYTES)
        content = msgspec.convert(value, type=Content)
    except Refusal as refusal:
        raise Refusal(_MALFORMED, refusal.message, where=where) from None
    except msgspec.ValidationError as error:
        raise Refusal(_MALFORMED, str(error), where=where) from None
    try:
        return _sound(content, digest(payload))
    except Refusal as refusal:
        raise refusal.at(where) from None


def payload_of(content: Content) -> bytes:
    """Return the bytes that are signed; what has its default is left out."""
    value = msgspec.to_builtins(content)
    return strict_json.canonical_line(_without_defaults(value))


def _sound(content: Content, found: str) -> TrustRoot:
    for fault in _faults(content):
        raise Refusal(_MALFORMED, fault)
    keys = {keyid: _key(content, keyid, entry) for keyid, entry in sorted(content.keys.items())}
    _refuse_doubles(keys)
    for ledger in content.ledgers:
        ledgers.sound(ledger)
    _check_thresholds(content)
    return TrustRoot(content, found, keys)


def _key(content: Content, keyid: str, entry: KeyEntry) -> TrustedKey:
    try:
        key = load_key(entry.alg, entry.public)
    except Refusal as refusal:
        raise refusal.at(f"key {keyid[:16]}") from None
    if key.keyid != keyid:
        message = f"the key listed as {keyid} is {key.keyid}"
        raise Refusal("trust-root-keyid", message, hint="a key id is sha256 over algorithm and raw key")
    named = entry.revoked.origin if entry.revoked else None
    return TrustedKey(key, entry, named or (content.ledgers[0].origin if content.ledgers else ""))


def _refuse_doubles(keys: dict[str, TrustedKey]) -> None:
    owners: dict[bytes, str] = {}
    for keyid, trusted in keys.items():
        for material in trusted.key.materials:
            other = owners.setdefault(material, keyid)
            if other != keyid:
                message = f"the keys {other[:16]} and {keyid[:16]} are one raw key"
                raise Refusal("trust-root-duplicate-key", message)


def _check_thresholds(content: Content) -> None:
    for name, role in sorted(content.roles.items()):
        live = [content.keys[keyid] for keyid in role.keys]
        if name == "root":
            live = [entry for entry in live if entry.revoked is None]
        reach = len({entry.person for entry in live})
        if role.threshold > reach:
            message = f"role {name} needs {role.threshold} persons and has {reach}"
            raise Refusal("trust-root-unreachable", message)


def _faults(content: Content) -> Iterator[str]:
    """Yield what the shape alone cannot say, most basic first."""
    yield from _time_faults(content)
    if (content.previous is None) != (content.version == 1):
        yield "version 1 has no `previous`, every other version has one"
    for keyid, entry in content.keys.items():
        if entry.person not in content.persons:
            yield f"key {keyid[:16]} belongs to {entry.person!r}, who is no person of the trust root"
        if entry.revoked is not None:
            yield from _revocation_faults(content, keyid, entry)
    yield from _role_faults(content)
    yield from _rule_faults(content)
    for name, pack in content.packs.items():
        if unknown := sorted(set(pack.signers) - set(content.keys)):
            yield f"pack {name} names the key {unknown[0][:16]}, which is not listed"


def _time_faults(content: Content) -> Iterator[str]:
    spans = [("the trust root", content.issued, content.expires)]
    spans += [(f"key {keyid[:16]}", key.not_before, key.not_after) for keyid, key in content.keys.items()]
    moments = [key.revoked.at for key in content.keys.values() if key.revoked]
    for text in [*moments, *(text for _, *span in spans for text in span)]:
        if not is_time(text):
            yield f"{text} is no time"
    for what, start, end in spans:
        if start >= end:
            yield f"{what} ends at {end}, before it begins"


def _revocation_faults(content: Content, keyid: str, entry: KeyEntry) -> Iterator[str]:
    revoked = entry.revoked
    assert revoked is not None
    origins = [ledger.origin for ledger in content.ledgers]
    if revoked.origin is not None and revoked.origin not in origins:
        yield f"the revocation of key {keyid[:16]} names the ledger {revoked.origin!r}, which is not listed"
    if revoked.ledger_index is not None and not origins:
        yield f"the revocation of key {keyid[:16]} names a position, and no ledger is listed"
    if revoked.ledger_index is not None and revoked.origin is None and len(origins) > 1:
        yield f"the revocation of key {keyid[:16]} must name its ledger by `origin`: there are several"


def _role_faults(content: Content) -> Iterator[str]:
    if "root" not in content.roles:
        yield "there is no role root"
    for name, role in content.roles.items():
        if name not in ROLES:
            yield f"there is no role {name!r}, only {', '.join(ROLES)}"
        if len(set(role.keys)) != len(role.keys):
            yield f"role {name} lists a key twice"
        if unknown := sorted(set(role.keys) - set(content.keys)):
            yield f"role {name} names the key {unknown[0][:16]}, which is not listed"
        if (name == "root") != (not role.scopes):
            yield f"role {name} must have {'no scopes' if name == 'root' else 'scopes'}"


def _rule_faults(content: Content) -> Iterator[str]:
    for rule in content.dual_control:
        role = content.roles.get(rule.role)
        keys = role.keys if role else []
        reach = len({content.keys[keyid].person for keyid in keys if keyid in content.keys})
        if role is None:
            yield f"a rule of dual control names the role {rule.role!r}, which is not listed"
        elif rule.persons > reach:
            yield f"a rule of dual control needs {rule.persons} persons, and role {rule.role} has {reach}"
    if len({ledger.origin for ledger in content.ledgers}) != len(content.ledgers):
        yield "two ledgers have one origin"


def _without_defaults(value: object) -> object:
    """Leave out what is null: one trust root has one form."""
    if isinstance(value, dict):
        return {name: _without_defaults(part) for name, part in value.items() if part is not None}
    return [_without_defaults(part) for part in value] if isinstance(value, list) else value
