"""`policy evidence seal|hold|release`: add signatures, order and holds to a packet that is there."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.ledger_key import add_ledger_key, open_log
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_signing, add_trust_root, signers, trust_root
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.log import Log
    from samakia_policy.evidence.packet.read import Packet


def add_seal(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `seal`."""
    parser.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    _add_common(parser)


def add_hold(parser: argparse.ArgumentParser, *, declare: bool) -> None:
    """Add the arguments of `hold` and `release`."""
    parser.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    parser.add_argument("--id", required=True, metavar="HOLD", help="the name of the hold")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")
    if declare:
        parser.add_argument("--review", required=True, metavar="DAY", help="when it is looked at again")
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time it is done at, RFC 3339")
    add_trust_root(parser)
    add_ledger_key(parser)
    add_signing(parser)


def run_seal(arguments: argparse.Namespace) -> int:
    """Add signatures to the decision's statement, log it, and write the proof."""
    from samakia_policy.evidence.packet.layout import DECISION_STATEMENT
    from samakia_policy.evidence.packet.publish import replace_beside
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.evidence.signing import dsse

    moment = now(arguments.as_of)
    root = trust_root(arguments, required=False, now=moment)
    keys, log = signers(arguments), open_log(arguments, root)
    if not keys and log is None:
        raise InputError("adds nothing", where="seal", hint="--sign KEY, or --ledger DIR --ledger-key KEY")
    with open_packet(arguments.packet) as packet:
        if DECISION_STATEMENT not in packet.beside:
            raise InputError("the packet has no statement to seal", where=DECISION_STATEMENT)
        envelope = dsse.parse(packet.read(DECISION_STATEMENT), where=DECISION_STATEMENT)
        for key in keys:
            envelope = dsse.add_signature(envelope, key)
        if keys:
            replace_beside(arguments.packet, DECISION_STATEMENT, dsse.dump(envelope))
            sys.stdout.write(f"signed by {', '.join(key.public.keyid[:16] for key in keys)}\n")
        if log is not None:
            actor = keys[0].public.keyid if keys else log.key.public.keyid
            _log_decision(arguments.packet, packet, log, actor, moment)
    return 0


def _log_decision(path: str, packet: Packet, log: Log, actor: str, moment: str) -> None:
    import json

    from samakia_policy.evidence.ledger.proof import make_proof
    from samakia_policy.evidence.ledger.snapshot import open_snapshot
    from samakia_policy.evidence.packet.layout import DECISION
    from samakia_policy.evidence.packet.publish import write_beside
    from samakia_policy.evidence.permit import decided
    from samakia_policy.evidence.verify.order import PROOF
    from samakia_policy.model.canonical import digest

    data = packet.read(DECISION)
    decision = json.loads(data)
    scope = {name: decision["context"][name] or "" for name in ("environment", "action")}
    made = decided(digest(packet.manifest), digest(data), decision["outcome"], moment, actor, **scope)
    receipt = log.append([made])
    proof = make_proof(open_snapshot(log.root, log.key), receipt.first)
    write_beside(path, PROOF, proof.data)
    sys.stdout.write(visible(f"logged as record {receipt.first} of {log.key.name}") + "\n")


def run_hold(arguments: argparse.Namespace) -> int:
    """Declare a legal hold."""
    return _hold(arguments, "hold-declare", {"review": arguments.review})


def run_release(arguments: argparse.Namespace) -> int:
    """Release a legal hold; the role legal alone may."""
    return _hold(arguments, "hold-release", {})


def _hold(arguments: argparse.Namespace, kind: str, more: dict[str, str]) -> int:
    from samakia_policy.evidence import hold
    from samakia_policy.evidence.packet.publish import replace_beside
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.model.canonical import digest

    moment = now(arguments.as_of)
    root = trust_root(arguments, now=moment)
    keys, log = signers(arguments), open_log(arguments, root)
    if len(keys) != 1 or log is None:
        raise InputError("takes one key and a ledger", hint="--sign KEY --ledger DIR --ledger-key KEY")
    with open_packet(arguments.packet) as packet:
        manifest = digest(packet.manifest)
    said = {"hold": arguments.id, "reason": arguments.reason.strip(), "issued": moment, **more}
    envelope = hold.sign_hold(kind, said, manifest, keys[0])
    hold.open_hold(envelope, root, kind, manifest, moment, where="--sign")
    made = hold.hold_event(kind, said, manifest, envelope, keys[0].public.keyid)
    receipt = log.append([made])
    name = f"{hold.FOLDER}{receipt.first}-{kind}.dsse.json"
    replace_beside(arguments.packet, name, envelope)
    if kind == hold.DECLARE:
        replace_beside(arguments.packet, hold.MARKER, f"{arguments.id}\n".encode())
    elif not _held(arguments.packet, root, log, moment):
        marker = os.path.join(arguments.packet, hold.MARKER)
        if os.path.lexists(marker):
            os.unlink(marker)
    verb = "held" if kind == hold.DECLARE else "released"
    sys.stdout.write(visible(f"{verb} as {arguments.id}: record {receipt.first} of {log.key.name}") + "\n")
    return 0


def _held(path: str, root: Any, log: Log, moment: str) -> bool:
    from samakia_policy.evidence.hold import counts
    from samakia_policy.evidence.ledger.history import held
    from samakia_policy.evidence.ledger.snapshot import open_snapshot
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.model.canonical import digest

    with open_packet(path) as packet:
        snapshot = open_snapshot(log.root, log.key)
        return held(snapshot, counts(packet, root, moment), digest(packet.manifest))
