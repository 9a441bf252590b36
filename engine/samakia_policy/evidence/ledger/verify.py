"""The whole check of a ledger: its files, its records, its past as others remember it, its witnesses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from samakia_policy.evidence.ledger.checkpoint import Checkpoint
from samakia_policy.evidence.ledger.memory import Memory, require_extends
from samakia_policy.evidence.ledger.policy import LogPolicy
from samakia_policy.evidence.ledger.scan import Scan
from samakia_policy.evidence.ledger.snapshot import Snapshot, open_snapshot
from samakia_policy.evidence.ledger.witness import COSIGNED, read_checkpoint
from samakia_policy.evidence.reasons import Refusal


class Verified(NamedTuple):
    """A ledger that holds what it says.

    `kinds`: how many records of each kind. `cosigned`: the newest checkpoint that witnesses cosigned, and
    `witnesses` their names. `remembered`: the checkpoint known before, None the first time.
    """

    checkpoint: Checkpoint
    kinds: dict[str, int]
    cosigned: Checkpoint | None
    witnesses: list[str]
    remembered: Checkpoint | None


def verify_log(root: str, policy: LogPolicy, memory: Memory, since: Iterable[Checkpoint] = ()) -> Verified:
    """Verify a ledger, and remember its checkpoint; `since`: checkpoints of it that it must extend, too.

    Raises Refusal `ledger-...`, `note-...` or `checkpoint-...`.
    """
    snapshot = open_snapshot(root, policy.log)
    for old in since:
        require_extends(snapshot, old, memory.folder)
    memory.check(snapshot, policy.log)
    # Looked at only where a quorum is asked for: else taking the file away could only help.
    cosigned = _cosigned(snapshot, policy) if policy.quorum else None
    if cosigned is not None:
        require_extends(snapshot, cosigned, memory.folder)
    scan = Scan()
    for _ in snapshot.records(scan):
        pass
    remembered = memory.update(snapshot, policy.log)
    seen = policy.seen_by(cosigned) if cosigned is not None else []
    return Verified(snapshot.checkpoint, dict(sorted(scan.kinds.items())), cosigned, seen, remembered)


def _cosigned(snapshot: Snapshot, policy: LogPolicy) -> Checkpoint:
    found = read_checkpoint(snapshot.root, COSIGNED, policy.log)
    if found is None:
        message = f"no checkpoint was cosigned, {policy.quorum} witnesses must have"
        hint = "run `policy ledger witness` on the machines of the witnesses"
        raise Refusal("ledger-quorum", message, where=snapshot.root, hint=hint)
    policy.require_quorum(found, COSIGNED)
    return found
