"""The exact words that people see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

Policy = Callable[..., Any]
ROOT = Path(__file__).parents[2]
BROKEN, CLEAN = ROOT / "fixtures/estates/canary-broken", ROOT / "fixtures/estates/canary-clean"
PLAN = ROOT / "fixtures/inputs/terraform_plan/broken.json"
_COMMANDS = {
    "check-clean": ["check", CLEAN],
    "check-broken": ["check", BROKEN],
    "check-broken-quiet": ["check", BROKEN, "--quiet"],
    "check-plan": ["check", CLEAN, "--plan", f"samakia-dev={PLAN}", "--phase", "0"],
    "facts-show": ["facts", "show", "tenant:ferry-booking", CLEAN],
    "facts-graph-dot": ["facts", "graph", "enabled_contract:ferry-booking/database", CLEAN],
    "facts-graph-mermaid": ["facts", "graph", "tenant:ferry-booking", CLEAN, "-f", "mermaid"],
    "facts-unknown-kind": ["facts", "show", "tenent", CLEAN],
    "explain": ["explain", "tenants/quota-exceeded"],
    "explain-finding": ["explain", "tenants/id-slug", "tenant:ferry-booking", CLEAN],
    "pack-show-unknown": ["pack", "show", "phase-99"],
    "help": ["check", "--help"],
}


@pytest.mark.parametrize("name", _COMMANDS)
def test_output(
    policy: Policy, snapshot: SnapshotAssertion, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code, standard output and standard error of a command."""
    monkeypatch.setenv("COLUMNS", "100")
    said = policy(*_COMMANDS[name])
    shown = f"exit {said.code}\n{said.out}{said.err}"
    assert shown.replace(str(ROOT), "ROOT") == snapshot
