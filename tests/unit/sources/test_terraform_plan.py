"""Reading plans: what is accepted, what is refused, and that nothing is read twice or too early."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samakia_policy.errors import InputError
from samakia_policy.model.values import Number, is_marker
from samakia_policy.sources import terraform_plan
from samakia_policy.sources.terraform_plan import read_plan

_CONFIGURATION = """
variable "secret" {
  default   = "not-so-secret"
  sensitive = true
}
resource "terraform_data" "one" {
  count = 2
  input = { secret = var.secret, size = 2.50 }
}
resource "terraform_data" "two" {
  input = terraform_data.one[0].id
}
check "never" {
  assert {
    condition     = var.secret == "other"
    error_message = "It never holds."
  }
}
"""


def _plan(**members: Any) -> dict[str, Any]:
    head = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}}
    return {**head, "complete": True, "errored": False, **members}


def _resource(after: str) -> bytes:
    change = f'{{"actions":["create"],"before":null,"after":{after},"after_unknown":{{}}}}'
    resource = f'{{"address":"null_resource.a","mode":"managed","change":{change}}}'
    return f'{{"format_version":"1.2","resource_changes":[{resource}]}}'.encode()


def _bytes(**members: Any) -> bytes:
    return json.dumps(_plan(**members), separators=(",", ":")).encode()


def _refusal(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read_plan(data, "plan.json")
    assert caught.value.where == "plan.json"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"PK\x03\x04rest", "saved plan"),
        (b'{"@level":"info"}\n{"@level":"info"}\n', "log of terraform plan"),
        (b'{"type":"version","@level":"info"}', "log of terraform plan"),
        (b'{"format_version":"1.0","values":{"root_module":{}}}', "Terraform state"),
        (b'{"version":4,"serial":1,"lineage":"x","resources":[]}', "Terraform state"),
        (b'{"format_version":"1.0"}', "neither resource_changes nor planned_values"),
        (b'{"planned_values":{}}', "no format_version"),
        (b"[]", "not a Terraform plan"),
        (b"{}", "no format_version"),
        (_bytes(format_version="2.0"), "format version 2.0"),
        (_bytes(format_version="10.3"), "format version 10.3"),
        (_bytes(format_version="new"), "is no version"),
        (_bytes(format_version="1"), "is no version"),
        (_bytes(format_version=1.2), "Expected `str`"),
        (_bytes(complete="yes"), "$.complete"),
        (_bytes(resource_changes=[{"address": "a.b"}]), "resource_changes[0]"),
        (_bytes()[:-9], "cut off"),
        (_resource('{"a":"unfinished')[:-60], "cut off"),
        (b"Terraform used the selected providers", "not JSON"),
        (_resource('{"a":NaN}'), "not JSON"),
        (_resource('{"a":"\\ud800"}'), "cannot be read"),
        (_resource('{"a":"\\n').replace(b"\\n", b"\xff"), "not UTF-8 at line 1"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\xef\xbb\xbf" + _bytes(), "byte order mark"),
        (_resource("[" * 5000 + "]" * 5000), "MAX_DEPTH"),
        (_resource("[" * 150 + "]" * 150), "MAX_DEPTH"),
        (_resource('["]",' * 150 + "1" + "]" * 150), "MAX_DEPTH"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_not_a_readable_plan_is_refused(data: bytes, message: str) -> None:
    """The message names what is wrong, the hint what to do."""
    assert message in _refusal(data).message


@pytest.mark.parametrize(
    "twice",
    [
        _bytes(resource_changes=[]).replace(b'"errored"', b'"resource_changes":[],"errored"'),
        _bytes().replace(b'"errored":false', b'"errored":true,"errored":false'),
        _resource("{}").replace(b'"after":{}', b'"after":{"a":1},"after":{}'),
        _resource('{"a":1,"a":2}').replace(b",", b", ", 1),
    ],
)
def test_a_repeated_key_is_refused(twice: bytes) -> None:
    """A parser that keeps the last one must not hide the first."""
    assert "twice" in _refusal(twice).message


@pytest.mark.parametrize(
    "after",
    ['{"a":{"b":1,"b":2}}', '{"a":1e999}', '["]",' * 150 + "1" + ',"["]' * 150],
    ids=["a repeated key", "a number out of range", "hidden depth"],
)
def test_a_value_that_cannot_be_trusted_decodes_to_a_marker(after: str) -> None:
    """It is found when it is decoded, and then it is unknown, not wrong."""
    plan = read_plan(_resource(after), "plan.json")
    assert is_marker(plan.decode(plan.changes[0].change.after))


def test_numbers_keep_their_text() -> None:
    """2.50 stays 2.50 and large integers stay exact."""
    plan = read_plan(_resource('{"a":2.50,"b":123456789012345678901234567890,"c":"\\":"}'), "plan.json")
    value = plan.decode(plan.changes[0].change.after)
    assert value["b"] == 123456789012345678901234567890
    assert isinstance(value["a"], Number)
    assert value["a"].text == "2.50"


@pytest.mark.parametrize(
    ("members", "complete", "errored"),
    [
        ({}, True, False),
        ({"complete": False}, False, False),
        ({"complete": False, "errored": True}, False, True),
    ],
)
def test_completeness_is_read(members: dict[str, Any], complete: bool, errored: bool) -> None:
    """Incomplete and errored plans are read: a rule speaks of them."""
    plan = read_plan(_bytes(**members), "plan.json")
    assert (plan.complete, plan.errored) == (complete, errored)


def test_older_versions_say_nothing_of_completeness() -> None:
    """A plan without `complete` and `errored` is complete."""
    plan = read_plan(b'{"format_version":"0.1","planned_values":{"root_module":{}}}', "plan.json")
    assert plan.complete
    assert not plan.errored


def test_unchanged_resources_and_data_that_was_read_are_kept() -> None:
    """Neither has an entry in `resource_changes`."""
    here = {"address": "null_resource.a", "mode": "managed", "values": {}}
    data = {"address": "module.m.data.http.b", "mode": "data", "values": {}}
    child = {"address": "module.m", "resources": [data]}
    prior = {"values": {"root_module": {"resources": [here], "child_modules": [child]}}}
    planned = {"root_module": {"resources": [here]}}
    plan = read_plan(_bytes(planned_values=planned, prior_state=prior), "plan.json")
    assert [(entry.pointer, entry.module_address) for entry in plan.unchanged] == [
        ("/planned_values/root_module/resources/0", ""),
        ("/prior_state/values/root_module/child_modules/0/resources/0", "module.m"),
    ]


def test_members_of_a_later_minor_version_are_ignored() -> None:
    """They are read the slow way, so that a key given twice is still found."""
    plan = read_plan(_bytes(format_version="1.9", resource_poems=[{"a": 1}]), "plan.json")
    assert plan.format_version == "1.9"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_plan_or_an_input_error(data: bytes) -> None:
    """No other exception leaves the reader."""
    for text in (data, _bytes()[: len(data) * 3] + data, _resource('"').replace(b'"",', data + b",")):
        try:
            read_plan(text, "plan.json")
        except InputError as error:
            assert error.message


def test_a_plan_of_the_real_terraform_is_read_the_quick_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every member that Terraform writes is known, so no slow pass is needed."""
    if shutil.which("terraform") is None and os.environ.get("CI") != "true":
        pytest.skip("terraform is not installed")
    monkeypatch.setattr(terraform_plan, "check_exactly", lambda *_: pytest.fail("the slow pass ran"))
    plan = read_plan(_real_plan(tmp_path), "plan.json")
    assert [change.address for change in plan.changes] == [
        "terraform_data.one[0]",
        "terraform_data.one[1]",
        "terraform_data.two",
    ]
    assert plan.complete
    assert [check.status for check in plan.checks] == ["fail"]
    assert plan.decode(plan.changes[0].change.after_sensitive)["input"]["secret"] is True


def _real_plan(folder: Path) -> bytes:
    (folder / "main.tf").write_text(_CONFIGURATION)
    settings = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}

    def terraform(*arguments: str) -> bytes:
        command = ["terraform", *arguments]
        done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=True, timeout=120)
        return done.stdout

    terraform("init", "-input=false")
    terraform("plan", "-input=false", "-out=saved")
    return terraform("show", "-json", "saved")
