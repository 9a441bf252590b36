"""Reports for auditors, read by the programs that auditors have."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main
from samakia_policy.reporters import csv as rows
from samakia_policy.reporters import html, oscal

_ROOT = Path(__file__).parents[2]
_HOSTILE = "</style><script>alert(1)</script>\u202e\x1b[31m\r\n::error::=cmd|' /C calc'!A0](x) &amp; \"'"


def _tool(name: str, found: str | None) -> str:
    if found is None:
        assert os.environ.get("CI") != "true", f"CI must have {name}"
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return a real Chromium."""
    return _tool("chromium", shutil.which("chromium") or shutil.which("google-chrome"))


@pytest.fixture(scope="session")
def trestle() -> str:
    """Return a Python that has compliance-trestle, which knows the schema of OSCAL."""
    place = os.environ.get("POLICY_TRESTLE") or str(_ROOT / ".venv-trestle" / "bin" / "python")
    return _tool("compliance-trestle", place if os.path.exists(place) else None)


@pytest.fixture(scope="session")
def decision(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the decision on the broken estate."""
    path = tmp_path_factory.mktemp("decision") / "decision.json"
    main(["check", str(_ROOT / "fixtures/estates/canary-broken"), "-o", f"json={path}"])
    found = json.loads(path.read_bytes())
    assert isinstance(found, dict)
    return found


@pytest.fixture
def hostile(decision: dict[str, Any]) -> dict[str, Any]:
    """Return a decision in which every name that an estate can choose is hostile."""
    made = json.loads(json.dumps(decision))
    for finding in made["findings"]:
        finding["subject"] = f"tenant:{_HOSTILE}"
        for detail in finding["details"]:
            detail["message"] = _HOSTILE
            detail["location"]["path"] = _HOSTILE
    made["unknowns"] = [
        {
            "rule": "tenants/id-slug",
            "severity": "high",
            "subject": _HOSTILE,
            "pointer": _HOSTILE,
            "why": _HOSTILE,
            "location": {"path": _HOSTILE, "line": None, "column": None, "pointer": None},
        }
    ]
    made["waivers"] = [
        {
            "rule": "a/b",
            "subject": _HOSTILE,
            "owner": _HOSTILE,
            "expires": "2026-01-01",
            "state": "used",
            "signed": False,
        }
    ]
    assert isinstance(made, dict)
    return made


def _shown(chromium: str, folder: Path, page: str) -> str:
    """Return what a browser makes of a page; it may not reach anything, and may not complain."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"]
    command += [f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []
    return done.stdout


def test_a_browser_shows_every_finding(chromium: str, decision: dict[str, Any], tmp_path: Path) -> None:
    page = html.report(decision, "verified by somebody")
    dom = _shown(chromium, tmp_path, page)
    assert dom.count("<article") == len(decision["findings"])
    assert "<h1>Denied</h1>" in dom
    assert "verified by somebody" in dom
    for finding in decision["findings"]:
        assert f'id="f-{finding["fingerprint"]}"' in dom
    assert not re.search(r"(?:src|href)=|url\(|@import|<script|<iframe|<link", page)


def test_no_name_of_the_estate_becomes_part_of_the_page(
    chromium: str, hostile: dict[str, Any], tmp_path: Path
) -> None:
    dom = _shown(chromium, tmp_path, html.report(hostile))
    assert "<script" not in dom
    assert "\u202e" not in dom
    assert "\x1b" not in dom
    assert dom.count("<article") == len(hostile["findings"])
    assert "&lt;script&gt;alert(1)" in dom


def test_rows_are_read_back(decision: dict[str, Any], hostile: dict[str, Any]) -> None:
    found = list(csv.DictReader(io.StringIO(rows.report(decision), newline="")))
    assert len(found) == sum(len(finding["details"]) for finding in decision["findings"])
    assert {row["fingerprint"] for row in found} == {f["fingerprint"] for f in decision["findings"]}
    for row in csv.DictReader(io.StringIO(rows.report(hostile), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values() if cell)
    first = {**decision, "findings": [{**decision["findings"][0], "subject": "=HYPERLINK(1)"}]}
    assert "'=HYPERLINK(1)" in rows.report(first)


_VALIDATE = """
import sys
from pathlib import Path
from trestle.oscal.assessment_results import AssessmentResults
found = AssessmentResults.oscal_read(Path(sys.argv[1]))
print(len(found.results[0].observations), len(found.results[0].findings))
"""


def test_assessment_results_follow_their_schema(
    trestle: str, decision: dict[str, Any], hostile: dict[str, Any], tmp_path: Path
) -> None:
    judged = sum(rule["outcome"] != "not_applicable" for rule in decision["rules"])
    for number, made in enumerate((decision, hostile)):
        path = tmp_path / f"{number}.json"
        path.write_text(oscal.report(made), encoding="utf-8")
        said = subprocess.check_output([trestle, "-c", _VALIDATE, str(path)], text=True)
        assert said.split() == [str(judged), str(judged)]
    states = {
        found["target"]["status"]["state"]
        for found in json.loads(oscal.report(decision))["assessment-results"]["results"][0]["findings"]
    }
    assert states == {"not-satisfied"}


@pytest.mark.parametrize("write", [html.report, oscal.report, rows.report])
def test_the_same_decision_gives_the_same_bytes(
    write: Callable[[Any], str], decision: dict[str, Any]
) -> None:
    assert write(decision) == write(json.loads(json.dumps(decision)))


def test_a_packet_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", str(_ROOT / "fixtures/estates/canary-clean"), "--evidence", str(tmp_path / "e"), "-q"]
    assert main(words) == 0
    packet = next((tmp_path / "e" / "check" / "all").iterdir())
    outputs = [f"{name}={tmp_path / name}" for name in ("html", "oscal", "csv")]
    assert main(["report", str(packet), *(part for out in outputs for part in ("-o", out))]) == 0
    assert "not verified: no trust root was named" in (tmp_path / "html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "oscal").read_bytes())["assessment-results"]
    assert main(["report", str(packet), "-o", "pdf"]) == 2
    assert main(["report", str(packet)]) == 2
    (packet / "decision.json").write_text("{}", encoding="utf-8")
    assert main(["report", str(packet), "-o", "html"]) == 5
    assert "file-digest" in capsys.readouterr().err
