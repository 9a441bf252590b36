"""`policy evidence`: look at packets, and verify them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from samakia_policy.cli.holding import add_hold, add_seal, run_hold, run_release, run_seal
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_ledger, add_trust_root, settings, state_folder, trust_root
from samakia_policy.errors import Error, InputError
from samakia_policy.reporters.escape import visible

_EXPECTED = ("environment", "tenant", "action", "plan", "nonce", "requester")
_SHORT = {"env": "environment"}
_EXAMPLES = """\
examples:
  policy evidence verify PACKET --trust-root trust-root.dsse.json
  policy evidence verify PACKET --expect env=samakia-dev,action=terraform.apply,plan=sha256:...
  policy evidence seal PACKET --sign 1f0c2e7a --ledger /srv/ledger --ledger-key log.pem
  policy evidence hold PACKET --id CASE-7 --reason "asked for by court" --review 2027-01-31 ...
  policy evidence list evidence
  policy evidence show PACKET

exit codes: 0 verified, 2 wrong usage or unreadable input, 5 it did not verify
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="verify, show, list, seal and hold packets of evidence",
        description="Look at packets of evidence; nothing here needs a network.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = _action(actions, "verify", "is this packet what somebody we trust decided?", run_verify)
    verify.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    verify.add_argument(
        "--expect", action="append", default=[], metavar="NAME=VALUE,...",
        help=f"what it must be for: {', '.join(_EXPECTED)}",
    )  # fmt: skip
    verify.add_argument("--as-of", default="", metavar="TIME", help="the time to verify at, RFC 3339")
    add_trust_root(verify)
    add_ledger(verify)
    add_seal(_action(actions, "seal", "add signatures, and an entry of the ledger with its proof", run_seal))
    add_hold(_action(actions, "hold", "put a packet under legal hold", run_hold), declare=True)
    add_hold(_action(actions, "release", "release a legal hold", run_release), declare=False)
    show = _action(actions, "show", "what a packet says, unverified", run_show)
    show.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    listed = _action(actions, "list", "the packets below a directory, unverified", run_list)
    listed.add_argument("directory", metavar="DIR")


def _action(actions: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.set_defaults(run=run, errors_as_json=True)
    return parser


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify, print every step, and return 0 or 5."""
    from samakia_policy.evidence.verify.case import Asked
    from samakia_policy.evidence.verify.packet import verify_packet

    ledger = settings().text("ledger", arguments.ledger)
    moment = now(arguments.as_of)
    asked = Asked(
        root=lambda: trust_root(arguments, now=moment),
        now=moment,
        expect=_expected(arguments.expect),
        snapshot=(lambda root: _snapshot(ledger, root)) if ledger else None,
    )
    report = verify_packet(arguments.packet, asked)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(report.to_json(), sort_keys=True, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{visible(line)}\n" for line in _lines(report)))
    return 0 if report.accepted else 5


def _lines(report: Any) -> list[str]:
    lines = []
    for step in report.steps:
        code = f" ({step.code})" if step.code else ""
        where = f"{step.where}: " if step.where else ""
        lines.append(f"{step.outcome:<8} {step.name:<11} {where}{step.message}{code}")
        lines += [f"{'':<20} hint: {step.hint}"] if step.hint else []
    lines += [f"note: {note}" for note in sorted(report.notes)]
    return [*lines, "VERIFIED" if report.accepted else f"REFUSED: {report.code}"]


def _expected(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in [part for text in texts for part in text.split(",")]:
        name, equals, value = part.partition("=")
        name = _SHORT.get(name, name)
        if not equals or name not in _EXPECTED:
            hint = f"NAME=VALUE with one of {', '.join(_EXPECTED)}"
            raise InputError(f"{part!r} expects nothing", where="--expect", hint=hint)
        if name in found:
            raise InputError(f"expects two values of {name}", where="--expect")
        found[name] = value
    return found


def _snapshot(ledger: str, root: Any) -> Any:
    """Return the ledger as its checkpoint describes it, if it extends what is remembered; raises Refusal."""
    from samakia_policy.evidence.ledger.memory import Memory
    from samakia_policy.evidence.ledger.snapshot import open_snapshot
    from samakia_policy.evidence.reasons import Refusal
    from samakia_policy.evidence.verify.order import log_policies

    memory = Memory(os.path.join(state_folder(settings()), "ledgers"))
    refused = Refusal("ledger-unknown", "the trust root lists no ledger", where=ledger)
    for policy in log_policies(root):
        try:
            snapshot = open_snapshot(ledger, policy.log)
        except Refusal as refusal:
            refused = refusal
        else:
            memory.check(snapshot, policy.log)
            return snapshot
    raise refused


def run_show(arguments: argparse.Namespace) -> int:
    """Print what a packet says of itself."""
    from samakia_policy.evidence.packet.read import open_packet

    with open_packet(arguments.packet, reference=True) as packet:
        said = {name: packet.read(name, 1 << 20) for name in ("metadata.json",) if name in packet.digests}
        metadata = json.loads(said["metadata.json"]) if said else {}
        shown = {"metadata": metadata, "files": packet.digests, "beside": packet.beside}
    if arguments.output == "json":
        sys.stdout.write(json.dumps(shown, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
        return 0
    rows = [f"{name}: {value}" for name, value in sorted(metadata.items()) if isinstance(value, str)]
    rows += [f"{len(packet.digests)} files, {len(packet.beside)} beside the manifest; not verified"]
    sys.stdout.write("".join(f"{visible(row)}\n" for row in rows))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Print a line for each packet below a directory; one that cannot be read is listed with its reason."""
    rows = []
    for folder, folders, names in os.walk(arguments.directory):
        folders.sort()
        if "manifest.sha256" in names:
            folders.clear()
            rows.append(_row(folder))
    if not rows:
        raise InputError("there is no packet below it", where=arguments.directory)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(rows, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
        return 0
    for row in rows:
        words = [row["outcome"] or row["fault"], row["kind"], row["environment"] or "all", row["timestamp"]]
        sys.stdout.write(visible("  ".join([*words, row["packet"]])) + "\n")
    return 0


def _row(folder: str) -> dict[str, str]:
    from samakia_policy.evidence.packet.read import open_packet

    row = dict.fromkeys(("outcome", "kind", "environment", "timestamp", "fault"), "") | {"packet": folder}
    try:
        with open_packet(folder, reference=True) as packet:
            metadata = json.loads(packet.read("metadata.json", 1 << 20))
    except Error as error:
        return row | {"fault": getattr(error, "code", "") or "unreadable"}
    except ValueError:
        return row | {"fault": "metadata-malformed"}
    names = {"outcome": "outcome", "kind": "kind", "environment": "environment", "timestamp": "timestamp_utc"}
    return row | {shown: str(metadata.get(name) or "") for shown, name in names.items()}
