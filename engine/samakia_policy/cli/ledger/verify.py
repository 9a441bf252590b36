"""`policy ledger verify`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.ledger.named import checkpoint_shape, ledger_folder, log_policy_of, memory, read, say

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.events import Entry
    from samakia_policy.evidence.ledger.verify import Verified


def run(arguments: argparse.Namespace) -> int:
    """Verify a ledger and everything in it, or a proof."""
    return _proof(arguments) if arguments.proof else _ledger(arguments)


def _ledger(arguments: argparse.Namespace) -> int:
    from samakia_policy.evidence.ledger.checkpoint import open_checkpoint
    from samakia_policy.evidence.ledger.verify import verify_log

    folder = ledger_folder(arguments)
    policy = log_policy_of(arguments, origin_in(folder))
    since = [open_checkpoint(read(path), policy.log, path) for path in arguments.since]
    found = verify_log(folder, policy, memory(), since)
    shape = {
        "verified": True,
        "checkpoint": checkpoint_shape(found.checkpoint),
        "kinds": found.kinds,
        "cosigned": checkpoint_shape(found.cosigned) if found.cosigned else None,
        "witnesses": found.witnesses,
        "remembered": checkpoint_shape(found.remembered) if found.remembered else None,
    }
    return say(arguments, "LedgerVerification", shape, _lines(found))


def _lines(found: Verified) -> list[str]:
    size, root = found.checkpoint.size, found.checkpoint.root.hex()
    lines = [f"{found.checkpoint.origin}: {size} records verified, root sha256:{root}"]
    lines += [f"  {count:>9} {kind}" for kind, count in found.kinds.items()]
    if found.cosigned is not None:
        lines.append(f"cosigned at {found.cosigned.size} records by {', '.join(found.witnesses)}")
    if found.remembered is None:
        lines.append("first seen now: nothing was remembered that it could be compared with")
    else:
        lines.append(f"extends the {found.remembered.size} records that were remembered")
    return lines


def _proof(arguments: argparse.Namespace) -> int:
    from samakia_policy.evidence.ledger.proof import parse_proof, verify_proof

    data = read(arguments.proof)
    note = parse_proof(data, arguments.proof).note
    policy = log_policy_of(arguments, note.split(b"\n")[0].decode(errors="replace"))
    entry, checkpoint = verify_proof(data, policy, arguments.proof)
    witnesses = policy.seen_by(checkpoint)
    shape = {
        "verified": True,
        "checkpoint": checkpoint_shape(checkpoint),
        "entry": entry_shape(entry),
        "witnesses": witnesses,
    }
    lines = [
        f"record {entry.at} of {checkpoint.origin}, among {checkpoint.size}, verified",
        f"  {entry.record.decode()}",
        f"cosigned by {', '.join(witnesses) or 'nobody'}",
    ]
    return say(arguments, "LedgerProof", shape, lines)


def entry_shape(entry: Entry) -> dict[str, Any]:
    """Return what JSON says of an entry."""
    return {"index": entry.at, "record": dict(entry.fields)}


def origin_in(folder: str) -> str:
    """Return the origin that a ledger's checkpoint names, unverified; empty where there is none."""
    from samakia_policy.evidence.ledger.note import MAX_NOTE_BYTES
    from samakia_policy.evidence.ledger.snapshot import CHECKPOINT
    from samakia_policy.evidence.ledger.tiles import read_file

    data = read_file(os.path.join(folder, CHECKPOINT), MAX_NOTE_BYTES, CHECKPOINT) or b""
    return data.split(b"\n")[0].decode(errors="replace")
