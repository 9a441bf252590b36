"""Packets of real checks are replayed through the command: the same bytes, or a reason."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.cli.main import main
from samakia_policy.evidence.packet.layout import covered
from samakia_policy.evidence.packet.manifest import write_manifest

_ROOT = Path(__file__).parents[2]
_ESTATES = _ROOT / "fixtures" / "estates"
_AS_OF = "2026-03-01T12:00:00Z"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that makes the packet of a bundled estate, once."""
    root = tmp_path_factory.mktemp("packets")
    known: dict[str, Path] = {}

    def make(estate: str) -> Path:
        if estate not in known:
            target = root / estate
            words = [str(_ESTATES / estate), "--evidence", str(target), "--as-of", _AS_OF, "-q"]
            assert main(["check", *words]) in {0, 1, 3}
            known[estate] = target / "check" / "all" / "20260301T120000Z"
        return known[estate]

    return make


@pytest.fixture
def packet(made: Callable[[str], Path], tmp_path: Path) -> Path:
    """Return a packet that a test may change."""
    return Path(shutil.copytree(made("canary-broken"), tmp_path / "packet"))


def _seal(packet: Path) -> None:
    """Write the manifest again, as whoever changes a packet would."""
    paths = [path.relative_to(packet).as_posix() for path in packet.rglob("*") if path.is_file()]
    digests = {
        path: hashlib.sha256((packet / path).read_bytes()).hexdigest() for path in paths if covered(path)
    }
    (packet / "manifest.sha256").write_bytes(write_manifest(digests))


def _replay(packet: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "samakia_policy", "replay", str(packet), "-o", "json", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _found(packet: Path, *words: str) -> dict[str, Any]:
    found = json.loads(_replay(packet, *words).stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("estate", ["canary-clean", "canary-broken", "hostile"])
@pytest.mark.parametrize("engine", ["native", "opa"])
def test_every_bundled_estate_replays_on_every_runtime(
    made: Callable[[str], Path], opa: str, estate: str, engine: str
) -> None:
    done = _replay(made(estate), "--engine", engine)
    assert (json.loads(done.stdout), done.returncode) == (
        {"kind": "Replay", "outcome": "REPRODUCED", "reason": None},
        0,
    )


def test_a_replay_needs_neither_the_estate_nor_a_place_nor_a_locale(packet: Path, tmp_path: Path) -> None:
    for seed, zone, locale in (
        ("0", "UTC", "C"),
        ("1", "Asia/Kathmandu", "C.UTF-8"),
        ("77", "US/Eastern", "POSIX"),
    ):
        variables = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-m", "samakia_policy", "replay", str(packet)]
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert done.stdout == "REPRODUCED: the same decision, byte for byte\n", done.stderr


def test_the_same_check_twice_is_one_packet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "evidence"
    words = ["check", str(_ESTATES / "canary-clean"), "--evidence", str(target), "--as-of", _AS_OF, "-q"]
    assert [main(words), main(words)] == [0, 0]
    assert os.listdir(target / "check" / "all") == ["20260301T120000Z"]
    assert main([*words, "--fail-on", "low"]) == 0
    names = sorted(os.listdir(target / "check" / "all"))
    assert len(names) == 2
    assert names[1].startswith("20260301T120000Z-")
    assert capsys.readouterr().err.count("evidence: ") == 3


def _decision(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def harm(packet: Path) -> None:
        path = packet / "decision.json"
        decision = json.loads(path.read_bytes())
        change(decision)
        path.write_text(json.dumps(decision, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")

    return harm


@pytest.mark.parametrize(
    ("harm", "pointer"),
    [
        (_decision(lambda d: d.update(outcome="allow")), "/outcome"),
        (_decision(lambda d: d["findings"][0].update(message="nothing")), "/findings/0/message"),
        (_decision(lambda d: d["findings"].pop()), "/findings/51"),
        (_decision(lambda d: d["digests"].update(facts="sha256:0")), "/digests/facts"),
        (_decision(lambda d: d["context"].update(as_of="2026-03-02T12:00:00Z")), "/context/as_of"),
    ],
)
def test_a_forged_decision_diverges(packet: Path, harm: Callable[[Path], None], pointer: str) -> None:
    harm(packet)
    _seal(packet)
    done = _replay(packet)
    found = json.loads(done.stdout)
    assert (found["outcome"], found["pointer"], done.returncode) == ("DIVERGED", pointer, 5)
    assert found["recorded"] != found["replayed"]
    if pointer.startswith("/findings"):
        assert found["rule"]


def test_changed_facts_diverge_and_name_the_rule(packet: Path) -> None:
    path = packet / "facts" / "estate.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"owner":"', '"owner":"x'), encoding="utf-8")
    path = packet / "facts" / "places.json"
    path.write_text("[]\n", encoding="utf-8")
    _seal(packet)
    assert _found(packet)["outcome"] == "DIVERGED"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("facts/graph.json", None, "facts"),
        ("facts/places.json", None, "facts/places.json"),
        ("facts/context.json", None, "facts/context.json"),
        ("decision.json", None, "decision.json"),
        ("facts/graph.json", "{}", "facts"),
        ("facts/context.json", "[]", "lacks what a replay needs"),
        ("facts/estate.json", "[1]", "facts"),
        ("facts/places.json", "[1]", "no places"),
    ],
)
def test_what_is_missing_is_named(packet: Path, name: str, text: str | None, said: str) -> None:
    if text is None:
        (packet / name).unlink()
    else:
        (packet / name).write_text(text, encoding="utf-8")
    _seal(packet)
    done = _replay(packet)
    found = json.loads(done.stdout)
    assert (found["outcome"], done.returncode) == ("NOT_REPLAYABLE", 3)
    assert said in found["reason"]


def test_what_is_not_as_its_manifest_says_is_not_replayed(packet: Path) -> None:
    (packet / "facts" / "graph.json").write_text("{}", encoding="utf-8")
    done = _replay(packet)
    assert (done.stdout, done.returncode) == ("", 5)
    assert "file-digest" in done.stderr


def _another_version(packet: Path) -> None:
    """Make the packet one of an older pack that the product no longer ships."""
    manifest = packet / "packs" / "packs" / "phase-10-tenants" / "pack.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("1.0.0", "0.9.0"), encoding="utf-8")
    from samakia_policy.model.canonical import canonical, digest_of
    from samakia_policy.packs.index import build_index

    index = json.loads(build_index(packet / "packs"))
    digests = {pack["name"]: pack["digest"] for pack in index["packs"]}
    decision = json.loads((packet / "decision.json").read_bytes())
    for pack in decision["packs"]:
        pack["digest"] = digests[pack["name"]]
        pack["version"] = "0.9.0" if pack["name"] == "phase-10-tenants" else pack["version"]
    rows = [[pack["name"], pack["version"], pack["digest"]] for pack in decision["packs"]]
    decision["digests"]["packs"] = digest_of(rows)
    (packet / "decision.json").write_bytes(canonical(decision) + b"\n")
    _seal(packet)


def test_packs_that_are_no_longer_shipped_come_from_the_packet(packet: Path) -> None:
    _another_version(packet)
    assert _found(packet) == {"kind": "Replay", "outcome": "REPRODUCED", "reason": None}


def test_packs_that_are_not_those_of_the_decision_are_refused(packet: Path) -> None:
    _another_version(packet)
    rule = packet / "packs" / "policies" / "tenants" / "id_slug.rego"
    rule.write_text(rule.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    _seal(packet)
    found = _found(packet)
    assert found["outcome"] == "NOT_REPLAYABLE"
    assert "pack-digest" in found["reason"]


def test_python_that_is_not_ours_runs_only_when_it_is_trusted(packet: Path) -> None:
    rule = next((packet / "packs" / "policies").rglob("*.py"))
    rule.write_text(rule.read_text(encoding="utf-8") + "\n# another version\n", encoding="utf-8")
    _another_version(packet)
    found = _found(packet)
    assert found["outcome"] == "NOT_REPLAYABLE"
    assert "pack-python-untrusted" in found["reason"]
    assert _found(packet, "--trust-python")["outcome"] == "REPRODUCED"


def test_secrets_of_the_estate_are_nowhere_in_the_packet(tmp_path: Path) -> None:
    secret = "kLq8-Zr4T-0vXe"
    estate = Path(shutil.copytree(_ESTATES / "canary-clean", tmp_path / "estate"))
    endpoints = next(estate.glob("contracts/tenants/**/endpoints.yml"))
    text = endpoints.read_text(encoding="utf-8")
    endpoints.write_text(f"# old password: {secret}\n{text}", encoding="utf-8")
    quotas = next(estate.glob("contracts/tenants/**/quotas.yml"))
    quotas.write_text(quotas.read_text(encoding="utf-8") + f"\npassword: {secret}\n", encoding="utf-8")
    (estate / "policy.yaml").write_text("parameters: {}\n", encoding="utf-8")
    main(["check", str(estate), "--evidence", str(tmp_path / "e"), "--as-of", _AS_OF, "-q"])
    packet = tmp_path / "e" / "check" / "all" / "20260301T120000Z"
    everything = b"".join(path.read_bytes() for path in packet.rglob("*") if path.is_file())
    for form in (secret.encode(), secret.encode().hex().encode(), gzip.compress(secret.encode())[10:-8]):
        assert form not in everything
    kept = [path.name for path in packet.glob("inputs/**/*.descriptor.json")]
    assert sorted(kept) == ["endpoints.yml.descriptor.json", "quotas.yml.descriptor.json"]
    redactions = json.loads((packet / "redactions.json").read_bytes())
    assert [row["rule"] for row in redactions] == ["key:password"]
    assert _found(packet)["outcome"] == "REPRODUCED"


def test_a_packet_that_cannot_be_written_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    words = ["check", str(_ESTATES / "canary-clean"), "--evidence", str(tmp_path / "file"), "-q"]
    assert main(words) == 2
    assert "cannot be made" in capsys.readouterr().err
