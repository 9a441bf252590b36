"""`policy ledger init`."""

from __future__ import annotations

import argparse

from samakia_policy.cli.ledger.named import ledger_folder, say, signer


def run(arguments: argparse.Namespace) -> int:
    """Make an empty ledger and print the key that others verify it with."""
    from samakia_policy.evidence.ledger.log import create_log

    folder = ledger_folder(arguments, new=True)
    log = create_log(folder, arguments.origin, signer(arguments))
    shape = {"ledger": folder, "log_key": log.key.vkey, "origin": log.key.name}
    lines = [
        f"made the ledger {log.key.name} in {folder}",
        "its verifier key, for trust roots and --log-key:",
        log.key.vkey,
    ]
    return say(arguments, "Ledger", shape, lines)
