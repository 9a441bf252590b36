"""The pages about evidence: every command on them runs, in order, and says what the page says."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[3] / "docs" / "evidence"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRAM = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "== end of command"


def commands(page: Path) -> list[tuple[str, str]]:
    """Return (command, expected output) of a page's console blocks."""
    found: list[tuple[str, str]] = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            found.append((command, expected))
    return found


@pytest.mark.parametrize("name", ["apply", "keys", "ledger", "packets", "trust-root"])
def test_every_command_says_what_the_page_says(name: str, tmp_path: Path) -> None:
    for tool in ("bash", "openssl", "ssh-keygen", "gpg"):
        if shutil.which(tool) is None:
            assert os.environ.get("CI") != "true", f"CI must have {tool}"
            pytest.skip(f"{tool} is not installed")
    listed = commands(PAGES / f"{name}.md")
    assert len(listed) > 8
    if name == "apply" and not (shutil.which("terraform") or shutil.which("tofu")):
        assert os.environ.get("CI") != "true", "CI must have terraform or tofu"
        pytest.skip("neither terraform nor tofu is installed")
    if shutil.which("terraform") is None:
        listed = [(command.replace("terraform -chdir", "tofu -chdir"), said) for command, said in listed]
    script = "".join(f"{command}\necho '{_END}'\n" for command, _ in listed)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "LC_ALL": "C.UTF-8",
        "REPOSITORY": str(PAGES.parents[1]),
    }
    work = tmp_path / "work"
    work.mkdir()
    for program, text in _PROGRAM.findall((PAGES / f"{name}.md").read_text(encoding="utf-8")):
        (work / program).write_text(text)
    command = ["bash", "-c", f"exec 2>&1\n{script}"]
    said = subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, check=True
    ).stdout
    subprocess.run(["gpgconf", "--homedir", str(work / "gnupg"), "--kill", "all"], check=False)
    outputs = said.split(f"{_END}\n")[:-1]
    checker = doctest.OutputChecker()
    for (command_line, expected), output in zip(listed, outputs, strict=True):
        same = checker.check_output(expected, output, doctest.ELLIPSIS)
        assert same, f"$ {command_line}\n{output}\nthe page says:\n{expected}"
