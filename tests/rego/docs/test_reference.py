"""The generated pages: fresh, complete, and true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from samakia_policy import rego
from samakia_policy.rego.builtins.families import FAMILIES
from samakia_policy.rego.builtins.refused import EFFECTS, REFUSED
from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.tools.reference import builtins, language, limits
from samakia_policy.rego.tools.reference.__main__ import FOLDER, main, pages

OPA = shutil.which("opa")


def test_pages_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    """`make generate` was run."""
    assert main(FOLDER, check=True) == 0, capsys.readouterr().out


def test_a_stale_page_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make fresh` fails; `make generate` mends it."""
    assert main(tmp_path, check=True) == 1
    assert "docs/rego/language.md is stale: run `make generate`" in capsys.readouterr().out
    assert main(tmp_path, check=False) == 0
    assert main(tmp_path, check=True) == 0
    assert {file.name for file in tmp_path.iterdir()} == set(pages())


@pytest.mark.parametrize("name", language.CONSTRUCTS)
def test_examples_of_constructs(name: str) -> None:
    """Each is a module that compiles."""
    found = f"package example\n\n{language.CONSTRUCTS[name]}\n"
    if name == "with":
        found += 'allowed if input.user == "root"\n'
    assert rego.compile(found)


@pytest.mark.skipif(OPA is None, reason="opa is not installed")
def test_opa_reads_the_examples(tmp_path: Path) -> None:
    """All of them, each as a package of its own."""
    for number, text in enumerate(language.CONSTRUCTS.values()):
        more = 'allowed if input.user == "root"\n' if "if allowed" in text else ""
        (tmp_path / f"{number}.rego").write_text(f"package p{number}\n\n{text}\n{more}")
    done = subprocess.run([str(OPA), "check", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_built_in_of_opa_is_accounted_for() -> None:
    """It is there, or refused with a reason; no name is made up."""
    assert builtins.absent() == []
    listed = set(re.findall(r"^\| `([^`]+)` \|", pages()["builtins.md"], re.MULTILINE))
    assert {name for name in signatures() if not name.startswith("internal.")} - listed == {
        "assign",
        "eq",
        "print",
    }
    assert listed <= set(signatures()) | {"built-in"}
    assert set(REFUSED).isdisjoint(FAMILIES)
    assert set(EFFECTS) <= set(FAMILIES)


def test_limits_are_read_from_the_code() -> None:
    """Two of them, tried out."""
    assert limits.limits()["depth of JSON documents"] == 10_000
    depth = limits.limits()["depth to which terms and bodies of a module nest"]
    assert rego.compile(f"package m\np := {'[' * (depth - 5)}{']' * (depth - 5)}")
    with pytest.raises(rego.RegoError, match="rego_parse_error"):
        rego.compile(f"package m\np := {'[' * (depth + 5)}{']' * (depth + 5)}")


def test_codes_of_errors_are_all_there() -> None:
    """Every code that the engine knows has its line."""
    from samakia_policy.rego import errors

    known = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    assert all(f"| `{code}` |" in pages()["language.md"] for code in known)
