"""`policy ledger witness`."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from samakia_policy.cli.ledger.named import (
    checkpoint_shape,
    ledger_folder,
    log_policy_of,
    memory,
    read,
    say,
    signer,
    write,
)
from samakia_policy.cli.ledger.verify import origin_in
from samakia_policy.cli.times import present

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.note import NoteKey
    from samakia_policy.evidence.signing.keys import PrivateKey


def run(arguments: argparse.Namespace) -> int:
    """Cosign the newest checkpoint of a ledger, or the one of a request."""
    from samakia_policy.evidence.ledger.note import WITNESS, note_key

    private = signer(arguments)
    key = note_key(arguments.name, WITNESS, private.public)
    if arguments.show_key:
        return say(arguments, "WitnessKey", {"key": key.vkey}, [key.vkey])
    return (_answer if arguments.request else _look)(arguments, key, private)


def _look(arguments: argparse.Namespace, key: NoteKey, private: PrivateKey) -> int:
    from samakia_policy.evidence.ledger.snapshot import open_snapshot
    from samakia_policy.evidence.ledger.witness import Witness, collect

    folder = ledger_folder(arguments)
    log = log_policy_of(arguments, origin_in(folder)).log
    snapshot = open_snapshot(folder, log)
    at = present()
    line = Witness(log, key, private, memory()).look(snapshot, _seconds(at))
    cosigned = snapshot.checkpoint.note.add(line)
    if arguments.out:
        write(arguments.out, cosigned.data)
    else:
        collect(folder, log, cosigned)
    shape = {"checkpoint": checkpoint_shape(snapshot.checkpoint), "signature": line.line, "time": at}
    said = f"{key.name} cosigned {snapshot.size} records of {log.name} at {at}"
    return say(arguments, "Cosignature", shape, [said])


def _answer(arguments: argparse.Namespace, key: NoteKey, private: PrivateKey) -> int:
    from samakia_policy.evidence.ledger.witness import Witness

    request = read(arguments.request)
    origin = request.partition(b"\n\n")[2].split(b"\n")[0].decode(errors="replace")
    log = log_policy_of(arguments, origin).log
    at = present()
    line = Witness(log, key, private, memory()).answer(request, _seconds(at), arguments.request)
    if arguments.output == "json":
        return say(arguments, "Cosignature", {"signature": line.line, "time": at}, [])
    write(arguments.out, f"{line.line}\n".encode())
    return 0


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())
