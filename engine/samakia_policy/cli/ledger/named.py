"""What the flags of `policy ledger` name: directories, keys, files."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.trusted import settings, signers, state_folder, trust_root
from samakia_policy.errors import InputError

if TYPE_CHECKING:
    from samakia_policy.evidence.ledger.memory import Memory
    from samakia_policy.evidence.ledger.note import NoteKey
    from samakia_policy.evidence.ledger.policy import LogPolicy
    from samakia_policy.evidence.signing.keys import PrivateKey

_MAX_BYTES = 1 << 20
_OF_AN_ESTATE = ("policy.yaml", "contracts", "fabric-core", ".git")


def ledger_folder(arguments: argparse.Namespace, *, new: bool = False) -> str:
    """Return the directory of the ledger; raises InputError where none is named, or one in the estate."""
    from samakia_policy.evidence.ledger.place import require_outside

    found = settings().text("ledger", arguments.ledger)
    if not found:
        raise InputError(
            "no ledger is named", hint="--ledger DIR, POLICY_LEDGER, or ledger in your configuration"
        )
    if not new and not os.path.isdir(found):
        raise InputError("there is no such directory", where=found, code="ledger-missing")
    estate = arguments.estate
    if not estate and any(os.path.lexists(name) for name in _OF_AN_ESTATE):
        estate = "."
    if estate:
        require_outside(found, estate)
    return found


def log_policy_of(arguments: argparse.Namespace, origin: str = "") -> LogPolicy:
    """Return the keys to verify with: those of the flags, else what the trust root says of an origin.

    `origin` may come from whom it is about: it only chooses among the logs that are trusted.
    """
    from samakia_policy.evidence.ledger.note import parse_vkey
    from samakia_policy.evidence.ledger.policy import log_policy

    witnesses, quorum = list(getattr(arguments, "witness", [])), getattr(arguments, "quorum", None)
    if arguments.log_key:
        return _of_flags(arguments.log_key, witnesses, quorum)
    if witnesses or quorum is not None:
        raise InputError("--witness and --quorum go with --log-key; a trust root names its own witnesses")
    root = trust_root(arguments, required=False)
    if root is None:
        hint = "--log-key VKEY, as `policy ledger init` printed it, or --trust-root FILE"
        raise InputError("the key of the log is not named", hint=hint)
    ledgers = {ledger.origin: ledger for ledger in root.content.ledgers}
    if origin not in ledgers and len(ledgers) != 1:
        known = ", ".join(ledgers) or "none"
        raise InputError(f"the trust root names no ledger {origin!r}", hint=f"it names: {known}")
    chosen = ledgers.get(origin) or next(iter(ledgers.values()))
    return log_policy(parse_vkey(chosen.vkey), map(parse_vkey, chosen.witnesses), chosen.quorum)


def _of_flags(log: str, witnesses: list[str], quorum: int | None) -> LogPolicy:
    from samakia_policy.evidence.ledger.policy import log_policy
    from samakia_policy.evidence.reasons import Refusal

    try:
        return log_policy(_verifier_key(log), map(_verifier_key, witnesses), quorum)
    except Refusal as refusal:  # what was typed is wrong; no evidence has been looked at
        raise InputError(refusal.message, hint=refusal.hint, code=refusal.code) from None


def _verifier_key(named: str) -> NoteKey:
    """Return a verifier key, or the one in the file of that name; raises InputError, Refusal."""
    from samakia_policy.evidence.ledger.note import parse_vkey

    return parse_vkey(read(named).decode(errors="replace").strip() if os.path.isfile(named) else named)


def signer(arguments: argparse.Namespace) -> PrivateKey:
    """Return the one private key that --sign names; raises InputError for none or several."""
    found = signers(arguments)
    if len(found) != 1:
        raise InputError(f"{len(found)} keys are named to sign with, and it takes one", hint="--sign KEY")
    return found[0]  # type: ignore[return-value]


def memory() -> Memory:
    """Return where checkpoints are remembered: below the user's own state."""
    from samakia_policy.evidence.ledger.memory import Memory

    return Memory(os.path.join(state_folder(settings()), "ledgers"))


def read(path: str) -> bytes:
    """Return the bytes of a named file, of the standard input for -; raises InputError."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if len(data) > _MAX_BYTES:
        raise InputError(f"the file is larger than {_MAX_BYTES} bytes", where=path)
    return data


def write(path: str, data: bytes) -> None:
    """Write bytes to a named file, or to the standard output; raises InputError."""
    if not path:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error


def say(arguments: argparse.Namespace, kind: str, shape: Mapping[str, Any], lines: list[str]) -> int:
    """Print a result as JSON of a kind, or as lines."""
    from samakia_policy.reporters.escape import visible

    if arguments.output == "json":
        value = {"apiVersion": "samakia.policy/v1", "kind": kind, **shape}
        sys.stdout.write(json.dumps(value, indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write("".join(visible(line) + "\n" for line in lines))
    return 0


def checkpoint_shape(found: Any) -> dict[str, Any]:
    """Return what JSON says of a checkpoint."""
    return {"origin": found.origin, "root": f"sha256:{found.root.hex()}", "size": found.size}
