"""From a plan to a permit to an apply to a replay, with a real terraform."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest


def _resources(place: Any, env: str = "samakia-dev") -> int:
    state = place.folder / "state" / f"{env}.tfstate"
    return len(json.loads(state.read_text(encoding="utf-8"))["resources"]) if state.exists() else 0


def _record(packet: Path) -> Any:
    return json.loads((packet / "record.json").read_bytes())


def test_a_plan_is_gated_applied_and_replayed(place: Any) -> None:
    plan = place.plan()
    done = place.ask("apply", "--plan-file", plan, "--execute")
    assert done.code == 0, done.out + done.err
    assert "APPLIED" in done.out
    assert _resources(place) == 1
    record = _record(done.packet)
    assert record["outcome"] == "applied"
    assert record["permit"]["subjects"]["plan"].startswith("sha256:")
    assert record["state"]["after"]["serial"] > 0
    assert "Apply complete" in (done.packet / "terraform-apply.txt").read_text(encoding="utf-8")
    expected = f"env=samakia-dev,action=terraform.apply,plan={record['permit']['subjects']['plan']}"
    verified = place.policy(
        "evidence", "verify", done.packet, "--trust-root", place.root, "--expect", expected
    )
    assert verified.code == 0, verified.out + verified.err
    assert place.policy("replay", done.packet).out == "REPRODUCED: the same decision, byte for byte\n"
    shown = place.policy("ledger", "show", "--ledger", place.ledger, "--trust-root", place.root, "-o", "json")
    assert record["permit"]["id"] in shown.out


def test_a_dry_run_changes_nothing_and_needs_no_proof(place: Any) -> None:
    none = {"reason": None, "evidence": None, "ledger": None, "ledger_key": None, "sign": None}
    done = place.ask("apply", "--plan-file", place.plan(), **none)
    assert (done.code, _resources(place)) == (0, 0), done.out + done.err
    assert "DRY RUN" in done.out
    assert "would create" in done.out
    assert not (place.folder / "evidence").exists()


def test_a_permit_is_used_once_and_only_for_its_plan(place: Any) -> None:
    plan = place.plan()
    permit = place.ask("gate", "--plan-file", plan, "-o", "json")
    assert permit.code == 0, permit.out + permit.err
    assert json.loads(permit.out)["kind"] == "Permit"
    other = place.plan("samakia-dev", "other.bin", "-var=label=other")
    swapped = place.ask("apply", "--plan-file", other, "--execute", permit=permit.packet)
    assert (swapped.code, "permit-" in swapped.err, _resources(place)) == (4, True, 0), swapped.err
    done = place.ask("apply", "--plan-file", plan, "--execute", permit=permit.packet)
    assert (done.code, _resources(place)) == (0, 1), done.out + done.err
    again = place.ask("apply", "--plan-file", plan, "--execute", permit=permit.packet)
    assert again.code == 4, again.out + again.err
    assert "permit-used" in again.err


@pytest.mark.parametrize(
    ("flags", "words", "guards"),
    [
        ({"reason": "short"}, (), ["reason"]),
        ({"sign": None, "ledger_key": None}, (), ["ledger"]),
        ({"ledger": None}, (), ["ledger"]),
        ({"env": "samakia-staging"}, (), ["approval"]),
        ({"env": "samakia-prod"}, (), ["runner-mode", "window", "packs", "approval"]),
        ({"env": "samakia-nowhere"}, (), ["env-missing"]),
    ],
)
def test_every_guard_that_fails_is_listed_and_nothing_is_touched(
    place: Any, flags: dict[str, Any], words: tuple[str, ...], guards: list[str]
) -> None:
    env = flags.get("env", "samakia-dev")
    plan = place.plan(env if env in {"samakia-dev", "samakia-staging", "samakia-prod"} else "samakia-dev")
    if env == "samakia-nowhere":
        flags = {**flags, "chdir": place.module("samakia-dev")}
    done = place.ask("apply", "--plan-file", plan, "--execute", "-o", "json", *words, **flags)
    assert done.code == 4, done.out + done.err
    assert set(guards) <= set(done.guards)
    assert _resources(place, env) == 0
    refusal = json.loads(done.out)
    assert refusal["kind"] == "Refusal"
    if env == "samakia-prod":
        assert "phase-04-gitops" in refusal["missing_packs"]


def test_an_old_plan_is_refused(place: Any) -> None:
    none = {"trust_root": None, "ledger": None, "sign": None, "ledger_key": None, "evidence": None}
    plan, later = place.plan(), "2036-01-01T00:00:00Z"
    done = place.ask("gate", "--plan-file", plan, "-o", "json", as_of=later, **none)
    assert (done.code, "plan" in done.guards) == (4, True)


def test_ci_never_executes_what_is_for_people(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = place.plan()
    place.ask("gate", "--plan-file", plan)
    monkeypatch.setenv("CI", "true")
    done = place.ask("apply", "--plan-file", plan, "--execute", "-o", "json")
    assert (done.code, done.guards, _resources(place)) == (4, ["ci"], 0)
    monkeypatch.setenv("RUNNER_MODE", "operator")
    assert place.ask("gate", "--plan-file", plan, "-o", "json").guards == ["ci", "runner-mode"]
    monkeypatch.setenv("RUNNER_MODE", "root")
    assert place.ask("gate", "--plan-file", plan).code == 2


def test_an_action_that_no_gate_names_is_refused(place: Any) -> None:
    done = place.policy("gate", "terraform.aply", place.estate, "--env", "samakia-dev")
    assert done.code == 4
    assert "terraform.apply" in done.err


def test_an_action_without_an_adapter_is_refused(place: Any) -> None:
    done = place.policy("gate", "vault.reinit", place.estate, "--env", "samakia-shared", "-o", "json")
    assert done.code == 4
    assert "adapter-missing" in done.guards


def test_staging_needs_somebody_else(place: Any) -> None:
    plan = place.plan("samakia-staging")
    refused = place.ask("gate", "--plan-file", plan, "-o", "json", env="samakia-staging")
    assert refused.guards == ["approval"], refused.out
    packet = refused.packet

    def approve(name: str) -> Any:
        key = place.folder / "keys" / name / f"{place.persons[name].public.keyid}.pem"
        return place.policy("approve", packet, "--sign", key, "--reason", "looked at it with care")

    for name in ("cat", "gate", "mallory"):
        assert approve(name).code == 0
        asked = place.ask("gate", "--plan-file", plan, "-o", "json", env="samakia-staging", approvals=packet)
        assert asked.guards == ["approval"], name
    assert approve("ann").code == 0
    assert approve("ann").code == 2, "an approval is given once"
    other = place.plan("samakia-staging", "other.bin", "-var=label=other")
    asked = place.ask("gate", "--plan-file", other, "-o", "json", env="samakia-staging", approvals=packet)
    assert asked.guards == ["approval"], "it was given for another plan"
    done = place.ask("apply", "--plan-file", plan, "--execute", env="samakia-staging", approvals=packet)
    assert (done.code, _resources(place, "samakia-staging")) == (0, 1), done.out + done.err


def test_an_estate_tightens_its_gates(place: Any) -> None:
    text = "gates:\n  terraform.apply:\n    dev: {signing: true, reason: 200, variables: [I_MEAN_IT]}\n"
    (place.estate / "policy.yaml").write_text(text, encoding="utf-8")
    done = place.ask("gate", "--plan-file", place.plan(), "-o", "json")
    assert done.guards == ["guard:I_MEAN_IT", "reason"]
    (place.estate / "policy.yaml").write_text("gates: {terraform.aply: {}}\n", encoding="utf-8")
    assert place.ask("gate", "--plan-file", place.plan()).code == 2


def test_a_stale_plan_is_a_failure_with_a_packet(place: Any) -> None:
    plan = place.plan()
    place.run("samakia-dev", "apply", "-input=false", "-auto-approve", "-no-color")
    done = place.ask("apply", "--plan-file", plan, "--execute")
    assert done.code == 6, done.out + done.err
    assert _record(done.packet)["outcome"] == "stale"
    assert place.policy("evidence", "verify", done.packet, "--trust-root", place.root).code == 0


def test_a_resource_that_fails_leaves_a_packet(place: Any) -> None:
    main, needed = place.module("samakia-dev") / "main.tf", place.folder / "needed"
    needed.write_text("", encoding="utf-8")
    fragile = f"""
resource "terraform_data" "fragile" {{
  lifecycle {{
    precondition {{
      condition     = fileexists("{needed}") && terraform_data.host[0].input.port > 0
      error_message = "what it needs is not there"
    }}
  }}
}}
"""
    main.write_text(main.read_text(encoding="utf-8") + fragile, encoding="utf-8")
    plan = place.plan()
    needed.unlink()
    done = place.ask("apply", "--plan-file", plan, "--execute")
    assert done.code == 6, done.out + done.err
    record = _record(done.packet)
    assert (record["outcome"], "precondition" in record["reason"]) == ("failed", True), record["reason"]


def test_a_permit_of_somebody_else_or_of_the_past_is_refused(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = place.plan()
    forged = place.ask("gate", "--plan-file", plan, who="mallory")
    assert forged.code == 0, "anybody may ask; what counts is who signed"
    done = place.ask("apply", "--plan-file", plan, "--execute", permit=forged.packet)
    assert (done.code, _resources(place)) == (5, 0)
    assert "signature-invalid" in done.err
    old = place.ask("gate", "--plan-file", plan, life="1m")
    late = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 90))
    words = ("apply", "--plan-file", plan, "--execute")
    assert place.ask(*words, permit=old.packet, as_of=late).code == 2, "nobody moves the clock"
    monkeypatch.setattr("samakia_policy.cli.times.present", lambda: late)
    done = place.ask(*words, permit=old.packet)
    assert (done.code, _resources(place)) == (4, 0)
    assert "permit-expired" in done.err


def test_a_killed_apply_used_its_permit(place: Any) -> None:
    main = place.module("samakia-dev") / "main.tf"
    begun = place.folder / "begun"
    slow = f"""
resource "terraform_data" "slow" {{
  provisioner "local-exec" {{ command = "touch {begun}; sleep 20" }}
}}
"""
    main.write_text(main.read_text(encoding="utf-8") + slow, encoding="utf-8")
    plan = place.plan()
    permit = place.ask("gate", "--plan-file", plan)
    assert permit.code == 0, permit.out + permit.err
    words = place.words("apply", "--plan-file", plan, "--execute", permit=permit.packet)
    command = [sys.executable, "-m", "samakia_policy", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not begun.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    subprocess.run(["pkill", "-KILL", "-f", str(place.folder)], check=False)
    words = ("ledger", "show", "--ledger", place.ledger, "--trust-root", place.root)
    used = place.policy(*words, "--kind", "consume")
    assert used.code == 0, used.err
    assert "consume" in used.out
    again = place.ask("apply", "--plan-file", plan, "--execute", permit=permit.packet)
    assert again.code in {4, 5, 6}, again.out + again.err
    assert os.path.exists(permit.packet), "what was permitted is still there to be read"
