"""policy.yaml comes from a tree that is not trusted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Policy = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("environments: {samakia-staging: dev}", "'samakia-staging' is of class staging and stays so"),
        ("environments: {eu-prod: dev}", "'eu-prod' is of class prod and stays so"),
        ("environments: {edge: production}", "no such class"),
        ("environments: []", "environments must be a mapping"),
        ("parameters: {tenants/docs-present: 7}", "'tenants/docs-present' must be a mapping"),
        ("parameters: {tenants/no-such-rule: {}}", "names no known rule"),
        ("parameters: {tenants/docs-present: {pages: 7}}", "docs-present.pages must be array"),
        ("a: [", "policy.yaml:"),
        (
            "parameters:\n  tenants/docs-present: {$unknown: x}",
            "policy.yaml:2:36: the key '$unknown' is reserved",
        ),
    ],
)
def test_what_it_may_not_say(policy: Policy, estate: Path, text: str, words: str) -> None:
    """Each mistake is exit 2, with the words that help."""
    (estate / "policy.yaml").write_text(text + "\n")
    said = policy("check", estate)
    assert said.code == 2
    assert words in said.err


@pytest.mark.parametrize("kind", ["fifo", "link", "directory"])
def test_it_must_be_a_file(policy: Policy, estate: Path, tmp_path: Path, kind: str) -> None:
    """A FIFO would be waited for, and a link would be read wherever it leads."""
    path = estate / "policy.yaml"
    outside = tmp_path / "outside.yaml"
    outside.write_text("parameters: {}\n")
    {"fifo": lambda: os.mkfifo(path), "link": lambda: path.symlink_to(outside), "directory": path.mkdir}[
        kind
    ]()
    said = policy("check", estate)
    assert said.code == 2
    assert "not a file" in said.err


def test_its_parameters_do_not_make_a_flag_wrong(policy: Policy, estate: Path) -> None:
    """A parameter of a rule that this run leaves out is no mistake on the command line."""
    (estate / "policy.yaml").write_text("parameters: {tenants/docs-present: {pages: [README]}}\n")
    flag = 'terraform/provider-source.source="x"'
    plan = Path(__file__).parents[2] / "fixtures/inputs/terraform_plan/clean.json"
    said = policy("check", estate, "--phase", "0", "--plan", f"samakia-dev={plan}", "--param", flag)
    assert said.code == 1
    assert "tf_required_provider:samakia-dev#proxmox" in said.out


def test_a_cache_that_was_tampered_with_is_no_cache(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """Entries of another shape are made again."""
    arguments = ("check", estate, "-o", "json", "--as-of", "2026-01-01T00:00:00Z")
    first = policy(*arguments)
    (cache,) = (tmp_path / "cache/samakia-policy").glob("schemas-*")
    for text in (
        "[1]",
        "{",
        cache.read_text().replace("[]", '[["/x"]]'),
        cache.read_text().replace("[]", "7"),
    ):
        cache.write_text(text)
        assert policy(*arguments).out == first.out


@pytest.mark.parametrize(
    "name", ["trust_root", "ledger", "keys", "engine", "sign", "state", "trust_fingerprint"]
)
def test_trust_never_comes_from_the_checked_tree(policy: Policy, estate: Path, name: str) -> None:
    """What only the user may say is refused in policy.yaml."""
    (estate / "policy.yaml").write_text(f"{name}: x\n")
    said = policy("check", estate)
    assert said.code == 2
    assert f"unknown key '{name}'" in said.err


def test_a_configuration_in_the_checked_tree_is_not_the_users(
    policy: Policy, estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the user's own folder counts, also when the command runs inside the tree."""
    for folder in (".config/samakia-policy", "samakia-policy", "."):
        (estate / folder).mkdir(parents=True, exist_ok=True)
        (estate / folder / "config.yaml").write_text("engine: no-such-engine\n")
    monkeypatch.chdir(estate)
    assert policy("check").code == 0


def test_the_user_chooses_the_engine(policy: Policy, estate: Path, tmp_path: Path) -> None:
    """The user's file is read, and a flag goes before it."""
    folder = tmp_path / "config" / "samakia-policy"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("engine: opa\nledgers: x\n")
    said = policy("check", estate)
    assert (said.code, "config.yaml:2:10: unknown key 'ledgers'" in said.err) == (2, True)
    (folder / "config.yaml").write_text("engine: opa-server\n")
    assert "POLICY_OPA_SERVER" in policy("check", estate).err
    assert policy("check", estate, "--engine", "native").code == 0
