"""`policy gate`: may this action happen? A permit, or everything that stands against it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from samakia_policy.cli.acting import (
    Proofs,
    add_wish,
    expiry,
    planned,
    proofs,
    say_refused,
    wish_of,
)
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

if TYPE_CHECKING:
    from samakia_policy.authorise import Judged
    from samakia_policy.gate.permit import Permit

_EXAMPLES = """\
examples:
  policy gate terraform.apply --env samakia-dev --plan-file plan.bin --reason "more disks"
  policy gate terraform.apply --env samakia-prod ... --approvals evidence/gate/samakia-prod/20260301T120000Z

exit codes: 0 permitted, 2 wrong usage or unreadable input, 4 refused, 5 evidence did not verify
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="ask whether an action may happen",
        description="Evaluate every guard of an action's gate; give a permit, or list all that failed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_wish(parser)
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Judge, record, say it, and return 0 or 4."""
    from samakia_policy.authorise import ask

    found = proofs(arguments)
    wish = wish_of(arguments, found, execute=True)
    with planned(arguments, wish):
        judged = ask(wish)
        break_glass(arguments, found, judged)
        permit = None if judged.failed else make_permit(arguments, found, judged)
        path = record(arguments, found, judged, permit)
    tell(arguments, judged, permit, path)
    return 4 if judged.failed else 0


def break_glass(arguments: argparse.Namespace, found: Proofs, judged: Judged) -> None:
    """Where it is asked for and nothing else stands against it, declare and log that the glass is broken.

    Raises InputError, Refusal where who asks may not.
    """
    from samakia_policy.evidence import break_glass as glass
    from samakia_policy.evidence.trust.persons import Place

    if not arguments.break_glass or {f.guard for f in judged.failed} - glass.OPENS:
        return
    if found.log is None or found.root is None or not found.keys:
        raise InputError("needs a trust root, a key and a ledger", where="--break-glass")
    seen = judged.observed
    place = Place(seen.environment, seen.dimensions.get("tenant", ""), seen.action)
    expires = expiry(found.now, arguments.life)
    said = {"reason": seen.reason, "ticket": arguments.ticket, "expires": expires, "plan": seen.plan.subject}
    statement = glass.declare(place, said, found.keys[0], found.root, found.now)
    found.log.append([glass.record(statement, place, found.keys[0].public.keyid, found.now, expires)])
    judged.open_glass(glass.OPENS, statement)


def make_permit(arguments: argparse.Namespace, found: Proofs, judged: Judged) -> Permit:
    """Return the permit of a gate that passed; raises InputError where it could not be signed or kept."""
    from samakia_policy.authorise import grant

    if not found.keys or not arguments.evidence:
        raise InputError(
            "the gate passes, but its permit could not be signed and kept",
            hint="name a key and a place: --sign KEY --evidence DIR",
        )
    return grant(
        judged,
        expires=expiry(found.now, arguments.life),
        nonce=os.urandom(16).hex(),
        ledger=found.origin,
        approvals=tuple(sorted({given.digest for given in found.approvals})),
    )


def record(arguments: argparse.Namespace, found: Proofs, judged: Judged, permit: Permit | None) -> str:
    """Write the packet of what the gate said, and return its path; "" where no place is named."""
    if not arguments.evidence:
        return ""
    from samakia_policy.evidence.break_glass import STATEMENT
    from samakia_policy.evidence.permit import PERMIT, sign_permit
    from samakia_policy.execute import execution_files
    from samakia_policy.record import publish_packet, sign_packet

    files, seen = execution_files(judged, permit, None), judged.observed
    if found.keys and judged.checks:
        bound = {"plan": seen.plan.subject} if seen.plan.subject else {}
        sign_packet(judged.checks[0], files, found.keys, artifacts=bound)
    if permit is not None:
        files[PERMIT] = sign_permit(permit.to_json(), found.keys)
    if judged.glass:
        files[STATEMENT] = judged.glass
    return publish_packet(arguments.evidence, "gate", seen.environment or "all", found.now, files)


def tell(arguments: argparse.Namespace, judged: Judged, permit: Permit | None, path: str) -> None:
    """Print the refusal or the permit, for a program or a person."""
    if arguments.output == "json":
        shape = permit.to_json() if permit else judged.refusal.to_json()
        sys.stdout.write(json.dumps(shape, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
    elif permit is not None:
        sys.stdout.write(visible(f"PERMITTED: {permit.action} in {permit.environment}") + "\n")
        sys.stdout.write(f"  permit {permit.id}, once, until {permit.expires}\n")
        if permit.break_glass:
            sys.stdout.write("  BREAK GLASS: no ordinary permit until somebody else ratifies it\n")
    else:
        sys.stdout.write("".join(f"{visible(line)}\n" for line in say_refused(judged)))
    if path:
        sys.stdout.flush()
        sys.stderr.write(visible(f"evidence: {path}") + "\n")
