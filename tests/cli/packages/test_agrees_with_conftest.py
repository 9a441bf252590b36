"""What `policy check --policy` says of a document is what `conftest test` says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .awkward import AWKWARD, document_of
from .conftest import DOCUMENTS, FLAGS, PACKAGES, Results, of_decision

Policy = Callable[..., Any]
Says = Callable[..., Results]
_ALL = [(package, name) for package in FLAGS for name in DOCUMENTS]


@pytest.mark.parametrize(("package", "name"), _ALL)
def test_of_the_packages(
    policy: Policy, conftest_says: Says, inside: Callable[[str], Path], package: str, name: str
) -> None:
    """Conftest ends where a rule contradicts itself; here the other rules still say what they find."""
    folder = inside(package)
    document = next((folder / "documents").glob(f"{name}.*")).relative_to(folder)
    version = ("--rego-version", "v0") if package == "gatekeeper" else ()
    arguments = ("--policy", "policy", "--document", str(document), *FLAGS[package], *version)
    theirs = conftest_says(*arguments)
    said = policy("check", *arguments, "-o", "json")
    ours = of_decision(said.decision, {_OPEN: ["firewall.tf", 0], _ADD: ["", 4]})
    assert (said.code, theirs.broken) == {"finds": (1, False), "passes": (0, False), "unknown": (3, True)}[
        name
    ]
    assert ours.broken == theirs.broken
    if not theirs.broken:
        assert ours == theirs


_OPEN = "proxmox_virtual_environment_firewall_rules.edge accepts everybody (the whole world)"
_ADD = "ADD app.tar.gz: COPY does what is meant"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_of_a_dockerfile_that_conftest_reads_itself(
    policy: Policy, conftest_says: Says, inside: Callable[[str], Path], name: str
) -> None:
    """The JSON that `conftest parse` makes of it is judged as the Dockerfile is."""
    inside("dockerfile")
    theirs = conftest_says("--policy", "policy", "--document", f"sources/Dockerfile.{name}")
    said = policy("check", "--policy", "policy", "--document", f"documents/{name}.json", "-o", "json")
    ours = of_decision(said.decision, {_ADD: ["", 4]})
    assert ours.broken == theirs.broken
    for kind in ("failures", "warnings") if not theirs.broken else ():
        assert {entry[1:] for entry in getattr(ours, kind)} == {entry[1:] for entry in getattr(theirs, kind)}


def test_the_fixtures_are_what_conftest_makes_of_the_dockerfiles(conftest_binary: str) -> None:
    """Nobody wrote them by hand."""
    import subprocess

    for name in DOCUMENTS:
        source = PACKAGES / f"dockerfile/sources/Dockerfile.{name}"
        done = subprocess.run([conftest_binary, "parse", source], capture_output=True, check=True)
        assert json.loads(done.stdout) == json.loads(
            (PACKAGES / f"dockerfile/documents/{name}.json").read_text()
        )


_STATED = {"placed": ["x.tf", 7]}


@pytest.mark.parametrize("case", AWKWARD)
def test_of_what_is_awkward(
    policy: Policy, conftest_says: Says, made: Callable[..., Path], case: str
) -> None:
    """Each case is a package and documents made for it."""
    files, flags = AWKWARD[case]
    made(**files)
    arguments = ("--policy", "p", "--document", document_of(files), *flags)
    theirs = conftest_says(*arguments)
    assert not theirs.broken
    said = policy("check", *arguments, "-o", "json")
    ours = of_decision(said.decision, _STATED)
    assert _unescaped(ours) == theirs
    assert said.code == (1 if theirs.failures else 0)


def _unescaped(said: Results) -> Results:
    """Namespaces that are no words have other ids here than names there."""
    for kind in ("failures", "warnings", "exceptions"):
        entries = {(entry[0], _NAMES.get(entry[1], entry[1]), *entry[2:]) for entry in getattr(said, kind)}
        setattr(said, kind, entries)
    return said


_NAMES = {"a.b-c.d.e_x20_f_x2E_g": 'a["b-c"].d["e f.g"]'}
