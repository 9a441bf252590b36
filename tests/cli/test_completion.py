"""The completion scripts, asked in the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.completion import SHELLS
from samakia_policy.cli.completion.tree import read_tree
from samakia_policy.cli.main import parser
from samakia_policy.packs.load import load

Policy = Callable[..., Any]
_PACKS = [pack.name for pack in load().packs]
_PHASES = sorted(pack.phase for pack in load().packs)
# What was typed so far (the last word may be empty) -> what may stand there.
_ASKED = {
    "policy pa": ["pack"],
    "policy pack ": ["list", "show"],
    "policy pack show phase-": _PACKS,
    "policy check --ph": ["--phase"],
    "policy check --phase ": _PHASES,
    "policy check -q . --fail-on ": ["critical", "high", "low", "medium"],
    "policy explain tenants/quota-e": ["tenants/quota-exceeded"],
    "policy test load/unreadable tenants/quota-e": ["tenants/quota-exceeded"],
    "policy facts show tenant_net": ["tenant_network"],
    "policy facts graph tenant:x . --format ": ["dot", "mermaid"],
    "policy completion ": sorted(SHELLS),
}
# What bash takes apart at ":" and "=", and completes from there.
_BASH_ASKED = {
    "policy check --phase=": _PHASES,
    "policy check --param tenants/docs-present.p": ["tenants/docs-present.pages="],
    "policy check --plan samakia-de": ["samakia-dev="],
    "policy check --plan samakia-dev=plan": [],
    "policy check -o j": ["json"],
    "policy facts show tenant:": [],
}


@pytest.fixture
def script(policy: Policy, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes the script of a shell and returns its path."""

    def write(shell: str) -> Path:
        said = policy("completion", shell)
        assert said.code == 0
        path = tmp_path / f"_policy.{shell}"
        path.write_text(said.out)
        return path

    return write


def _bash_words(line: str) -> list[str]:
    """Split a line as readline gives it to a bash function."""
    spaced = line.replace("=", " = ").replace(":", " : ")
    return [*spaced.split(), ""] if spaced.endswith(" ") and line[-1] not in "=:" else spaced.split()


@pytest.mark.parametrize("line", [*_ASKED, *_BASH_ASKED])
def test_bash_completes(script: Callable[[str], Path], line: str) -> None:
    """Commands, flags, values and places; no flag or file is mistaken for another."""
    words = _bash_words(line)
    asking = f'source {script("bash")}; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _policy; '
    asking += 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", asking, "bash", *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert sorted(done.stdout.split()) == sorted({**_ASKED, **_BASH_ASKED}[line])


def _needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        assert os.environ.get("CI") != "true", f"CI must have {shell}"
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.mark.parametrize("line", _ASKED)
def test_fish_completes(script: Callable[[str], Path], line: str) -> None:
    """Fish tells itself what it would offer."""
    asking = [_needs("fish"), "--no-config", "-c", f'source {script("fish")}; complete -C "$argv[1]"', line]
    done = subprocess.run(asking, capture_output=True, text=True, check=True)
    assert [row.split("\t")[0] for row in done.stdout.splitlines()] == sorted(_ASKED[line])


def _typed(command: Sequence[str], settings: str, keys: str, wanted: str) -> str:
    """Type keys into a shell on a terminal; return what the terminal shows once it is the wanted text."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "", "HOME": "/nonexistent"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as shell:
        os.close(theirs)
        try:
            os.write(ours, f"{settings}; echo re''ady\n".encode())
            _shown(ours, "ready")
            os.write(ours, keys.encode())
            return _shown(ours, wanted)
        finally:
            shell.kill()
            os.close(ours)


def _shown(terminal: int, wanted: str) -> str:
    text, deadline = "", time.monotonic() + 10
    while wanted not in text and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            text += os.read(terminal, 1 << 16).decode(errors="replace")
    return text


_KEYS = {
    "policy pack show phase-1\t": "policy pack show phase-10-tenants ",
    "policy explain tenants/quota-e\t": "policy explain tenants/quota-exceeded ",
    "policy check --fail-on=cr\t": "policy check --fail-on=critical ",
    "policy check --plan samakia-dev=here.j\t": "policy check --plan samakia-dev=here.json ",
    "policy check het\t": "policy check heterogeneous/",
}


@pytest.mark.parametrize("keys", _KEYS)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_tab_key(script: Callable[[str], Path], tmp_path: Path, shell: str, keys: str) -> None:
    """On a terminal, with the shell's own idea of words, and files where files belong."""
    program = _needs(shell)
    source = script(shell)
    estate = tmp_path / "estate"
    (estate / "heterogeneous").mkdir(parents=True)
    (estate / "here.json").touch()
    start = "autoload -Uz compinit; compinit -u -D; " if shell == "zsh" else ""
    command = [program, "-f", "-i"] if shell == "zsh" else [program, "--norc", "-i"]
    shown = _typed(command, f"cd {estate}; {start}source {source}", keys, _KEYS[keys])
    assert _KEYS[keys] in shown


@pytest.mark.parametrize("shell", SHELLS)
def test_no_command_and_no_flag_is_forgotten(policy: Policy, shell: str) -> None:
    """The scripts are made of the parser itself."""
    text = policy("completion", shell).out
    for command in read_tree(parser()).walk():
        assert all(name in text for name in command.path)
        for flag in (flag for argument in command.flags for flag in argument.flags):
            assert flag.lstrip("-") in text
