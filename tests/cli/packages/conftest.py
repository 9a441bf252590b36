"""Plain packages: those of fixtures/packages, small ones made for a test, and the real conftest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PACKAGES = Path(__file__).parents[3] / "fixtures/packages"
FLAGS: dict[str, tuple[str, ...]] = {
    "kubernetes": ("--data", "data"),
    "terraform-plan": ("--namespace", "terraform.analysis"),
    "dockerfile": (),
    "gatekeeper": ("--all-namespaces",),
}
"""The packages of fixtures/packages, and what each is asked with."""
DOCUMENTS = ("finds", "passes", "unknown")


def documents(package: str) -> list[Path]:
    """Return the documents of a package: one that finds, one that passes, and one that cannot be judged."""
    found = sorted((PACKAGES / package / "documents").iterdir())
    assert [path.stem for path in found] == list(DOCUMENTS)
    return found


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that goes into a package's folder, so that paths are short."""

    def enter(package: str) -> Path:
        monkeypatch.chdir(PACKAGES / package)
        return PACKAGES / package

    return enter


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that writes files into an empty folder and goes there."""

    def make(**files: str) -> Path:
        folder = tmp_path / "made"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def conftest_binary() -> str:
    """Return the real conftest; skips where it is missing, but never in CI."""
    found = shutil.which("conftest")
    if found is None:
        assert os.environ.get("CI") != "true", "CI must have conftest"
        pytest.skip("conftest is not installed")
    return found


@dataclass
class Results:
    """What a tool says of each document: messages by rule, with places and metadata, and exceptions."""

    failures: set[tuple[str, ...]] = field(default_factory=set)
    warnings: set[tuple[str, ...]] = field(default_factory=set)
    exceptions: set[tuple[str, ...]] = field(default_factory=set)
    broken: bool = False

    def add(self, kind: str, *parts: Any) -> None:
        """Add one."""
        getattr(self, kind).add(tuple(part if isinstance(part, str) else json.dumps(part) for part in parts))


@pytest.fixture
def conftest_says(conftest_binary: str) -> Callable[..., Results]:
    """Return a function that asks the real conftest, with policy's flags."""

    def ask(*arguments: str) -> Results:
        words, files = _conftest_words(arguments)
        done = subprocess.run(
            [conftest_binary, "test", "-o", "json", *words, *files],
            capture_output=True,
            text=True,
            check=False,
        )
        said = Results()
        try:
            results = json.loads(done.stdout)
        except ValueError:
            said.broken = True
            return said
        for result in results:
            where = result["filename"], result["namespace"]
            for kind in ("failures", "warnings"):
                for found in result.get(kind, ()):
                    metadata = dict(found.get("metadata", {}))
                    rule = metadata.pop("query").rpartition(".")[2]
                    said.add(kind, *where, rule, found["msg"], _loc(found.get("loc")), metadata)
            for found in result.get("exceptions", ()):
                said.add("exceptions", *where, found["msg"].partition(" == ")[2].strip('"'))
        return said

    return ask


def _conftest_words(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    words, files = [], []
    given = iter(arguments)
    for word in given:
        if word == "--document":
            files.append(next(given))
        else:
            words.append(word)
    return words, files


def _loc(loc: Any) -> list[Any]:
    """Return file and line as far as both tools can say them: a line is a whole number."""
    line = (loc or {}).get("line", 0)
    return [(loc or {}).get("file", ""), line if isinstance(line, int) else 0]


def of_decision(decision: dict[str, Any], stated: dict[str, list[Any]]) -> Results:
    """Return what a decision says; `stated`: places of messages as rules state them, which conftest shows."""
    said = Results()
    for finding in decision["findings"]:
        namespace, _, rule = finding["rule"].rpartition("/")
        kind = "warnings" if finding["severity"] == "medium" else "failures"
        for detail in finding["details"] if finding["outcome"] == "fail" else ():
            loc = stated.get(detail["message"], ["", 0])
            where = detail["location"]
            assert loc[0] in {"", where["path"]}
            assert loc[1] in {0, where["line"]}
            said.add(
                kind,
                _file(finding["subject"]),
                namespace,
                rule,
                detail["message"],
                loc,
                detail.get("metadata", {}),
            )
    for waiver in decision["waivers"]:
        assert waiver["expires"] is None
        namespace, _, rule = waiver["rule"].rpartition("/")
        said.add("exceptions", _file(waiver["subject"]), namespace, rule.partition("_")[2])
    said.broken = any("cannot be evaluated" in unknown["why"] for unknown in decision["unknowns"])
    return said


def _file(subject: str) -> str:
    """Return the file of a document's subject; that of many that were combined is no file."""
    return subject.removeprefix("document:@document/").partition("#")[0]
