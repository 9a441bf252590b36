"""`policy replay`: decide a packet's decision again, offline."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from samakia_policy.cache import cache_path
from samakia_policy.cli.trusted import settings
from samakia_policy.reporters.escape import visible

_EXIT = {"REPRODUCED": 0, "DIVERGED": 5, "NOT_REPLAYABLE": 3}
_EXAMPLES = """\
examples:
  policy replay evidence/check/all/20260301T120000Z                 on the runtime of the product
  policy replay evidence/check/all/20260301T120000Z --engine opa    on the real opa

exit codes: 0 reproduced, 2 no packet that can be read, 3 not replayable, 5 diverged or changed
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="decide a packet's decision again, offline",
        description="Run the packs of a packet on its facts and compare the decision byte for byte.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packet", metavar="PACKET", help="the directory of a packet")
    parser.add_argument(
        "--engine", default="", help="Rego runtime: native (default), opa or opa-server (POLICY_ENGINE)"
    )
    parser.add_argument(
        "--trust-python", action="store_true", help="run Python rules that the product does not ship"
    )
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay, say how it ended, and return the exit code."""
    from samakia_policy.evidence.packet.read import open_packet
    from samakia_policy.replay import replay

    engine = settings().text("engine", arguments.engine, "native")
    cache = cache_path(dict(os.environ))
    with open_packet(arguments.packet) as packet:
        found = replay(packet, engine, cache, trust_python=arguments.trust_python)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(found.to_json(), sort_keys=True, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{visible(line)}\n" for line in _lines(found)))
    return _EXIT[found.outcome]


def _lines(found: Any) -> list[str]:
    if found.outcome == "REPRODUCED":
        return ["REPRODUCED: the same decision, byte for byte"]
    if found.outcome == "NOT_REPLAYABLE":
        return [f"NOT_REPLAYABLE: {found.reason}"]
    rule = f" (rule {found.rule})" if found.rule else ""
    return [
        f"DIVERGED: {found.reason}; the first difference is at {found.pointer}{rule}",
        f"  recorded: {json.dumps(found.recorded, sort_keys=True, ensure_ascii=False)}",
        f"  replayed: {json.dumps(found.replayed, sort_keys=True, ensure_ascii=False)}",
    ]
