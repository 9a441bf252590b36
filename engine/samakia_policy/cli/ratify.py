"""`policy ratify`: a second person looks at a break-glass permit, so that ordinary ones are given again."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from samakia_policy.cli.ledger_key import add_ledger_key, open_log
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_signing, add_trust_root, signers, trust_root
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    text = "sign that you looked at what was done with a break-glass permit"
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("packet", metavar="PACKET", help="the packet of the gate that gave the permit")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="what you found")
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time you sign at, RFC 3339")
    add_trust_root(parser)
    add_ledger_key(parser)
    add_signing(parser)
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Sign, log, and put the statement beside what it is about."""
    from samakia_policy.evidence.break_glass import STATEMENT, ratify
    from samakia_policy.evidence.packet.publish import write_beside

    moment = now(arguments.as_of)
    root = trust_root(arguments, now=moment)
    keys, log = signers(arguments), open_log(arguments, root)
    if len(keys) != 1 or log is None:
        raise InputError("takes one key and a ledger", hint="--sign KEY --ledger DIR --ledger-key KEY")
    path = os.path.join(arguments.packet, STATEMENT)
    try:
        with open(path, "rb") as file:
            granted = file.read(5 << 20)
    except OSError as error:
        raise InputError(f"holds no break-glass statement: {error.strerror}", where=path) from error
    signed, made = ratify(granted, arguments.reason.strip(), keys[0], root, moment)
    receipt = log.append([made])
    write_beside(arguments.packet, "attestations/ratify.dsse.json", signed)
    sys.stdout.write(visible(f"ratified: record {receipt.first} of {log.key.name}") + "\n")
    return 0
