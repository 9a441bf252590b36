"""How long packets take: to write one, to verify one with 50 MB of inputs, to replay, to try a pack on many.

python tests/bench/packets.py [PACKETS]
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HERE = Path(__file__).resolve()
_ROOT = _HERE.parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "conformance" / "evidence"))

from accepted import Case
from cases import trust_root
from packets import NOW, honest, payload, seal, sign

from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.trust.root import parse
from samakia_policy.evidence.verify.case import Asked
from samakia_policy.evidence.verify.packet import verify_packet


def verify(folder: Path) -> None:
    """Verify a packet with 50 inputs of 1 MB, beside reading its files."""
    packet = folder / "large"
    packet.mkdir()
    honest(packet)
    (packet / "inputs").mkdir()
    for number in range(50):
        (packet / "inputs" / str(number)).write_bytes(os.urandom(1 << 20))
    seal(packet)
    said = payload(packet)
    manifest = hashlib.sha256((packet / "manifest.sha256").read_bytes()).hexdigest()
    said["subject"] = [{"name": "manifest.sha256", "digest": {"sha256": manifest}}]
    sign(packet, said)
    root = parse(dsse.parse(trust_root(Case("bench", "accepted"))[0]).payload)
    for _ in range(3):
        start = time.perf_counter()
        for path in packet.rglob("*"):
            if path.is_file():
                path.read_bytes()
        read = time.perf_counter()
        report = verify_packet(str(packet), Asked(lambda: root, NOW))
        print(f"read 50 MB {read - start:.3f} s, verify {time.perf_counter() - read:.3f} s", report.accepted)


def commands(folder: Path, packets: int) -> None:
    """Run the commands as whole processes."""
    policy = [sys.executable, "-m", "samakia_policy"]
    estate = str(_ROOT / "fixtures" / "estates" / "canary-clean")
    check = [*policy, "check", estate, "-q", "--as-of", "2026-03-01T12:00:00Z"]
    _time("check", check)
    _time("check with a packet", [*check, "--evidence", str(folder / "e")])
    packet = str(next((folder / "e" / "check" / "all").iterdir()))
    _time("replay", [*policy, "replay", packet])
    for number in range(packets):
        subprocess.run(
            ["cp", "-r", packet, str(folder / "e" / "check" / "all" / f"copy-{number}")], check=True
        )
    words = [*policy, "backtest", "--pack", "phase-10-tenants", str(folder / "e")]
    seconds = _time(f"backtest of {packets + 1} packets", words)
    print(f"  {seconds / (packets + 1) * 1000:.0f} ms a packet")


def _time(what: str, words: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    print(f"{what}: {seconds:.3f} s")
    return seconds


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        verify(Path(scratch))
        commands(Path(scratch), int(sys.argv[1]) if len(sys.argv) > 1 else 100)
