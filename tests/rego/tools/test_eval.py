"""What `policy rego eval` does beyond what a comparison with opa can show."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from samakia_policy.rego.tools.command import main

FILES = Path(__file__).parent / "files"
ENGINE = Path(__file__).parents[3] / "engine"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES)


class _Input(io.TextIOWrapper):
    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")


def test_input_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-I` reads JSON or YAML."""
    monkeypatch.setattr(sys, "stdin", _Input("user: alice\n"))
    assert main(["eval", "-I", "-f", "raw", "-d", "authz.rego", "data.authz.allow"]) == 0
    assert capsys.readouterr().out == "true\n"


def test_query_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--stdin` reads the query."""
    monkeypatch.setattr(sys, "stdin", _Input("1 + 1"))
    assert main(["eval", "--stdin", "-f", "raw"]) == 0
    assert capsys.readouterr().out == "2\n"


def test_time_is_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    """`--as-of` is what time.now_ns gives."""
    assert main(["eval", "--as-of", "2026-01-02T03:04:05Z", "-f", "raw", "time.now_ns()"]) == 0
    assert capsys.readouterr().out == "1767323045000000000\n"


def test_time_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """A text that is no time is refused."""
    assert main(["eval", "--as-of", "today", "1"]) == 2
    assert "is not a time" in capsys.readouterr().out + capsys.readouterr().err


def test_effects_are_refused_unless_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    """Without `--allow`, nothing is random."""
    assert main(["eval", "-f", "raw", "--strict-builtin-errors", 'rand.intn("a", 5)']) == 2
    assert "rand.intn" in capsys.readouterr().err


def test_time_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """`--timeout` stops an evaluation with OPA's code."""
    query = "count([1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); i == j + 1])"
    assert main(["eval", "--timeout", "100ms", query]) == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "eval_cancel_error"


def test_numbers_that_json_cannot_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """`to_number` reads what Go reads; what is no JSON is computed with, but never printed."""
    assert main(["eval", "-f", "raw", 'to_number("1_000") + to_number("0x1p4")']) == 0
    assert capsys.readouterr().out == "1016\n"
    assert main(["eval", 'to_number("1_000")']) == 2
    assert capsys.readouterr() == ("", 'json: invalid number literal "1_000"\n')
    assert main(["eval", '{to_number("1_000"): 1}']) == 2
    assert json.loads(capsys.readouterr().out)["errors"] == [
        {"message": 'json: invalid number literal "1_000"'}
    ]


def test_profile(capsys: pytest.CaptureFixture[str]) -> None:
    """A record per literal, the most expensive first, no more than the limit."""
    words = ["--profile-limit", "2", "--profile-sort", "num_eval"]
    assert main(["eval", *words, "-d", "covered.rego", "data.covered.s"]) == 0
    found = json.loads(capsys.readouterr().out)["profile"]
    assert len(found) == 2
    assert found[0]["num_eval"] >= found[1]["num_eval"] > 0
    assert set(found[0]) == {"total_time_ns", "num_eval", "num_redo", "num_gen_expr", "location"}


def test_full_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    """Every step is there, each below the call it belongs to."""
    assert main(["eval", "--explain", "full", "-f", "pretty", "-d", "noted.rego", "data.noted.p"]) == 0
    lines = capsys.readouterr().out.split("\n")
    steps = [line.split(None, 1)[1].replace("| ", "").split()[0] for line in lines if ":" in line]
    assert steps.count("Enter") == 3
    assert {"Eval", "Fail", "Exit", "Note"} <= set(steps)


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command tells its flags."""
    for command in ("eval", "test", "check", "parse"):
        assert main([command, "--help"]) == 0
        assert "Flags:" in capsys.readouterr().out


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is not there."""
    assert main(["nope"]) == 1
    assert 'unknown command "nope"' in capsys.readouterr().err


def test_nothing_heavy_is_loaded() -> None:
    """A plain evaluation loads nothing of the product and no library it does not need."""
    program = (
        "import sys; from samakia_policy.cli.main import main;"
        "main(['rego', 'eval', '-f', 'discard', '1+1']);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'yaml', 'jsonschema', 'cryptography', 're2', 'argparse', 'rich', 'regorus'}),"
        "[name for name in sys.modules if name.startswith('samakia_policy.') "
        "and name.split('.')[1] not in ('rego', 'errors', 'cli')], file=sys.stderr)"
    )
    environment = {"PYTHONPATH": str(ENGINE), "PATH": ""}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "[] []\n"
