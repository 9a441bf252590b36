"""Past decisions, decided again with packs that changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main

_ROOT = Path(__file__).parents[2]
_ESTATES = _ROOT / "fixtures" / "estates"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a packet of a clean and of a broken estate."""
    folder = tmp_path_factory.mktemp("archive")
    for estate in ("canary-clean", "canary-broken"):
        words = [
            str(_ESTATES / estate),
            "--evidence",
            str(folder / estate),
            "--as-of",
            "2026-03-01T12:00:00Z",
        ]
        main(["check", *words, "-q"])
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Return a checkout of the packs that a test may change."""
    for name in ("policies", "packs", "contracts"):
        shutil.copytree(_ROOT / name, tmp_path / "next" / name)
    return tmp_path / "next"


def _backtest(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    capsys.readouterr()
    code = main(["backtest", "-o", "json", *map(str, words)])
    return code, json.loads(capsys.readouterr().out)


def test_nothing_flips_with_the_packs_of_then(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for processes in (1, 2):
        code, said = _backtest(capsys, "--pack", "phase-10-tenants", "--processes", processes, archive)
        assert (code, said) == (0, {"kind": "Backtest", "packets": 2, "results": []})


def test_a_rule_that_changed_flips_exactly_what_it_says(
    archive: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = newer / "policies" / "tenants" / "quota_exceeded.rego"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("enabled > limit", "enabled > limit + 1000"), encoding="utf-8")
    code, said = _backtest(capsys, "--pack", newer, archive, "--fail-on-flip")
    assert code == 1
    results = {Path(result["packet"]).parts[-4]: result for result in said["results"]}
    assert set(results) == {"canary-broken"}
    flips = results["canary-broken"]["flips"]
    assert {flip["rule"] for flip in flips} == {"tenants/quota-exceeded"}
    assert {(flip["before"], flip["after"]) for flip in flips} == {("fail", "pass")}
    assert "tenant_quota:overdrawn/vector" in {flip["subject"] for flip in flips}
    before = json.loads(next(archive.glob("canary-broken/**/decision.json")).read_bytes())
    found = {f["subject"]: f["message"] for f in before["findings"] if f["rule"] == "tenants/quota-exceeded"}
    assert {flip["subject"]: flip["why"] for flip in flips}.items() <= found.items()


def test_a_rule_that_went_away_is_absent(
    archive: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = newer / "packs" / "phase-10-tenants" / "pack.yaml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("  - tenants/id-slug\n", ""), encoding="utf-8")
    code, said = _backtest(capsys, "--pack", newer, archive)
    assert code == 0
    assert {(f["rule"], f["after"]) for r in said["results"] for f in r["flips"]} == {
        ("tenants/id-slug", "absent")
    }


def test_a_packet_that_cannot_be_decided_again_is_listed(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(archive, tmp_path / "harmed"))
    next(folder.glob("canary-clean/**/graph.json")).write_text("{}", encoding="utf-8")
    code, said = _backtest(capsys, "--pack", "phase-10-tenants", folder)
    assert code == 3
    assert [("file-digest" in result["fault"]) for result in said["results"]] == [True]


def test_what_is_not_there_is_an_error(
    tmp_path: Path, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backtest", "--pack", "phase-10-tenants", str(tmp_path)]) == 2
    assert main(["backtest", "--pack", "phase-99-none", str(archive)]) == 2
    assert main(["backtest", "--pack", "phase-10-tenants", "--processes", "0", str(archive)]) == 2
    assert "no packet" in capsys.readouterr().err
