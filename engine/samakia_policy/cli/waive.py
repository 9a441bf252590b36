"""`policy waive`: a signed, expiring exception for one rule and one subject."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_signing, signers
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

_EXAMPLES = """\
examples:
  policy waive tenants/quota-exceeded tenant_quota:birds/vector --owner ann --ticket OPS-17 \\
      --reason "the larger quota is ordered" --expires 2026-04-30 --sign 1f0c2e7a --out waiver.dsse.json
  policy check --waiver waiver.dsse.json --trust-root trust-root.dsse.json
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="except one rule for one subject, until a day",
        description="Sign a waiver. Gates honour those that the waiver role of the trust root signed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rule", metavar="RULE", help="one rule, as DOMAIN/NAME")
    parser.add_argument("subject", metavar="SUBJECT", help="one subject, as the finding names it")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why it may be so")
    parser.add_argument("--owner", required=True, metavar="PERSON", help="who answers for it")
    parser.add_argument("--expires", required=True, metavar="DAY", help="the last day it counts, in UTC")
    parser.add_argument("--pointer", default="", metavar="P", help="only what is found at this place")
    parser.add_argument("--approver", default="", metavar="PERSON", help="who agreed to it")
    parser.add_argument("--ticket", default="", metavar="ID", help="where it was discussed")
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time you sign at, RFC 3339")
    parser.add_argument("--out", required=True, metavar="FILE", help="where to write it")
    add_signing(parser)
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Sign the waiver and write it to a file of its own."""
    from samakia_policy.evidence.waiver import sign_waiver
    from samakia_policy.packs.load import load

    keys = signers(arguments)
    if len(keys) != 1:
        raise InputError(f"{len(keys)} keys are named, and it takes one", where="--sign")
    names = ("subject", "reason", "owner", "expires", "pointer", "approver", "ticket")
    stated = {name: getattr(arguments, name) for name in names if getattr(arguments, name)}
    stated["rule"] = load().rule(arguments.rule).id
    try:
        data = sign_waiver(stated, now(arguments.as_of), keys[0])
    except ValueError as error:
        raise InputError(str(error), where="waiver") from None
    try:
        with open(arguments.out, "xb") as file:
            file.write(data)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=arguments.out) from error
    said = f"waived {stated['rule']} on {stated['subject']} until {stated['expires']}"
    sys.stdout.write(visible(said) + "\n")
    return 0


def add_waivers(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names signed waivers."""
    parser.add_argument(
        "--waiver", action="append", default=[], metavar="FILE",
        help="a waiver that the trust root's waiver role signed; repeatable",
    )  # fmt: skip


def signed_waivers(paths: list[str], root: Any, moment: str) -> tuple[list[Any], dict[str, bytes]]:
    """Return the waivers in files and their bytes by name; raises InputError, and Refusal."""
    if paths and root is None:
        raise InputError("a signed waiver needs a trust root", where="--waiver", hint="--trust-root FILE")
    from samakia_policy.model.canonical import digest

    found, files = [], {}
    for path in paths:
        try:
            with open(path, "rb") as file:
                data = file.read(5 << 20)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=path) from error
        from samakia_policy.evidence.waiver import read_signed_waiver

        found.append(read_signed_waiver(data, root, moment, where=os.path.basename(path)))
        files[f"{digest(data)[7:39]}.dsse.json"] = data
    return found, files
