"""Sealing, holding and releasing packets through the command."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

_CASE = ("--id", "CASE-7", "--reason", "a court asked", "--review", "2027-06-30")


@pytest.fixture
def packet(place: Any) -> Path:
    """Return a signed packet of a check."""
    done = place.policy(
        "check", place.estate, "--evidence", place.folder / "e", "--sign", place.key("gate"), "-q"
    )
    assert done.code in {0, 3}, done.err
    return Path(done.packet)


def _with(place: Any, who: str) -> list[object]:
    return [
        "--trust-root",
        place.root,
        "--ledger",
        place.ledger,
        "--ledger-key",
        place.key("log"),
        "--sign",
        place.key(who),
    ]


def _verify(place: Any, packet: Path) -> Any:
    return place.policy("evidence", "verify", packet, "--trust-root", place.root, "--ledger", place.ledger)


def test_a_sealed_packet_has_a_place_in_the_ledger(place: Any, packet: Path) -> None:
    assert _verify(place, packet).code == 0
    done = place.policy("evidence", "seal", packet, *_with(place, "ann"))
    assert done.code == 0, done.err
    verified = _verify(place, packet)
    assert verified.code == 0, verified.out
    assert "record 0 of 1 in example.org/ledger" in verified.out
    shown = place.policy("ledger", "show", "--ledger", place.ledger, "--trust-root", place.root)
    assert "decision" in shown.out
    assert place.policy("evidence", "seal", packet, "--trust-root", place.root).code == 2


def test_a_hold_is_seen_although_its_marker_is_taken_away(place: Any, packet: Path) -> None:
    hold = (
        "evidence",
        "hold",
        packet,
        "--id",
        "CASE-7",
        "--reason",
        "a court asked",
        "--review",
        "2027-06-30",
    )
    for who in ("cat", "gate", "mallory"):
        refused = place.policy(*hold, *_with(place, who))
        assert refused.code == 5, who
    assert not (packet / "legal-hold").exists()
    done = place.policy(*hold, *_with(place, "legal"))
    assert done.code == 0, done.err
    assert "under legal hold" in _verify(place, packet).out
    hidden = Path(shutil.copytree(packet, place.folder / "hidden"))
    shutil.rmtree(hidden / "legal-hold")
    said = _verify(place, hidden)
    assert (said.code, "hold-marker-missing" in said.out) == (5, True)


def test_only_the_role_legal_releases(place: Any, packet: Path) -> None:
    hold = (
        "evidence",
        "hold",
        packet,
        "--id",
        "CASE-7",
        "--reason",
        "a court asked",
        "--review",
        "2027-06-30",
    )
    assert place.policy(*hold, *_with(place, "lead")).code == 0
    release = ("evidence", "release", packet, "--id", "CASE-7", "--reason", "it was settled")
    assert place.policy(*release, *_with(place, "lead")).code == 5
    assert "under legal hold" in _verify(place, packet).out
    done = place.policy(*release, *_with(place, "legal"))
    assert done.code == 0, done.err
    said = _verify(place, packet)
    assert (said.code, "not held" in said.out) == (0, True), said.out
    forged = Path(shutil.copytree(packet, place.folder / "forged"))
    for path in (forged / "legal-hold").glob("*-hold-release.dsse.json"):
        path.unlink()
    assert _verify(place, forged).code == 5, "without its statement a release does not count"
