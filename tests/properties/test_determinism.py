"""The same estate gives the same bytes, wherever and however it is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLEAN = Path(__file__).parents[2] / "fixtures/estates/canary-clean"
_COMMAND = [sys.executable, "-m", "samakia_policy", "check", "-o", "json", "--as-of", "2026-01-01T00:00:00Z"]


def _check(estate: str, cwd: Path, **environment: str) -> bytes:
    given = {**os.environ, **environment}
    done = subprocess.run([*_COMMAND, estate], cwd=cwd, env=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the decision of the clean estate."""
    return _check(str(CLEAN), tmp_path_factory.mktemp("here"))


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
)
def test_the_environment_changes_no_byte(
    expected: bytes, environment: dict[str, str], tmp_path: Path
) -> None:
    """Hash seed, time zone and locale are not inputs, and a cold cache is none either."""
    assert _check(str(CLEAN), tmp_path, XDG_CACHE_HOME=str(tmp_path), **environment) == expected


def test_the_directory_and_file_order_change_no_byte(expected: bytes, tmp_path: Path) -> None:
    """Files created in another order, under another path, read from inside."""
    copy = tmp_path / "x" / "other-name"
    for source in sorted(CLEAN.rglob("*"), reverse=True):
        if source.is_file():
            target = copy / source.relative_to(CLEAN)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    assert _check(".", copy) == expected
