"""`policy backtest`: what newer packs would have said about past decisions."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from samakia_policy.cache import cache_path
from samakia_policy.cli.progress import progress
from samakia_policy.cli.trusted import settings
from samakia_policy.errors import InputError
from samakia_policy.reporters.escape import visible

_EXAMPLES = """\
examples:
  policy backtest --pack phase-10-tenants evidence             the installed version, on all packets below
  policy backtest --pack ../policy-next evidence archive       a checkout with policies/ and packs/
  policy backtest --pack phase-10-tenants evidence --fail-on-flip -o json

exit codes: 0 done, 1 something flips (with --fail-on-flip), 2 wrong usage, 3 a packet is not decided again
"""


def add_arguments(commands: Any, name: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        name,
        help="try a pack on past decisions",
        description="Decide past packets again with a newer pack, and list exactly what flips, and why.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directories", nargs="+", metavar="DIR", help="where packets lie")
    parser.add_argument("--pack", required=True, metavar="NEW", help="a pack by name, or a folder of packs")
    parser.add_argument("--engine", default="", help="Rego runtime: native (default), opa or opa-server")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="at once")
    parser.add_argument("--fail-on-flip", action="store_true", help="end with 1 where anything flips")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    parser.set_defaults(run=run, errors_as_json=True)


def run(arguments: argparse.Namespace) -> int:
    """Test every packet, list what flips, and return the exit code."""
    from samakia_policy.backtest import backtest, find_packets

    if arguments.processes < 1:
        raise InputError("must be at least 1", where="--processes")
    packets = find_packets(arguments.directories)
    engine = settings().text("engine", arguments.engine, "native")
    cache = cache_path(dict(os.environ))
    with progress(f"testing {len(packets)} packets"):
        tested = list(backtest(packets, arguments.pack, engine, cache, arguments.processes))
    flipped, faults = [t for t in tested if t.flips], [t for t in tested if t.fault]
    if arguments.output == "json":
        shape = {
            "kind": "Backtest",
            "packets": len(tested),
            "results": [t.to_json() for t in flipped + faults],
        }
        sys.stdout.write(json.dumps(shape, sort_keys=True, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(tested)
    if faults:
        return 3
    return 1 if flipped and arguments.fail_on_flip else 0


def _print(tested: list[Any]) -> None:
    for result in tested:
        if not result.flips and not result.fault:
            continue
        sys.stdout.write(visible(result.packet) + "\n")
        if result.fault:
            sys.stdout.write(visible(f"  not decided again: {result.fault}") + "\n")
        for flip in result.flips:
            what = f"{flip.rule} on {flip.subject}" if flip.rule else flip.subject
            why = f": {flip.why}" if flip.why else ""
            sys.stdout.write(visible(f"  {what}: {flip.before} -> {flip.after}{why}") + "\n")
    flips = sum(len(result.flips) for result in tested)
    faults = sum(bool(result.fault) for result in tested)
    sys.stdout.write(f"{len(tested)} packets, {flips} flips, {faults} could not be decided again\n")
