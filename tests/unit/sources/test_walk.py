"""What is walked, and what Git's ignore files leave out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from samakia_policy.sources.ignore import IgnoreRules
from samakia_policy.sources.walk import walk


def _write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


def _paths(root: Path) -> list[str]:
    return [entry.path for entry in walk(str(root))]


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def test_ignored_files_are_not_walked(tmp_path: Path) -> None:
    """Without Git the text of .gitignore decides."""
    _write(tmp_path, "a.yml", "build/b.yml", "c.log", "keep/c.log")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n!keep/c.log\n")
    assert _paths(tmp_path) == [".gitignore", "a.yml", "keep/c.log"]


def test_a_tracked_file_cannot_be_hidden_by_an_ignore_file(tmp_path: Path) -> None:
    """Git keeps what was added by force, so the check reads it."""
    _write(tmp_path, "contracts/a.yml", "contracts/b.yml")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "contracts/a.yml")
    (tmp_path / ".gitignore").write_text("contracts/\n")
    assert _paths(tmp_path) == [".gitignore", "contracts/a.yml"]


def test_a_hostile_git_configuration_runs_nothing(tmp_path: Path) -> None:
    """fsmonitor and hooks of the checkout are turned off."""
    _write(tmp_path, "a.yml", "b.log")
    _git(tmp_path, "init", "-q")
    trap = tmp_path / ".git/trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/.git/sprung\n")
    trap.chmod(0o755)
    _git(tmp_path, "config", "core.fsmonitor", str(trap))
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert _paths(tmp_path) == [".gitignore", "a.yml"]
    assert not (tmp_path / ".git/sprung").exists()


def test_where_git_cannot_tell_nothing_is_left_out(tmp_path: Path) -> None:
    """A broken .git is no way to hide files."""
    _write(tmp_path, "a.yml", "b.log")
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert _paths(tmp_path) == [".gitignore", "a.yml", "b.log"]


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("*.log", "deep/x.log", True),
        ("/x.log", "deep/x.log", False),
        ("a/**/z", "a/b/c/z", True),
        ("**/z", "b/z", True),
        ("doc/*.txt", "doc/a/b.txt", False),
        ("[a-c].yml", "b.yml", True),
        ("[!a-c].yml", "b.yml", False),
        (r"\#x", "#x", True),
        ("#x", "#x", False),
        ("x?", "xy", True),
    ],
)
def test_patterns(pattern: str, path: str, ignored: bool) -> None:
    """The forms that Git's documentation lists."""
    rules = IgnoreRules()
    rules.add("", pattern + "\n")
    assert rules.ignored(path, directory=False) is ignored
