"""Generate programs, ask opa and our engine about them, and print what they answer differently.

python tests/rego/fuzz/run.py [--programs N] [--seed S] [--first N] [--show N] [--quick]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[3] / "engine"))

from fuzz.answers import Asked
from fuzz.compare import Comparison, Difference
from fuzz.programs import program
from fuzz.serving import serving
from fuzz.shrink import shrink
from fuzz.theirs import Server

BATCH = 200


def differences(comparison: Comparison, seed: str, first: int, count: int) -> Iterator[Difference]:
    """Yield what differs among so many programs of a seed."""
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        yield from comparison.differences([program(f"{seed}/{n}", f"fz{n}") for n in numbers])


def main() -> int:
    """Compare; returns 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", type=int, default=1000, help="how many programs (1000)")
    parser.add_argument("--seed", default="1", help="what the programs are made from (1)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first program (0)")
    parser.add_argument("--show", type=int, default=10, help="how many differences to show (10)")
    parser.add_argument("--quick", action="store_true", help="show differences without making them small")
    chosen = parser.parse_args()
    started = time.monotonic()
    different = 0
    with ExitStack() as stack:
        flags: dict[int, list[str]] = {1: [], 0: ["--v0-compatible"]}
        servers = {version: Server(stack.enter_context(serving(*flags[version]))) for version in flags}
        comparison = Comparison(servers)
        for found in differences(comparison, chosen.seed, chosen.first, chosen.programs):
            different += 1
            if different <= chosen.show:
                sys.stdout.write(shown(found if chosen.quick else shrink(found, comparison)))
                sys.stdout.flush()
    for name, count in sorted(comparison.counts.items()):
        sys.stdout.write(f"{count:7} {name}\n")
    sys.stdout.write(f"{different} differ; {time.monotonic() - started:.0f} s\n")
    return 1 if different else 0


def shown(found: Difference) -> str:
    """Return a difference as text."""
    program = found.program
    lines = [
        f"=== {program.name} v{program.version} {found.asked}",
        f"opa:  {found.opa}",
        f"ours: {found.own}",
    ]
    for name, text in program.modules.items():
        lines += [f"--- {name}", text]
    lines += [f"data.{path}: {text}" for path, text in program.data.items()]
    if isinstance(found.asked, Asked):
        lines.append(f"input: {program.inputs[found.asked.input] or 'none'}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
