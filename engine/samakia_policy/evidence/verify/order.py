"""Steps about time and order: the ledger's position of a decision, and what holds it."""

from __future__ import annotations

from samakia_policy.errors import Error
from samakia_policy.evidence.hold import MARKER, counts
from samakia_policy.evidence.ledger.history import held
from samakia_policy.evidence.ledger.note import parse_vkey
from samakia_policy.evidence.ledger.policy import LogPolicy, log_policy
from samakia_policy.evidence.ledger.proof import MAX_PROOF_BYTES, verify_proof
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import demands
from samakia_policy.evidence.verify.case import Case
from samakia_policy.model.canonical import digest

PROOF = "proofs/ledger.tlog-proof"


def log_policies(root: TrustRoot) -> list[LogPolicy]:
    """Return the ledgers of a trust root as they are verified."""
    return [
        log_policy(parse_vkey(ledger.vkey), map(parse_vkey, ledger.witnesses), ledger.quorum)
        for ledger in root.content.ledgers
    ]


def check_ledger(case: Case) -> str:
    """Find the decision's position in a ledger of the trust root; needed where a rule asks for it.

    A proof that does not hold is passed over: taking it away would say the same.
    """
    assert case.packet is not None
    assert case.root is not None
    needed = any(rule.ledger for rule in demands(case.root, case.place, kind=_kind(case)))
    reason = Refusal("ledger-proof-missing", "there is no proof that the decision was logged", where=PROOF)
    if PROOF in case.packet.beside:
        data = case.packet.read(PROOF, MAX_PROOF_BYTES)
        for policy in log_policies(case.root):
            try:
                return _logged(case, data, policy)
            except Refusal as refusal:
                reason = refusal
        case.notes.append(f"{PROOF} does not count: {reason.message} ({reason.code})")
    if needed:
        raise reason
    return "no rule asks for a ledger"


def _logged(case: Case, data: bytes, policy: LogPolicy) -> str:
    assert case.packet is not None
    entry, checkpoint = verify_proof(data, policy, PROOF)
    about = (entry.kind, entry.fields.get("packet"), entry.fields.get("decision"))
    if about != ("decision", digest(case.packet.manifest), case.said("decisionId")):
        raise Refusal("ledger-proof-other", "the record is about something else", where=PROOF)
    case.entry, case.origin = entry, policy.log.name
    return f"record {entry.at} of {checkpoint.size} in {policy.log.name}"


def check_hold(case: Case) -> str:
    """Compare the markers of legal hold with the ledger, where it is at hand."""
    assert case.packet is not None
    assert case.root is not None
    if case.asked.snapshot is None:
        return "no ledger is at hand to tell about legal holds"
    try:
        snapshot = case.asked.snapshot(case.root)
        count = counts(case.packet, case.root, case.asked.now)
        active = held(snapshot, count, digest(case.packet.manifest))
    except Refusal:
        raise
    except Error as error:
        raise Refusal("ledger-unreadable", error.message, where=error.where) from error
    if active and MARKER not in case.packet.beside:
        message = "the packet is under legal hold, and its marker is gone"
        raise Refusal("hold-marker-missing", message, where=MARKER)
    return "under legal hold" if active else "not held"


def _kind(case: Case) -> str:
    return str(case.said("scope").get("gate") or "")
