"""`policy apply`: do what a gate permits, exactly that, once, and leave a packet whatever happens."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from samakia_policy.cli import times
from samakia_policy.cli.acting import Proofs, add_wish, planned, proofs, wish_of
from samakia_policy.cli.gate import break_glass, make_permit, record, tell
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible
from samakia_policy.tenant_actions import ACTIONS

if TYPE_CHECKING:
    from samakia_policy.adapters.private_copy import PrivateCopy
    from samakia_policy.adapters.terraform.tool import Tool
    from samakia_policy.authorise import Judged
    from samakia_policy.execute import Executed
    from samakia_policy.gate.permit import Permit

_EXAMPLES = """\
examples:
  policy apply terraform.apply --env samakia-dev --plan-file plan.bin               a dry run
  policy apply terraform.apply --env samakia-dev --plan-file plan.bin --execute \\
      --reason "more disks" --sign 1f0c2e7a --evidence evidence                     check, gate and apply
  policy apply terraform.apply ... --execute --permit PACKET                        with a permit from before

exit codes: 0 done, or a dry run that could be; 2 wrong usage, 4 refused, 5 not verified, 6 adapter failed
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="do what a gate permits",
        description="Check, gate and execute an action; without --execute only tell what would happen.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_wish(parser)
    parser.add_argument("--execute", action="store_true", help="really do it")
    parser.add_argument("--consumer", default="", metavar="C", help="the consumer that is acted on")
    parser.add_argument("--permit", default="", metavar="PATH", help="a permit, or the packet that holds one")
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Judge, act where it is permitted and asked for, record, and return the exit code."""
    from samakia_policy.authorise import ask
    from samakia_policy.evidence.break_glass import OPENS

    if arguments.execute and arguments.as_of:
        raise InputError("what is done is done now, whatever a flag says", where="--as-of")
    found = proofs(arguments)
    if arguments.action in ACTIONS:
        from samakia_policy.cli import tenants

        return tenants.run(arguments, found)
    wish = wish_of(arguments, found, execute=arguments.execute)
    with planned(arguments, wish) as (copy, tool):
        judged = ask(wish)
        named = named_permit(arguments, found)
        if named is not None and named.break_glass:
            judged.open_glass(OPENS, b"")
        elif arguments.execute:
            break_glass(arguments, found, judged)
        if judged.failed:
            tell(arguments, judged, None, record(arguments, found, judged, None))
            return 4
        if copy is None or tool is None:
            raise InputError("takes a saved plan", where=arguments.action, hint="name it: --plan-file P")
        if not arguments.execute:
            _preview(judged)
            return 0
        return _execute(arguments, found, judged, copy, tool)


def _preview(judged: Judged) -> None:
    seen = judged.observed
    changes = ", ".join(sorted(seen.plan.changes)) or "nothing"
    lines = [
        f"DRY RUN: {seen.action} in {seen.environment} would apply {seen.plan.subject}",
        f"  planned at {seen.plan.made}; it would {changes}",
        "  --execute does it, if every guard of the gate passes; `policy gate` tells which do",
    ]
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))


def _execute(
    arguments: argparse.Namespace, found: Proofs, judged: Judged, copy: PrivateCopy, tool: Tool
) -> int:
    from samakia_policy.evidence.permit import consume
    from samakia_policy.execute import apply_permitted, check_permit

    permit = permit_of(arguments, found, judged)
    log = found.log
    assert log is not None, "the gate demands a ledger"
    moment = times.present()
    check_permit(judged, permit, copy.digest, found.origin, moment)
    actor = found.keys[0].public.keyid
    executed = apply_permitted(
        judged, permit, copy, tool, lambda: consume(log, permit.to_json(), actor, moment)
    )
    return finish(arguments, found, judged, permit, executed)


def permit_of(arguments: argparse.Namespace, found: Proofs, judged: Judged) -> Permit:
    """Return the permit that was named, or a new one; raises InputError, Refusal."""
    return named_permit(arguments, found) or make_permit(arguments, found, judged)


def named_permit(arguments: argparse.Namespace, found: Proofs) -> Permit | None:
    """Return the permit that was named, once it verified, None without one; raises InputError, Refusal."""
    from samakia_policy.evidence.permit import PERMIT, open_permit
    from samakia_policy.gate.permit import read_permit

    if not arguments.permit:
        return None
    if not found.keys or not arguments.evidence or found.root is None:
        hint = "--sign KEY --evidence DIR --trust-root FILE"
        raise InputError("what is done could not be verified, signed and kept", hint=hint)
    path = arguments.permit
    path = os.path.join(path, PERMIT) if os.path.isdir(path) else path
    try:
        with open(path, "rb") as file:
            data = file.read(5 << 20)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    said = open_permit(data, found.root, found.now, where=path)
    try:
        return read_permit(dict(said))
    except ValueError as error:
        raise InputError(str(error), where=path) from error


def finish(
    arguments: argparse.Namespace, found: Proofs, judged: Judged, permit: Permit, executed: Executed
) -> int:
    """Leave the packet of what was done, say it, and return the exit code."""
    from samakia_policy.evidence.permit import PERMIT, sign_permit
    from samakia_policy.execute import execution_files, failures
    from samakia_policy.record import publish_packet, sign_packet

    files = execution_files(judged, permit, executed)
    sign_packet(judged.checks[0], files, found.keys, artifacts=dict(permit.subjects), nonce=permit.nonce)
    files[PERMIT] = sign_permit(permit.to_json(), found.keys)
    path = publish_packet(arguments.evidence, "apply", permit.environment, found.now, files)
    failed = list(failures(executed))
    head = f"{executed.outcome.upper()}: {permit.action} in {permit.environment}"
    known = [f"  {row['rule']} on {row['subject']}: {row['after']} now" for row in executed.obligations]
    known += [f"  {' '.join(f'{k}={v}' for k, v in row.items() if v)}" for row in executed.actions or ()]
    lines = [head, *known, *(f"  {reason}" for reason in failed)]
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))
    sys.stdout.flush()
    sys.stderr.write(visible(f"evidence: {path}") + "\n")
    return 6 if failed else 0
