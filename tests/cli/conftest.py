"""Run the command line in this process, against estates made for a test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main

ROOT = Path(__file__).parents[2]
CLEAN = ROOT / "fixtures/estates/canary-clean"


@dataclass
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def decision(self) -> dict[str, Any]:
        """The decision on standard output."""
        return dict(json.loads(self.out))


@pytest.fixture
def policy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Return a function that runs `policy ARGUMENTS`."""
    for name in ("CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))

    def run(*arguments: object) -> Said:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Return a copy of the clean estate that a test may break."""
    copy = tmp_path / "estate"
    shutil.copytree(CLEAN, copy)
    return copy
