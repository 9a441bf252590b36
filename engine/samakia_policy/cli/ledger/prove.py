"""`policy ledger prove`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from samakia_policy.cli.ledger.named import checkpoint_shape, ledger_folder, log_policy_of, memory, say, write
from samakia_policy.cli.ledger.verify import entry_shape, origin_in
from samakia_policy.errors import InputError

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.policy import LogPolicy
    from samakia_policy.evidence.ledger.snapshot import Snapshot


def run(arguments: argparse.Namespace) -> int:
    """Write the proof of a record, or the request to a witness."""
    from samakia_policy.evidence.ledger.proof import make_proof
    from samakia_policy.evidence.ledger.snapshot import open_snapshot
    from samakia_policy.evidence.ledger.witness import make_request

    if (arguments.index is None) == (arguments.request is None):
        raise InputError("name one of the position of a record and --request SIZE")
    folder = ledger_folder(arguments)
    policy = log_policy_of(arguments, origin_in(folder))
    snapshot = open_snapshot(folder, policy.log)
    memory().check(snapshot, policy.log)
    if arguments.request is not None:
        write(arguments.out, make_request(snapshot, arguments.request))
        return 0
    if arguments.cosigned:
        snapshot = _cosigned(snapshot, policy)
    data = make_proof(snapshot, arguments.index).data
    if arguments.out or arguments.output == "table":
        write(arguments.out, data)
    if arguments.output == "table":
        return 0
    entry = snapshot.entry(arguments.index)
    shape = {
        "checkpoint": checkpoint_shape(snapshot.checkpoint),
        "entry": entry_shape(entry),
        "proof": data.decode(),
    }
    return say(arguments, "LedgerProof", shape, [])


def _cosigned(newest: Snapshot, policy: LogPolicy) -> Snapshot:
    from samakia_policy.evidence.ledger.snapshot import Snapshot
    from samakia_policy.evidence.ledger.witness import COSIGNED, read_checkpoint

    found = read_checkpoint(newest.root, COSIGNED, policy.log)
    if found is None:
        hint = "run `policy ledger witness` on the machines of the witnesses"
        raise InputError("no checkpoint was cosigned", where=newest.root, hint=hint, code="ledger-quorum")
    policy.require_quorum(found, COSIGNED)
    return Snapshot(newest.root, found)
