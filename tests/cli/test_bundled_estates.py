"""The estates that come with the product say exactly what they were made to say."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from samakia_policy.packs.load import load

Policy = Callable[..., Any]
ESTATES = Path(__file__).parents[2] / "fixtures/estates"
_AS_OF = ("--as-of", "2026-01-01T00:00:00Z")


def _place(finding: dict[str, Any]) -> tuple[Any, ...]:
    where = finding["location"]
    return finding["rule"], finding["subject"], where["path"], where["line"], where["column"]


@pytest.fixture
def broken(policy: Policy) -> dict[str, Any]:
    """Return the decision on the broken estate."""
    said = policy("check", ESTATES / "canary-broken", "-o", "json", *_AS_OF)
    assert said.code == 1
    return dict(said.decision)


def test_every_finding_of_the_broken_estate_is_at_its_line(broken: dict[str, Any]) -> None:
    """Rule, subject, file, line and column of each finding, and no other finding."""
    expected = yaml.safe_load((ESTATES / "canary-broken.expected.yaml").read_text())
    wanted = {(e["rule"], e["subject"], e["path"], e["line"], e["column"]) for e in expected}
    assert {_place(finding) for finding in broken["findings"]} == wanted
    assert broken["unknowns"] == []


def test_the_broken_estate_trips_every_rule_of_the_pack(broken: dict[str, Any]) -> None:
    """A rule nobody has seen firing end to end is not done."""
    catalogue = load()
    pack = next(pack for pack in catalogue.packs if pack.phase == "10")
    listed = {entry.id for entry in pack.rules if catalogue.rule(entry.id).scope != "runner"}
    assert {finding["rule"] for finding in broken["findings"]} == listed


def test_no_planted_secret_of_the_broken_estate_is_printed(policy: Policy) -> None:
    """Not in a table, not as JSON."""
    said = policy("check", ESTATES / "canary-broken", "-o", "table", "-o", "json", *_AS_OF)
    assert "$redacted" not in said.out.split("{", 1)[0]
    for line in ("BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY", "BEGIN OPENSSH PRIVATE KEY"):
        assert line not in said.out


def test_the_hostile_estate_is_survived(policy: Policy) -> None:
    """Every file that cannot be read is a finding; the rest is still checked."""
    said = policy("check", ESTATES / "hostile", "-o", "json", *_AS_OF)
    decision = said.decision
    faulty = {f["location"]["path"] for f in decision["findings"] if f["rule"] == "tenants/schema-valid"}
    assert said.code == 1
    assert len(faulty) >= 25
    ended = {rule["id"]: rule["outcome"] for rule in decision["rules"]}
    assert ended["tenants/slo-range"] in {"unknown", "fail"}
    assert not any(rule["outcome"] == "pass" for rule in decision["rules"] if rule["id"] == "tenants/id-slug")


def test_what_git_cannot_hold_is_survived(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """FIFOs, loops, links that leave the estate, and 100 MB of one line."""
    folder = estate / "contracts/network"
    folder.mkdir()
    os.mkfifo(folder / "fifo.yml")
    (folder / "loop.yml").symlink_to("loop.yml")
    (folder / "circle").symlink_to("..")
    (folder / "leaves.yml").symlink_to(tmp_path)
    with (folder / "long.yml").open("wb") as file:
        file.write(b"a: ")
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    said = policy("check", estate, "-o", "json", *_AS_OF)
    found = {f["location"]["path"]: f["message"] for f in said.decision["findings"]}
    assert said.code == 1
    assert set(found) == {f"contracts/network/{n}.yml" for n in ("fifo", "loop", "leaves", "long")}
    assert "MAX_FILE_BYTES" in found["contracts/network/long.yml"]
    assert "leaves the estate" in found["contracts/network/leaves.yml"]


def test_a_secret_inside_a_forged_marker_is_found_and_not_printed(policy: Policy, estate: Path) -> None:
    """An author can write what looks like a marker; it is searched like everything else."""
    path = estate / "contracts/tenants/ferry-booking/tenant.yml"
    owner = next(line for line in path.read_text().splitlines() if "owner:" in line)
    forged = owner.split("owner:")[0] + "owner: {$unknown: password=not-a-real-password}"
    path.write_text(path.read_text().replace(owner, forged))
    said = policy("check", estate, "-o", "json", *_AS_OF)
    assert said.code == 1
    assert "tenants/secret-material" in {f["rule"] for f in said.decision["findings"]}
    assert "not-a-real-password" not in said.out + said.err


def test_an_author_cannot_have_a_value_withheld(policy: Policy, estate: Path) -> None:
    """The keys of markers are reserved: a contract that has one is found at its line."""
    path = estate / "contracts/tenants/ferry-booking/tenant.yml"
    lines = path.read_text().splitlines()
    (at,) = (n for n, line in enumerate(lines) if "owner:" in line)
    lines[at] = lines[at].split("owner:")[0] + "owner: {$unknown: not yet}"
    path.write_text("\n".join(lines) + "\n")
    said = policy("check", estate, "-o", "json", *_AS_OF)
    (found,) = [f for f in said.decision["findings"] if f["rule"] == "tenants/schema-valid"]
    (detail,) = [d for d in found["details"] if "reserved" in d["message"]]
    assert (said.code, found["subject"]) == (1, "tenant:ferry-booking")
    assert (detail["location"]["line"], detail["location"]["pointer"]) == (at + 1, "/spec/owner/$unknown")
    assert "write the value itself" in detail["message"]


def test_the_estate_digest_is_over_sorted_lines(policy: Policy, estate: Path) -> None:
    """Anyone can make it again: sha256 of the sorted lines `<sha256> <x|-> <path>`."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()} {'x' if os.access(path, os.X_OK) else '-'} "
        f"{path.relative_to(estate).as_posix()}\n"
        for path in estate.rglob("*")
        if path.is_file()
    ]
    wanted = "sha256:" + hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    assert policy("check", estate, "-o", "json").decision["digests"]["estate"] == wanted


def test_a_tenant_that_is_a_fifo_is_located_without_waiting(policy: Policy, estate: Path) -> None:
    """Its path is known, its lines are not."""
    path = estate / "contracts/tenants/ferry-booking/tenant.yml"
    path.unlink()
    os.mkfifo(path)
    said = policy("facts", "show", "tenant:ferry-booking", estate)
    (shown,) = json.loads(said.out)
    assert shown["location"] == {
        "path": "contracts/tenants/ferry-booking/tenant.yml", "line": None, "column": None, "pointer": None
    }  # fmt: skip


def test_an_edge_that_leads_nowhere_is_shown(policy: Policy, estate: Path) -> None:
    """A contract that names an endpoint nobody declares."""
    path = estate / "contracts/tenants/ferry-booking/consumers/database/enabled.yml"
    path.write_text("metadata: {consumer: database}\nspec: {consumer: database, endpoint_ref: nowhere}\n")
    said = policy("facts", "graph", "enabled_contract:ferry-booking/database", estate)
    assert 'tenant_endpoint:ferry-booking/nowhere" [label="uses (missing)"]' in said.out
