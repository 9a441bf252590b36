"""`policy check` as a person and as a program see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Policy = Callable[..., Any]
_AS_OF = ("--as-of", "2026-01-01T00:00:00Z")


def test_the_clean_estate_is_allowed(policy: Policy, estate: Path) -> None:
    """No finding and no unknown at all."""
    said = policy("check", estate, "-o", "json", *_AS_OF)
    assert said.decision["findings"] == []
    assert said.decision["unknowns"] == []
    assert (said.code, said.decision["outcome"]) == (0, "allow")


def test_several_outputs_in_one_run(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """A file for programs and a table for people hold the same decision."""
    target = tmp_path / "decision.json"
    said = policy("check", estate, "-o", "table", "-o", f"json={target}", *_AS_OF)
    assert json.loads(target.read_text())["outcome"] == "allow"
    assert said.out.splitlines()[-1].startswith("ALLOWED: ")


def test_a_quota_that_is_exceeded_points_at_its_line(policy: Policy, estate: Path) -> None:
    """The finding names the cell of quotas.yml that a person has to edit."""
    path = estate / "contracts/tenants/ferry-booking/quotas.yml"
    text = path.read_text().replace("clusters: 1", "clusters: 0", 1)
    path.write_text(text)
    said = policy("check", estate, "-o", "json", *_AS_OF)
    (found,) = [f for f in said.decision["findings"] if f["rule"] == "tenants/quota-exceeded"]
    line, column = found["location"]["line"], found["location"]["column"]
    assert said.code == 1
    assert found["subject"] == "tenant_quota:ferry-booking/database"
    assert found["location"]["pointer"] == "/spec/database/clusters"
    assert text.splitlines()[line - 1][column - 1 :] == "0"
    assert text.splitlines()[line - 1].strip() == "clusters: 0"


def test_a_warm_cache_gives_the_same_bytes(policy: Policy, estate: Path) -> None:
    """What was kept changes nothing but the time."""
    first = policy("check", estate, "-o", "json", *_AS_OF)
    assert policy("check", estate, "-o", "json", *_AS_OF).out == first.out


def test_secrets_never_reach_an_output(policy: Policy, estate: Path) -> None:
    """The value is taken out before anything else sees it."""
    path = next(estate.glob("contracts/tenants/**/tenant.yml"))
    text = path.read_text()
    owner = next(line for line in text.splitlines() if "owner" in line)
    value = owner.split(":", 1)[1].strip().strip('",')
    path.write_text(text.replace(value, "password=hunter2hunter2"))
    for arguments in (
        ["check", estate, "-o", "json"],
        ["check", estate],
        ["facts", "show", "tenant", estate],
    ):
        said = policy(*arguments)
        assert "hunter2" not in said.out + said.err
    assert "$redacted" in said.out


def test_hostile_names_are_harmless_on_a_terminal(policy: Policy, estate: Path) -> None:
    """Escapes and CI commands from the estate are written out."""
    (estate / "contracts/network").mkdir(exist_ok=True)
    (estate / "contracts/network/\x1b[31mred.yml").write_text("a: 1\na: 2\n")
    (estate / "contracts/network/b.yml").write_text('{"::error file=x::boo": 1, "::error file=x::boo": 2}')
    said = policy("check", estate)
    assert "\x1b" not in said.out
    assert not any(line.lstrip().startswith("::") for line in said.out.splitlines())
