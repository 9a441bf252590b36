"""`policy approve`: agree, with your own key, to exactly what a packet decided."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime, timedelta
from typing import Any

from samakia_policy.cli.times import now
from samakia_policy.cli.trusted import add_signing, signers
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

_LEAST_REASON = 8
_UNITS = {"h": 1, "d": 24}
_LONGEST = 31 * 24
_EXAMPLES = """\
examples:
  policy approve evidence/gate/samakia-prod/20260301T120000Z --sign 1f0c2e7a \\
      --reason "reviewed with the storage team" --ticket OPS-17
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="agree to what a packet decided",
        description="Sign an approval of a packet's results, packs and plan, and put it into the packet.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packet", metavar="PACKET", help="the packet of a gate or a check")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why you agree")
    parser.add_argument("--ticket", default="", metavar="ID", help="where it was discussed")
    parser.add_argument("--expires", default="24h", metavar="TIME", help="such as 24h or 7d (default 24h)")
    parser.add_argument("--tenant", default="", metavar="T", help="the tenant it is about")
    parser.add_argument("--as-of", default="", metavar="TIME", help="the time you sign at, RFC 3339")
    add_signing(parser)
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Sign, write the approval beside the packet's others, and say what was agreed to."""
    from samakia_policy.evidence.approval import Bound, approve
    from samakia_policy.evidence.packet.publish import write_beside
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.model.decision import results_digest

    keys = signers(arguments)
    if not keys:
        raise InputError("an approval needs a key", where="--sign", hint="`policy keys list` shows yours")
    if len(arguments.reason.strip()) < _LEAST_REASON:
        raise InputError(f"needs at least {_LEAST_REASON} characters", where="--reason")
    with open_packet(arguments.packet) as packet:
        decision = json.loads(packet.read("decision.json"))
        plan = _plan(packet)
    moment = now(arguments.as_of)
    context = decision["context"]
    said = {
        "environment": context["environment"] or "",
        "tenant": arguments.tenant,
        "action": context["action"] or "",
        "reason": arguments.reason.strip(),
        "ticket": arguments.ticket,
        "issued": moment,
        "expires": _expires(moment, arguments.expires),
    }
    bound = Bound(results_digest(decision), decision["digests"]["packs"], plan)
    for key in keys:
        path = os.path.join("attestations", "approvals", f"{key.public.keyid}.dsse.json")
        write_beside(arguments.packet, path, approve(bound, said, key))
        sys.stdout.write(
            visible(f"approved {said['action'] or 'a check'} in {said['environment'] or 'all'}: {path}")
            + "\n"
        )
    return 0


def _plan(packet: Any) -> str:
    """Return the digest of the plan that the packet's record names, "" where it is about none."""
    if "record.json" not in packet.digests:
        return ""
    record = json.loads(packet.read("record.json"))
    return str(record["gate"].get("subject") or "")


def _expires(moment: str, life: str) -> str:
    number, unit = life[:-1], life[-1:]
    hours = int(number) * _UNITS[unit] if number.isascii() and number.isdigit() and unit in _UNITS else 0
    if not 0 < hours <= _LONGEST:
        raise InputError(f"{life!r} is no time of at most 31d", where="--expires", hint="such as 24h or 7d")
    return (datetime.fromisoformat(moment) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
