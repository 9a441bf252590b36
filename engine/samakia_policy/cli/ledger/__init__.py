"""`policy ledger`: make, verify, prove, witness and show the log of what was decided."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from samakia_policy.cli.trusted import add_ledger, add_signing, add_trust_root

_EXAMPLES = """\
examples:
  policy ledger init --ledger /srv/ledger --origin ledger.example/fabric --sign 1f0c2e7a
  policy ledger verify --ledger /srv/ledger --log-key ledger.example/fabric+5f0c...+AT...
  policy ledger prove 12 > 12.tlog-proof         a proof that needs no ledger, only the key
  policy ledger verify --proof 12.tlog-proof
  policy ledger prove --request 0 > request      what a witness elsewhere is asked
  policy ledger witness --name witness.example/w1 --sign 2a...
  policy ledger show --last 10
  policy ledger show --about sha256:...          what was recorded about a packet, permit or key

exit: 0 it holds, 5 it does not verify (with a reason code), 2 wrong usage or unreadable input
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="make, verify, prove, witness and show the ledger",
        description="Keep the append-only log of decisions, approvals, holds, revocations and permits.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    init = _action(actions, "init", "make an empty ledger")
    init.add_argument("--origin", required=True, metavar="NAME", help="its name, like ledger.example/fabric")
    add_signing(init)
    verify = _action(actions, "verify", "verify the ledger, or a proof from it")
    _add_keys(verify)
    verify.add_argument("--proof", default="", metavar="FILE", help="verify this proof, without the ledger")
    _add_since(verify)
    prove = _action(actions, "prove", "prove that a record is in the ledger")
    prove.add_argument("index", nargs="?", type=int, metavar="INDEX", help="position of the record")
    prove.add_argument("--request", type=int, metavar="SIZE", help="instead, ask a witness that knows SIZE")
    prove.add_argument("--cosigned", action="store_true", help="under the newest cosigned checkpoint")
    _add_keys(prove)
    _add_out(prove)
    witness = _action(actions, "witness", "cosign the ledger if it extends what was cosigned before")
    witness.add_argument(
        "--name", required=True, metavar="NAME", help="the witness's, like witness.example/w1"
    )
    witness.add_argument("--request", default="", metavar="FILE", help="cosign this request; - is the input")
    witness.add_argument("--show-key", action="store_true", help="only print the witness's verifier key")
    _add_keys(witness, quorum=False)
    add_signing(witness)
    _add_out(witness)
    _add_show(_action(actions, "show", "show records and what they add up to"))


def _action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    add_ledger(parser)
    parser.add_argument("--estate", default="", metavar="DIR", help="must not hold the ledger (default: .)")
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.set_defaults(run=_late(name), errors_as_json=True)
    return parser


def _add_keys(parser: argparse.ArgumentParser, *, quorum: bool = True) -> None:
    parser.add_argument(
        "--log-key", default="", metavar="VKEY", help="the log's verifier key, or a file that holds it"
    )
    if quorum:
        parser.add_argument(
            "--witness", action="append", default=[], metavar="VKEY", help="a witness's key; repeatable"
        )
        parser.add_argument(
            "--quorum", type=int, metavar="COUNT", help="how many witnesses must have cosigned (default: all)"
        )
    add_trust_root(parser)


def _add_since(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", action="append", default=[], metavar="FILE",
        help="an older checkpoint that the ledger must extend; repeatable",
    )  # fmt: skip


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default="", metavar="FILE", help="write it there, not to the output")


def _add_show(parser: argparse.ArgumentParser) -> None:
    _add_keys(parser)
    parser.add_argument("--last", type=int, default=20, metavar="COUNT", help="so many records (default: 20)")
    parser.add_argument("--from", dest="first", type=int, metavar="INDEX", help="records from this position")
    parser.add_argument("--kind", action="append", default=[], metavar="NAME", help="of a kind; repeatable")
    parser.add_argument("--about", default="", metavar="DIGEST", help="that name a digest or key ID")
    parser.add_argument(
        "--view", default="", choices=["", "holds", "revocations", "permits", "break-glass", "trust-roots"],
        help="what records add up to, whoever had the right to write them",
    )  # fmt: skip
    parser.add_argument("--fork", default="", metavar="FILE", help="check the evidence of a fork")


def _late(name: str) -> Any:
    """Return the function of an action; its module is imported when it runs."""

    def run(arguments: argparse.Namespace) -> int:
        return int(import_module(f"samakia_policy.cli.ledger.{name}").run(arguments))

    return run
