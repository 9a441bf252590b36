"""Which environment a plan is of, when nobody says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.plan_environment import environment_of
from samakia_policy.sources.estate import read_estate
from samakia_policy.sources.terraform_hcl import root_addresses
from samakia_policy.sources.terraform_plan import read_plan

_DEV = """
# resource "not" "this" {}
resource "proxmox_lxc" "gate" {
  hostname = "gate-${local.n}"
}
module "dns" { source = "../../modules/dns" }
check "api" {
  data "http" "api" { url = "https://pve" }
  assert {
    condition     = true
    error_message = "no"
  }
}
"""
_PROD = 'resource "proxmox_lxc" "gate" {}\nresource "proxmox_lxc" "more" {}\n'
_BLOCKS = [
    {"mode": "managed", "type": "proxmox_lxc", "name": "gate"},
    {"mode": "data", "type": "http", "name": "api"},
]


def _plan(blocks: list[dict[str, str]], modules: tuple[str, ...] = (), **members: Any) -> Any:
    root = {"resources": blocks, "module_calls": {name: {"module": {}} for name in modules}}
    head = {"format_version": "1.2", "planned_values": {}, "configuration": {"root_module": root}}
    return read_plan(json.dumps({**head, **members}).encode(), "plan.json")


def _change(module: str, name: str) -> dict[str, Any]:
    names = {"mode": "managed", "type": "proxmox_lxc", "name": name, "module_address": module}
    return {"address": f"{module}.{name}", **names, "change": {"actions": ["create"], "after": {}}}


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Return an estate with two environments."""
    for name, text in (("samakia-dev", _DEV), ("samakia-prod", _PROD)):
        folder = tmp_path / "fabric-core/terraform/envs" / name
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text(text)
    return tmp_path


def _of(plan: Any, estate: Path) -> str:
    return environment_of(plan, read_estate(str(estate)))


def test_a_plan_is_of_the_environment_that_declares_the_same(estate: Path) -> None:
    """Blocks of resources, data (in checks too) and modules; comments and strings are none."""
    assert _of(_plan(_BLOCKS, ("dns",)), estate) == "samakia-dev"
    assert _of(_plan(_BLOCKS[:1]), estate) == "plan"
    assert _of(_plan([]), estate) == "plan"


def test_two_environments_that_declare_the_same_leave_it_open(estate: Path) -> None:
    """Guessing would give a plan the class of another environment."""
    (estate / "fabric-core/terraform/envs/samakia-prod/main.tf").write_text(_DEV)
    assert _of(_plan(_BLOCKS, ("dns",)), estate) == "plan"


def test_without_configuration_what_is_planned_must_be_declared(estate: Path) -> None:
    """Modules count by their call, whichever instance it is."""
    changes = [_change("", "gate"), _change('module.dns["a"].module.inner', "x")]
    assert _of(_plan([], resource_changes=changes), estate) == "samakia-dev"
    assert _of(_plan([], resource_changes=[_change("", "more")]), estate) == "samakia-prod"
    assert _of(_plan([], resource_changes=[_change("", "gate")]), estate) == "plan"


@pytest.mark.parametrize("text", ["resource {", "\xff"])
def test_what_cannot_be_read_may_fit_too(estate: Path, text: str) -> None:
    """An environment that cannot be ruled out leaves it open."""
    (estate / "fabric-core/terraform/envs/samakia-prod/more.tf").write_text(text, encoding="latin-1")
    assert _of(_plan(_BLOCKS, ("dns",)), estate) == "plan"


def test_links_and_folders_that_cannot_be_listed_leave_it_open(estate: Path) -> None:
    """A link is not followed."""
    (estate / "fabric-core/terraform/envs/samakia-prod/link.tf").symlink_to("main.tf")
    assert _of(_plan(_BLOCKS, ("dns",)), estate) == "plan"


def test_json_configuration_counts(estate: Path) -> None:
    """A mapping or a list of mappings, at every level."""
    body = {"resource": {"a": [{"b": {}}, {"c": {}}]}, "module": [{"m": {}}], "data": {"http": {"d": {}}}}
    data = json.dumps(body).encode()
    assert root_addresses(data, is_json=True) == {"a.b", "a.c", "module.m", "data.http.d"}
    assert root_addresses(b"[1]", is_json=True) is None
    assert root_addresses(b"x" * (2 << 20), is_json=False) is None
