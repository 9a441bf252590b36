"""`policy check`: the main job."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from samakia_policy.cli.outputs import output, write
from samakia_policy.cli.plain import add_packages, packages
from samakia_policy.cli.progress import progress
from samakia_policy.cli.request import add_inputs, parameter, request
from samakia_policy.cli.trusted import add_signing, add_trust_root, signers, trust_root
from samakia_policy.cli.waive import add_waivers, signed_waivers
from samakia_policy.errors import InputError
from samakia_policy.model.rule import SEVERITIES
from samakia_policy.reporters.escape import visible
from samakia_policy.selection import Selection

EXIT = {"allow": 0, "deny": 1, "unknown": 3}
_EXAMPLES = """\
examples:
  policy check                                   the checkout you stand in
  policy check infra --phase 10                  one phase of another checkout
  policy check --plan samakia-dev=plan.json      with a Terraform plan
  policy check -o table -o json=decision.json    two outputs in one run
  policy check --evidence evidence               with a packet that can be replayed
  policy check --policy rego --document app.yaml a Conftest package on a manifest, no estate

exit codes: 0 allowed, 1 denied, 2 wrong usage or unreadable input, 3 undecided, 70 a bug
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="check an estate and decide",
        description="Read an estate, run every rule of the packs that apply, and decide.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_inputs(parser)
    parser.set_defaults(estate=None)
    parser.add_argument("--phase", action="append", default=[], metavar="N", help="packs of a phase")
    parser.add_argument("--pack", action="append", default=[], metavar="P", help="one pack by name")
    parser.add_argument("--domain", action="append", default=[], metavar="D", help="rules of a domain")
    parser.add_argument(
        "--param", action="append", default=[], metavar="R.K=V", help="set a rule's parameter"
    )
    parser.add_argument("--fail-on", choices=SEVERITIES, default="high", help="least severity that decides")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FMT[=PATH]",
        help="table, json, csv, html or oscal; repeatable",
    )
    parser.add_argument("--evidence", default="", metavar="DIR", help="write a packet of evidence below DIR")
    add_packages(parser)
    add_signing(parser)
    add_waivers(parser)
    add_trust_root(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="only the line that sums up")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, report, and return the exit code of the outcome."""
    from samakia_policy.pipeline import examine
    from samakia_policy.reporters import FORMATS, reporter, table

    outputs = [output(text, FORMATS) for text in arguments.output or ["table"]]
    if arguments.sign and not arguments.evidence:
        raise InputError(
            "signs a packet, and none is written", where="--sign", hint="name one: --evidence DIR"
        )
    selection = Selection(
        arguments.phase, arguments.pack, arguments.domain, [parameter(p) for p in arguments.param]
    )
    arguments.plain = packages(arguments)
    _place(arguments)
    with progress(f"checking {visible(arguments.estate or 'documents')}"):
        asked = request(arguments, selection)
        if arguments.waiver:
            root = trust_root(arguments, now=asked.as_of)
            asked.waivers, asked.waiver_files = signed_waivers(arguments.waiver, root, asked.as_of)
        checked = examine(asked)
    for name, path in outputs:
        short = arguments.quiet and name == "table" and not path
        text = table.summary(checked.decision) if short else reporter(name)(checked.decision)
        write(text, name, path)
    if arguments.evidence:
        _record(arguments, checked)
    return EXIT[checked.decision.outcome]


def _place(arguments: argparse.Namespace) -> None:
    """Take the checkout one stands in for the estate, but where only documents are to be judged."""
    if arguments.estate is not None:
        return
    if arguments.plain is None:
        arguments.estate = "."
    for name in ("phase", "pack", "domain", "param", "runner") if arguments.plain is not None else ():
        if getattr(arguments, name):
            hint = "name it, `policy check . ...`; without one, --policy judges documents alone"
            raise InputError("is about an estate, and none is named", where=f"--{name}", hint=hint)


def _record(arguments: argparse.Namespace, checked: Any) -> None:
    """Write the packet of a check, signed where keys are named, and say where it is."""
    from samakia_policy.record import packet_files, publish_packet, sign_packet

    files, request = packet_files(checked), checked.request
    if keys := signers(arguments):
        sign_packet(checked, files, keys)
    scope = request.environment or "all"
    path = publish_packet(arguments.evidence, "check", scope, request.as_of, files)
    sys.stdout.flush()
    sys.stderr.write(f"evidence: {visible(path)}\n")
