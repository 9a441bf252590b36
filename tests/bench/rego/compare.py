"""Our engine beside `opa` (and conftest where present), whole processes in one run: medians and ratios.

Usage: python tests/bench/rego/compare.py [SIZE ...]     (default 1000 10000 100000)
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from inputs import joined, plan, tree

HERE = Path(__file__).parent
OURS = [sys.executable, "-m", "samakia_policy", "rego", "eval", "-f", "json"]
OPA = ["opa", "eval", "-f", "json"]
RUNS = 5


def main() -> None:
    """Print a line per measurement."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print(f"{os.cpu_count()} processors; medians of {RUNS}; wall seconds, CPU seconds, peak MB")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        start_up(folder)
        for size in sizes:
            compare(folder, f"20 rules, {size} resources", "rules.rego", plan(size), "data.bench.deny")
        for size in (1_000, 10_000, 30_000):
            for query, most_for_opa in (("self", 1_000), ("three", 1_000), ("duplicate", 10_000)):
                opa = size <= most_for_opa
                compare(
                    folder,
                    f"join {query}, {size}",
                    "joins.rego",
                    joined(size),
                    f"data.joins.{query}",
                    opa=opa,
                )
        for size in (1_000, 10_000):
            compare(folder, f"walk, {size} nodes", "walks.rego", tree(size), "data.walks.found")


def start_up(folder: str) -> None:
    """Compare `1+1` with bare Python."""
    bare = measure([sys.executable, "-c", "pass"], folder)
    ours = measure([*OURS, "1+1"], folder)
    print(
        f"start: python {bare[0] * 1e3:.0f} ms, rego eval '1+1' {ours[0] * 1e3:.0f} ms, {(ours[0] - bare[0]) * 1e3:.0f} more"
    )


def compare(folder: str, name: str, rules: str, text: str, query: str, *, opa: bool = True) -> None:
    """Print ours and opa's figures for one question; both must give the same bytes."""
    given = Path(folder) / "input.json"
    given.write_text(text)
    del text
    asked = ["-d", str(HERE / rules), "-i", str(given), query]
    said: list[bytes] = []
    ours = measure([*OURS, *asked], folder, said.append)
    line = f"{name:>28}: ours {ours[0]:.3f} s, {ours[1]:.3f}, {ours[2]:.0f} MB"
    if opa and shutil.which("opa"):
        theirs = measure([*OPA, *asked], folder, said.append)
        same = "same answer" if said[0] == said[-1] else "DIFFERENT ANSWERS"
        line += f"; opa {theirs[0]:.3f} s, {theirs[1]:.3f}, {theirs[2]:.0f} MB"
        line += f"; {theirs[0] / ours[0]:.1f}x wall, {theirs[1] / ours[1]:.1f}x CPU, {ours[2] / theirs[2]:.0%} memory, {same}"
    print(line, flush=True)


def measure(
    command: list[str], folder: str, keep: Callable[[bytes], object] = lambda _: None
) -> tuple[float, float, float]:
    """Return the medians of wall and CPU seconds, and the highest peak in MB; the first run only warms up."""
    walls, cpus, peak = [], [], 0.0
    out = Path(folder) / "out"
    for number in range(RUNS + 1):
        with out.open("wb") as file:
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=file, env=os.environ)
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command} failed with {process.returncode}")
        if number:
            walls.append(wall)
            cpus.append(used.ru_utime + used.ru_stime)
            peak = max(peak, used.ru_maxrss / 1024)
    keep(out.read_bytes())
    return statistics.median(walls), statistics.median(cpus), peak


if __name__ == "__main__":
    main()
