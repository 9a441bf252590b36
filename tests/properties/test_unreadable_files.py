"""Taking a file's or a folder's permissions away never helps, whichever it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.model.decision import Decision
from samakia_policy.pipeline import Request, check

ESTATES = Path(__file__).parents[2] / "fixtures/estates"
_AS_OF = "2026-01-01T00:00:00Z"


NAMES = ("canary-broken", "canary-clean")


def _places() -> Iterator[Any]:
    for name in NAMES:
        for path in sorted((ESTATES / name).rglob("*")):
            place = path.relative_to(ESTATES / name).as_posix()
            yield pytest.param(name, place, id=f"{name}/{place}")


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return copies of the estates whose permissions a test may change."""
    folder = tmp_path_factory.mktemp("estates")
    return {name: Path(shutil.copytree(ESTATES / name, folder / name)) for name in NAMES}


@pytest.fixture(scope="module")
def seen(copies: dict[str, Path], cache: str) -> dict[str, Decision]:
    """Return what is decided while everything can be read."""
    return {name: check(Request(str(copy), _AS_OF, cache=cache)) for name, copy in copies.items()}


@pytest.mark.parametrize(("name", "place"), list(_places()))
def test_hiding_it_never_helps(
    copies: dict[str, Path],
    seen: dict[str, Decision],
    cache: str,
    unprivileged: Callable[[Path], None],
    name: str,
    place: str,
) -> None:
    """The decision is no allow, it names what is hidden, and no rule ends better than before."""
    hidden = copies[name] / place
    kept = hidden.stat().st_mode
    unprivileged(copies[name])
    hidden.chmod(0)
    try:
        decision = check(Request(str(copies[name]), _AS_OF, cache=cache))
    finally:
        hidden.chmod(kept)
    assert decision.outcome != "allow"
    assert place in {finding.location.path for finding in decision.findings}
    before = {rule.id: rule.outcome for rule in seen[name].rules}
    for rule in decision.rules:
        if before[rule.id] in {"fail", "unknown"}:
            assert rule.outcome in {"fail", "unknown"}, rule.id
