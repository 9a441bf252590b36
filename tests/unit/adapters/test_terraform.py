"""The terraform adapter, with a real binary, a real state and real plans."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from beside import beside

from samakia_policy.adapters.private_copy import PrivateCopy
from samakia_policy.adapters.terraform.apply import apply_plan
from samakia_policy.adapters.terraform.plan import serial, show_plan
from samakia_policy.adapters.terraform.tool import Tool, find_tool
from samakia_policy.errors import AdapterError, InputError, Refused

save_plan = beside(__file__, "conftest").save_plan


def test_a_plan_is_applied_and_verified(tool: Tool, tmp_path: Path) -> None:
    with PrivateCopy(str(save_plan(tool, tmp_path / "p"))) as copy:
        plan = show_plan(tool, copy)
        assert plan.changes == {"create"}
        assert plan.made.endswith("Z")
        result = apply_plan(tool, copy, copy.digest)
    assert result.outcome == "applied", result.reason
    assert result.before == {"serial": None, "lineage": None}
    assert result.behind["serial"] >= 1
    assert "Apply complete" in result.applied
    after = json.loads(result.after)
    assert len(after["planned_values"]["root_module"]["resources"]) == 2
    assert not Path(copy.path).exists()


def test_changes_tell_replacements_from_creations(tool: Tool, tmp_path: Path) -> None:
    tool.require("apply", "-input=false", "-auto-approve", "-no-color")
    words = ("-replace=terraform_data.host[0]", "-var=size=1")
    with PrivateCopy(str(save_plan(tool, tmp_path / "p", *words))) as copy:
        assert show_plan(tool, copy).changes == {"replace", "delete"}


def test_a_stale_plan_changes_nothing(tool: Tool, tmp_path: Path) -> None:
    saved = save_plan(tool, tmp_path / "p")
    tool.require("apply", "-input=false", "-auto-approve", "-no-color", "-var=size=3")
    with PrivateCopy(str(saved)) as copy:
        before = serial(tool)
        result = apply_plan(tool, copy, copy.digest)
    assert (result.outcome, result.behind) == ("stale", before)
    assert "stale" in result.reason


def test_a_resource_that_fails_is_a_failure(tool: Tool, tmp_path: Path) -> None:
    main = Path(tool.directory, "main.tf")
    check = """
resource "terraform_data" "refused" {
  input = terraform_data.host[0].id
  lifecycle {
    postcondition {
      condition     = self.output == "never"
      error_message = "it is not as it must be"
    }
  }
}
"""
    main.write_text(main.read_text(encoding="utf-8") + check, encoding="utf-8")
    with PrivateCopy(str(save_plan(tool, tmp_path / "p"))) as copy:
        result = apply_plan(tool, copy, copy.digest)
    assert result.outcome == "failed"
    assert "postcondition" in result.reason
    assert result.behind["serial"] is not None


def test_drift_behind_an_apply_is_told(tool: Tool, tmp_path: Path) -> None:
    main = Path(tool.directory, "main.tf")
    saved = save_plan(tool, tmp_path / "p")
    main.write_text(main.read_text(encoding="utf-8").replace("5432", "5433"), encoding="utf-8")
    with PrivateCopy(str(saved)) as copy:
        result = apply_plan(tool, copy, copy.digest)
    assert (result.outcome, "second plan" in result.reason) == ("drifted", True)


def test_only_the_named_bytes_are_applied(tool: Tool, tmp_path: Path) -> None:
    with PrivateCopy(str(save_plan(tool, tmp_path / "p"))) as copy:
        with pytest.raises(Refused, match="digest"):
            apply_plan(tool, copy, "sha256:" + "0" * 64)
        os.chmod(copy.path, 0o600)
        Path(copy.path).write_bytes(b"another plan")
        with pytest.raises(Refused, match="digest"):
            apply_plan(tool, copy, copy.digest)
    assert serial(tool)["serial"] is None


def test_a_copy_is_of_one_moment(tmp_path: Path) -> None:
    """A plan that is swapped while it is copied is one or the other, and the digest says which."""
    one, other = b"1" * 5_000_000, b"2" * 5_000_000
    path, stop = tmp_path / "plan", threading.Event()
    path.write_bytes(one)

    def swap() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            fresh = tmp_path / f"next-{turn % 2}"
            fresh.write_bytes(other if turn % 2 else one)
            os.replace(fresh, path)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(40):
            with PrivateCopy(str(path)) as copy:
                copy.verify(copy.digest)
                assert Path(copy.path).read_bytes() in {one, other}
                assert os.stat(os.path.dirname(copy.path)).st_mode & 0o777 == 0o700
    finally:
        stop.set()
        thread.join()


def test_ten_thousand_swaps_never_give_bytes_that_no_digest_names(tmp_path: Path) -> None:
    plans = {f"sha256:{hashlib.sha256(data).hexdigest()}": data for data in (b"the decided plan", b"another")}
    path, stop = tmp_path / "plan", threading.Event()
    path.write_bytes(b"another")

    def swap() -> None:
        while not stop.is_set():
            for number, data in enumerate(plans.values()):
                fresh = tmp_path / f"next-{number}"
                fresh.write_bytes(data)
                os.replace(fresh, path)

    thread, seen = threading.Thread(target=swap), set()
    thread.start()
    try:
        for _ in range(10_000):
            with PrivateCopy(str(path)) as copy:
                copy.verify(copy.digest)
                seen.add((copy.digest, Path(copy.path).read_bytes()))
    finally:
        stop.set()
        thread.join()
    assert seen <= set(plans.items())


@pytest.mark.parametrize("kind", ["missing", "directory", "link", "fifo"])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "plan"
    if kind == "directory":
        path.mkdir()
    elif kind == "link":
        (tmp_path / "target").write_bytes(b"x")
        path.symlink_to("target")
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(InputError, match="plan"):
        PrivateCopy(str(path))


def test_what_is_no_plan_is_refused(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"{}")
    with PrivateCopy(str(tmp_path / "p")) as copy, pytest.raises(AdapterError, match="show ended with"):
        show_plan(tool, copy)


def test_variables_that_change_what_is_applied_are_not_passed_on(tool: Tool, tmp_path: Path) -> None:
    hostile = {**tool.environment, "TF_CLI_ARGS_apply": "-destroy", "TF_CLI_ARGS": "-refresh=false"}
    found = find_tool(tool.directory, hostile)
    assert not any(name.startswith("TF_CLI_ARGS") for name in found.environment)


def test_secrets_of_the_environment_never_reach_the_output(tool: Tool, tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    main = Path(tool.directory, "main.tf")
    text = 'variable "api_token" {}\noutput "shown" { value = var.api_token }\n'
    main.write_text(main.read_text(encoding="utf-8") + text, encoding="utf-8")
    with_secret = find_tool(tool.directory, {**tool.environment, "TF_VAR_api_token": secret})
    with PrivateCopy(str(save_plan(with_secret, tmp_path / "p"))) as copy:
        result = apply_plan(with_secret, copy, copy.digest)
    assert result.outcome == "applied"
    assert "<redacted>" in result.applied
    assert secret not in result.applied + result.refreshed + result.reason


def test_an_interrupt_lets_the_tool_end_what_it_began(tool: Tool, tmp_path: Path) -> None:
    main = Path(tool.directory, "main.tf")
    slow = """
resource "terraform_data" "slow" {
  depends_on = [terraform_data.host]
  provisioner "local-exec" { command = "touch ${path.module}/begun; sleep 2" }
}
"""
    main.write_text(main.read_text(encoding="utf-8") + slow, encoding="utf-8")
    with PrivateCopy(str(save_plan(tool, tmp_path / "p"))) as copy:
        begun = Path(tool.directory, "begun")

        def interrupt() -> None:
            while not begun.exists():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)

        # Where the tests run in the background, interrupts are ignored from the start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        thread = threading.Thread(target=interrupt)
        thread.start()
        result = apply_plan(tool, copy, copy.digest)
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert result.outcome == "interrupted"
    assert result.behind["serial"] is not None, "what was made before is in the state"


def test_a_killed_tool_is_a_failure(tool: Tool, tmp_path: Path) -> None:
    main = Path(tool.directory, "main.tf")
    slow = 'resource "terraform_data" "slow" {\n  provisioner "local-exec" { command = "kill -9 $PPID" }\n}\n'
    main.write_text(main.read_text(encoding="utf-8") + slow, encoding="utf-8")
    with PrivateCopy(str(save_plan(tool, tmp_path / "p"))) as copy:
        result = apply_plan(tool, copy, copy.digest)
    assert result.outcome == "failed"
    assert "-9" in result.reason


def test_without_a_tool_or_a_module_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither terraform nor tofu"):
        find_tool(str(tmp_path), {"PATH": str(tmp_path)})
    with pytest.raises(InputError, match="no directory"):
        find_tool(str(tmp_path / "none"), {})
