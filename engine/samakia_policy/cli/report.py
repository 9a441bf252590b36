"""`policy report`: a packet, for people who audit."""

from __future__ import annotations

import argparse
import json
from typing import Any

from samakia_policy.cli.outputs import output, write
from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_trust_root, trust_root
from samakia_policy.errors import InputError

_EXAMPLES = """\
examples:
  policy report PACKET -o html=report.html --trust-root trust-root.dsse.json
  policy report PACKET -o oscal=results.json -o csv=findings.csv
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="write what a packet says for auditors",
        description="Write a page, assessment results or rows from a packet, verified with a trust root.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FMT[=PATH]",
        help="html, oscal or csv; repeatable",
    )
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time to verify at, RFC 3339")
    add_trust_root(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write each report; returns 5 for a packet that a trust root was named for and that did not verify."""
    from samakia_policy.evidence.packet.layout import DECISION
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.reporters import DERIVED, html, oscal
    from samakia_policy.reporters import csv as rows

    wanted = [output(text, DERIVED) for text in arguments.output]
    if not wanted:
        raise InputError("names no format", where="-o", hint=f"one of {', '.join(DERIVED)}")
    with open_packet(arguments.packet) as packet:
        decision = json.loads(packet.read(DECISION))
    sentence, code = _verified(arguments)
    for name, path in wanted:
        if name == "html":
            text = html.report(decision, sentence)
        else:
            text = (oscal if name == "oscal" else rows).report(decision)
        write(text, name, path)
    return code


def _verified(arguments: argparse.Namespace) -> tuple[str, int]:
    moment = now(arguments.as_of)
    root = trust_root(arguments, required=False, now=moment)
    if root is None:
        return "not verified: no trust root was named", 0
    from samakia_policy.evidence.verify.case import Asked
    from samakia_policy.evidence.verify.packet import verify_packet

    report = verify_packet(arguments.packet, Asked(lambda: root, moment))
    if report.accepted:
        return f"verified at {moment} by trust root version {root.version}, {root.digest}", 0
    return f"NOT VERIFIED at {moment}: {report.code}", 5
