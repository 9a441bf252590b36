"""The ledgers of a trust root: whose checkpoints count, and how many witnesses must have seen them."""

from __future__ import annotations

from samakia_policy.evidence.ledger.note import parse_vkey
from samakia_policy.evidence.ledger.policy import LogPolicy, log_policy
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.trust.model import Ledger, TrustRoot


def policy_of(root: TrustRoot, origin: str) -> LogPolicy:
    """Return what a checkpoint of a ledger must show; raises Refusal `ledger-unknown`."""
    for ledger in root.content.ledgers:
        if ledger.origin == origin:
            return sound(ledger)
    known = ", ".join(ledger.origin for ledger in root.content.ledgers) or "none"
    message = f"the ledger {origin!r} is not one of the trust root's ({known})"
    raise Refusal("ledger-unknown", message)


def sound(ledger: Ledger) -> LogPolicy:
    """Return the keys and the quorum of a ledger; raises Refusal where they are unsound."""
    log = parse_vkey(ledger.vkey)
    if log.name != ledger.origin:
        message = f"the key of the ledger {ledger.origin!r} is named {log.name!r}"
        raise Refusal("ledger-policy", message)
    return log_policy(log, map(parse_vkey, ledger.witnesses), ledger.quorum)
