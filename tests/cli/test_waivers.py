"""Waivers: one rule, one subject, until a day; counted, shown, and never a way to hide anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]
BROKEN = Path(__file__).parents[2] / "fixtures" / "estates" / "canary-broken"
_RULE, _SUBJECT = "tenants/quota-exceeded", "tenant_quota:overdrawn/vector"
_AS_OF = ("--as-of", "2026-03-01T12:00:00Z", "-o", "json")


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(BROKEN, tmp_path / "estate"))


def _state(estate: Path, **changes: str) -> None:
    fields = {
        "rule": _RULE,
        "subject": _SUBJECT,
        "reason": "the larger quota is ordered",
        "owner": "ann",
        "expires": "2026-04-30",
        **changes,
    }
    lines = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in fields.items() if value)
    (estate / "policy.yaml").write_text(f"waivers:\n  -\n{lines}", encoding="utf-8")


def _finding(decision: Any, rule: str = _RULE, subject: str = _SUBJECT) -> Any:
    found = [f for f in decision["findings"] if (f["rule"], f["subject"]) == (rule, subject)]
    return found[0] if found else None


def test_a_waived_finding_is_shown_and_does_not_count(policy: Policy, estate: Path) -> None:
    before = policy("check", estate, *_AS_OF).decision
    assert _finding(before)["outcome"] == "fail"
    _state(estate)
    decision = policy("check", estate, *_AS_OF).decision
    assert _finding(decision)["outcome"] == "waived"
    assert decision["waivers"] == [
        {
            "rule": _RULE,
            "subject": _SUBJECT,
            "owner": "ann",
            "expires": "2026-04-30",
            "state": "used",
            "signed": False,
        }
    ]
    assert decision["counts"]["findings"] == before["counts"]["findings"]
    others = [f for f in decision["findings"] if f["subject"] != _SUBJECT]
    assert others == [f for f in before["findings"] if f["subject"] != _SUBJECT]


def test_a_rule_whose_every_finding_is_waived_is_waived(policy: Policy, estate: Path) -> None:
    rule = "tenants/endpoint-unique"
    before = policy("check", estate, *_AS_OF).decision
    subjects = [f["subject"] for f in before["findings"] if f["rule"] == rule]
    assert len(subjects) == 1
    _state(estate, rule=rule, subject=subjects[0])
    decision = policy("check", estate, *_AS_OF).decision
    assert {r["id"]: r["outcome"] for r in decision["rules"]}[rule] == "waived"
    assert decision["counts"]["waived"] == 1


@pytest.mark.parametrize(
    ("day", "state", "outcome"),
    [
        ("2026-02-28", "expired", "fail"),
        ("2026-03-01", "expiring", "waived"),
        ("2026-03-14", "expiring", "waived"),
        ("2026-03-15", "used", "waived"),
    ],
)
def test_a_waiver_counts_up_to_and_with_its_day(
    policy: Policy, estate: Path, day: str, state: str, outcome: str
) -> None:
    _state(estate, expires=day)
    decision = policy("check", estate, *_AS_OF).decision
    assert (decision["waivers"][0]["state"], _finding(decision)["outcome"]) == (state, outcome)
    expired = _finding(decision, "waivers/expired", f"waiver:{_RULE}@{_SUBJECT}")
    assert bool(expired) == (state == "expired")
    if expired:
        assert (expired["location"]["path"], expired["location"]["line"]) == ("policy.yaml", 3)


def test_a_waiver_that_covers_nothing_is_a_finding(policy: Policy, estate: Path) -> None:
    _state(estate, subject="tenant_quota:nobody/vector")
    decision = policy("check", estate, *_AS_OF).decision
    assert decision["waivers"][0]["state"] == "unused"
    assert (
        _finding(decision, "waivers/unused", f"waiver:{_RULE}@tenant_quota:nobody/vector")["severity"]
        == "low"
    )
    other = policy("check", estate, "--domain", "load", *_AS_OF).decision
    assert not any(f["rule"] == "waivers/unused" for f in other["findings"]), "the rule did not run"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "tenants/*"}, "one rule"),
        ({"rule": "tenants/never-was"}, "no rule"),
        ({"subject": "tenant_quota:*"}, "one subject"),
        ({"subject": "overdrawn"}, "one subject"),
        ({"expires": "never"}, "must be a day"),
        ({"expires": "2026-02-30"}, "must be a day"),
        ({"expires": ""}, "expires is missing"),
        ({"owner": ""}, "owner is missing"),
        ({"reason": "because"}, "at least 8"),
        ({"severity": "low"}, "unknown key"),
    ],
)
def test_a_faulty_waiver_is_an_error_with_its_line(
    policy: Policy, estate: Path, changes: dict[str, str], said: str
) -> None:
    _state(estate, **changes)
    done = policy("check", estate, *_AS_OF)
    assert done.code == 2
    assert said in done.err
    assert "policy.yaml:3" in done.err


def test_a_waiver_beside_the_line_counts_unless_the_estate_forbids_it(policy: Policy, estate: Path) -> None:
    before = _finding(policy("check", estate, *_AS_OF).decision)["location"]
    path = estate / before["path"]
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[before["line"] - 1] += f"  # policy:waive {_RULE} until=2026-04-30 the larger quota is ordered"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    decision = policy("check", estate, *_AS_OF).decision
    assert (_finding(decision)["outcome"], decision["waivers"][0]["owner"]) == ("waived", "inline")
    (estate / "policy.yaml").write_text("inline_waivers: forbidden\n", encoding="utf-8")
    assert _finding(policy("check", estate, *_AS_OF).decision)["outcome"] == "fail"
    (estate / "policy.yaml").unlink()
    path.write_text(
        path.read_text(encoding="utf-8").replace("until=2026-04-30", "until=soon"), encoding="utf-8"
    )
    done = policy("check", estate, *_AS_OF)
    assert (done.code, "must be a day" in done.err) == (2, True)


def test_a_check_with_waivers_replays(policy: Policy, estate: Path, tmp_path: Path) -> None:
    _state(estate)
    assert policy("check", estate, "--evidence", tmp_path / "e", *_AS_OF).code == 1
    packet = next((tmp_path / "e" / "check" / "all").iterdir())
    assert policy("replay", packet).out.startswith("REPRODUCED")
