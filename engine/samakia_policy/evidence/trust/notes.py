"""The verifier keys of ledgers and witnesses, as signed notes write them: `<name>+<hash>+<base64 key>`."""

from __future__ import annotations

import hashlib
import re

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import points
from samakia_policy.evidence.signing.encodings import base64_bytes
from samakia_policy.evidence.trust.model import Ledger

_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_ED25519, _COSIGNATURE = 1, 4
_LENGTH = 1 + points.LENGTH


def raw_key(vkey: str) -> bytes:
    """Return the Ed25519 key in a verifier key; raises Refusal `ledger-key-malformed` or `key-...`."""
    match = _VKEY.fullmatch(vkey)
    if match is None:
        raise Refusal("ledger-key-malformed", "a verifier key is <name>+<8 hex>+<base64>")
    name, short, text = match.groups()
    data = base64_bytes(text.encode(), "ledger-key-malformed", "the verifier key")
    if len(data) != _LENGTH or data[0] not in (_ED25519, _COSIGNATURE):
        raise Refusal("ledger-key-malformed", f"the verifier key of {name} is no Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8] != short:
        raise Refusal("ledger-key-malformed", f"the verifier key of {name} does not fit its hash")
    points.check(data[1:])
    return data[1:]


def check(ledger: Ledger) -> None:
    """Refuse a ledger whose keys are unsound, whose witnesses share a key or whose quorum is out of reach."""
    raws = [raw_key(vkey) for vkey in [ledger.vkey, *ledger.witnesses]]
    if len(set(raws)) != len(raws):
        message = f"two keys of the ledger {ledger.origin} are one raw key"
        raise Refusal("trust-root-duplicate-key", message)
    if ledger.quorum > len(ledger.witnesses):
        message = (
            f"the ledger {ledger.origin} needs {ledger.quorum} witnesses and has {len(ledger.witnesses)}"
        )
        raise Refusal("trust-root-unreachable", message)
