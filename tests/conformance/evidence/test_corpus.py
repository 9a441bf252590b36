"""Our own verifier against the corpus, through the command."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main


def _build() -> Any:
    spec = importlib.util.spec_from_file_location("corpus_build", Path(__file__).parent / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the corpus once."""
    folder = tmp_path_factory.mktemp("corpus")
    _build().build(folder, tmp_path_factory.mktemp("ledgers"))
    return folder


def _names() -> list[tuple[str, str]]:
    return [(case.name, case.answer) for case in _build().all_cases(Path("unused"))]


_CASES = _names()


def _words(folder: Path) -> list[str]:
    said = json.loads((folder / "case.json").read_bytes())
    said.pop("answer")
    flags = [part for name, value in said.items() for part in (f"--{name}", value)]
    trust = [
        "--trust-root",
        str(folder / "trust-root.dsse.json"),
        "--fingerprint",
        str(folder / "fingerprint"),
    ]
    return ["evidence", "verify", str(folder / "packet"), "-o", "json", *trust, *flags]


@pytest.mark.parametrize(("name", "answer"), _CASES, ids=[name for name, _ in _CASES])
def test_case(
    corpus: Path,
    name: str,
    answer: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    code = main(_words(corpus / name))
    said = json.loads(capsys.readouterr().out)
    if answer == "accepted":
        assert (code, said["accepted"], said["code"]) == (0, True, None), said
    else:
        assert (code, said["accepted"], said["code"]) == (5, False, answer), said


def test_the_corpus_is_large_enough() -> None:
    assert sum(answer != "accepted" for _, answer in _CASES) >= 150
    assert sum(answer == "accepted" for _, answer in _CASES) >= 25


def test_the_installed_command_answers_alike(corpus: Path, tmp_path: Path) -> None:
    for name, code in (("accept-honest", 0), ("file-changed-decision-json", 5), ("signature-by-nobody", 5)):
        command = [sys.executable, "-m", "samakia_policy", *_words(corpus / name)]
        done = subprocess.run(
            command, capture_output=True, env={"XDG_STATE_HOME": str(tmp_path / name)}, check=False
        )
        assert done.returncode == code, done.stderr
