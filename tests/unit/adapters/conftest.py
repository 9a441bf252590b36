"""A real terraform or tofu, and a root module that it can apply without any provider to fetch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from samakia_policy.adapters.terraform.tool import Tool, find_tool

MODULE = """\
terraform {
  backend "local" { path = "%s" }
}
variable "size" {
  type    = number
  default = 2
}
resource "terraform_data" "host" {
  count = var.size
  input = { name = "host-${count.index}", port = 5432 }
}
"""


@pytest.fixture
def tool(terraform: str, tmp_path: Path) -> Tool:
    """Return the tool in an initialised root module with a state on disk."""
    module = tmp_path / "module"
    module.mkdir()
    (module / "main.tf").write_text(MODULE % (tmp_path / "state" / "dev.tfstate"), encoding="utf-8")
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "POLICY_TERRAFORM": terraform}
    tool = find_tool(str(module), variables)
    tool.require("init", "-input=false", "-no-color")
    return tool


def save_plan(tool: Tool, path: Path, *words: str) -> Path:
    """Make a saved plan."""
    tool.require("plan", "-input=false", "-no-color", f"-out={path}", *words)
    return path


def call(tool: Tool, *words: str) -> None:
    """Run the tool beside the product, as somebody else would."""
    subprocess.run([tool.binary, *words], cwd=tool.directory, check=True, capture_output=True)
