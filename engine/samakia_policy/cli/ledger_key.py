"""The ledger that a command adds to: its directory, and the private key that signs its checkpoints."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.trusted import add_ledger, keys_folder, passphrase, settings, state_folder
from samakia_policy.errors import InputError

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.log import Log


def add_ledger_key(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name a ledger to add to."""
    add_ledger(parser)
    parser.add_argument(
        "--ledger-key", default="", metavar="KEY", help="the private key of the ledger (POLICY_LEDGER_KEY)"
    )


def open_log(arguments: argparse.Namespace, root: Any, estate: str = "") -> Log | None:
    """Return the ledger, None where no directory or no key is named.

    Raises InputError for a key that the trust root does not list, and for a ledger in the estate.
    """
    found = settings()
    folder, name = found.text("ledger", arguments.ledger), found.text("ledger_key", arguments.ledger_key)
    if not folder or not name:
        return None
    from samakia_policy.evidence.ledger.log import Log
    from samakia_policy.evidence.ledger.memory import Memory
    from samakia_policy.evidence.ledger.place import require_outside
    from samakia_policy.evidence.signing.keystore import open_signer

    if estate:
        require_outside(folder, estate)
    key: Any = open_signer(keys_folder(found, arguments.keys), name, passphrase(arguments))
    memory = Memory(os.path.join(state_folder(found), "ledgers"))
    return Log(folder, _origin(folder, root, key), key, memory)


def _origin(folder: str, root: Any, key: Any) -> str:
    """Return the name of the ledger whose key this is; raises InputError for a key that is not listed."""
    from samakia_policy.evidence.ledger.note import LOG, note_key, parse_vkey

    for ledger in root.content.ledgers if root else []:
        listed = parse_vkey(ledger.vkey)
        if note_key(listed.name, LOG, key.public).vkey == listed.vkey:
            return str(listed.name)
    hint = "see `policy trust show`"
    raise InputError("the trust root lists no ledger with this key", where=folder, hint=hint)
