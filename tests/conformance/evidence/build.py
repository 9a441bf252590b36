"""Write the corpus: one folder a case, with its packet, its trust root and the answer.

    python tests/conformance/evidence/build.py FOLDER

A verifier is given FOLDER/<case>/packet, FOLDER/<case>/trust-root.dsse.json with the fingerprint beside it, and
the flags of FOLDER/<case>/case.json. It must answer with `answer`: "accepted", or the reason code of the first
refusal.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cases import Case, all_cases, describe, honest, trust_root


def build(folder: Path, ledgers: Path) -> list[Case]:
    """Write every case below a folder, and return them."""
    cases = all_cases(ledgers)
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    for case in cases:
        target = folder / case.name
        packet = target / "packet"
        packet.mkdir(parents=True)
        honest(packet, *case.by, **case.made)
        case.change(packet)
        data, fingerprint = trust_root(case)
        (target / "trust-root.dsse.json").write_bytes(data)
        (target / "fingerprint").write_text(fingerprint + "\n", encoding="utf-8")
        (target / "case.json").write_text(describe(case), encoding="utf-8")
    return cases


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        made = build(Path(sys.argv[1]), Path(scratch))
    sys.stdout.write(f"{len(made)} cases\n")
