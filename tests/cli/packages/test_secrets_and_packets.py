"""Rules see documents whole, messages hold no secret, and a packet is decided again byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import DOCUMENTS, FLAGS

Policy = Callable[..., Any]
Made = Callable[..., Path]
_AS_OF = ("--as-of", "2026-03-01T12:00:00Z")
_V1 = "package main\n\nimport rego.v1\n\n"
_TOKEN = "ghp_" + "a1B2" * 9
_LEAKING = (
    'deny contains sprintf("%s logs in with %s", [input.user, input.password])\n'
    'deny_t contains {"msg": sprintf("token %v", [input.items]), "all": input, input.password: [input.password]}\n'
    'deny_p contains {"msg": "placed", "_loc": {"file": input.password, "line": 1}}\n'
    "warn contains json.marshal(input)\n"
    'warn_weak contains "the password is weak" if count(input.password) < 12\n'
)


def test_secrets_are_judged_and_not_shown(policy: Policy, made: Made, tmp_path: Path) -> None:
    """In no output, and not in the packet, which says that the document is not in it."""
    made(
        p__a_dot_rego=_V1 + _LEAKING,
        d_dot_json=json.dumps(
            {"user": "ann", "password": "hunter2-x", "items": [f"Bearer {_TOKEN}", "line\nhunter2-x"]}
        ),
        base_dot_yaml="api:\n  token: of-the-data-42\n",
        p__b_dot_rego=_V1 + "deny_d contains data.api.token\n",
    )
    arguments = ("--policy", "p", "--document", "d.json", "--data", "base.yaml", *_AS_OF)
    formats = [
        flag for name in ("table", "csv", "html", "oscal") for flag in ("-o", f"{name}={tmp_path / name}")
    ]
    said = policy("check", *arguments, *formats, "-o", "json", "--evidence", tmp_path / "evidence")
    assert "the password is weak" in said.out
    assert "ann logs in with <redacted>" in said.out
    written = [said.out.encode(), said.err.encode()]
    written += [
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "made" not in path.parts
    ]
    for secret in (b"hunter2-x", _TOKEN.encode(), b"of-the-data-42"):
        assert not any(secret in text for text in written if b"\x00" not in text[:64])
    (packet,) = (tmp_path / "evidence/check/all").iterdir()
    assert (
        json.loads((packet / "inputs/plain/0.json.descriptor.json").read_text())["why"] == "may hold a secret"
    )
    replayed = policy("replay", packet)
    assert replayed.code == 3
    assert "inputs/plain/0.json: is not in the packet" in replayed.out


def test_what_a_plan_marks_as_sensitive_is_not_shown(policy: Policy, made: Made) -> None:
    plan = {
        "format_version": "1.2",
        "variables": {"key": {"value": "of-a-variable"}},
        "resource_changes": [
            {"address": "a.b", "change": {"before": None, "after": {"k": ["open", "of-a-change"], "n": 123456}, "after_sensitive": {"k": [False, True], "n": True}}}
        ],
        "output_changes": {"o": {"before": None, "after": "of-an-output", "after_sensitive": True}},
        "planned_values": {
            "outputs": {"p": {"sensitive": True, "value": {"x": "of-planned-values"}}},
            "root_module": {"child_modules": [{"resources": [{"values": {"s": "of-a-module"}, "sensitive_values": {"s": True}}]}]},
        },
        "configuration": {"root_module": {"variables": {"key": {"sensitive": True}}}},
    }  # fmt: skip
    made(p__a_dot_rego=_V1 + "deny contains json.marshal(input)\n", plan_dot_json=json.dumps(plan))
    for flag in ("--plan", "--document"):
        said = policy("check", "--policy", "p", flag, "plan.json", "-o", "json")
        assert said.code == 1
        assert "open" in said.out
        for secret in (
            "of-a-variable",
            "of-a-change",
            "123456",
            "of-an-output",
            "of-planned-values",
            "of-a-module",
        ):
            assert secret not in said.out


@pytest.mark.parametrize("package", FLAGS)
@pytest.mark.parametrize("engine", ["native", "opa"])
def test_a_packet_is_decided_again(
    policy: Policy, inside: Callable[[str], Path], tmp_path: Path, opa: str, package: str, engine: str
) -> None:
    """On another engine too, and with nothing but the packet."""
    folder = inside(package)
    for name in DOCUMENTS:
        document = next((folder / "documents").glob(f"{name}.*")).relative_to(folder)
        arguments = ("--policy", "policy", "--document", str(document), *FLAGS[package], *_AS_OF)
        policy("check", *arguments, "--engine", engine, "--evidence", tmp_path / name, "-q")
        (packet,) = (tmp_path / name / "check/all").iterdir()
        for other in ("native", "opa"):
            said = policy("replay", packet, "--engine", other)
            assert (said.code, said.out) == (0, "REPRODUCED: the same decision, byte for byte\n")


def test_a_changed_module_diverges(policy: Policy, inside: Callable[[str], Path], tmp_path: Path) -> None:
    """Also where whoever changed it made a new manifest: its digest is part of the decision."""
    import hashlib

    inside("dockerfile")
    arguments = ("--policy", "policy", "--document", "documents/finds.json", *_AS_OF)
    policy("check", *arguments, "--evidence", tmp_path, "-q")
    (packet,) = (tmp_path / "check/all").iterdir()
    module, manifest = packet / "packs/plain/0.rego", packet / "manifest.sha256"
    before = hashlib.sha256(module.read_bytes()).hexdigest()
    module.write_text(module.read_text().replace("deny_root", "warn_root"))
    manifest.write_text(manifest.read_text().replace(before, hashlib.sha256(module.read_bytes()).hexdigest()))
    said = policy("replay", packet)
    assert said.code == 5
    assert "DIVERGED" in said.out


def test_a_plan_is_a_document_too(policy: Policy, inside: Callable[[str], Path], tmp_path: Path) -> None:
    """By its environment, which `--env` chooses among; without an estate, and beside the packs of one."""
    folder = inside("terraform-plan")
    plan = f"samakia-dev={folder}/documents/finds.json"
    package = ("--policy", "policy", "--namespace", "terraform.analysis", "--plan", plan, *_AS_OF)
    alone = policy("check", *package, "-o", "json", "--evidence", tmp_path)
    assert alone.code == 1
    subjects = {finding["subject"] for finding in alone.decision["findings"]}
    assert subjects == {"document:@plan/samakia-dev/finds.json"}
    assert policy("check", *package, "--env", "samakia-prod", "-q").code == 0
    (packet,) = (tmp_path / "check/all").iterdir()
    assert policy("replay", packet).out.startswith("REPRODUCED")
    estate = folder.parents[1] / "estates/canary-clean"
    both = policy("check", estate, *package, "-o", "json", "--evidence", tmp_path / "both").decision
    assert {finding["rule"] for finding in both["findings"]} >= {
        finding["rule"] for finding in alone.decision["findings"]
    }
    assert both["counts"]["rules"] > alone.decision["counts"]["rules"]
    (packet,) = (tmp_path / "both/check/all").iterdir()
    assert policy("replay", packet).out.startswith("REPRODUCED")


def test_what_was_asked_is_part_of_the_digests(policy: Policy, made: Made) -> None:
    """Another namespace, other data, another document: another digest, and only that."""
    made(
        p__a_dot_rego=_V1 + 'deny contains "x" if false\n',
        p__b_dot_rego='package other\n\nimport rego.v1\n\ndeny contains "x" if false\n',
        d_dot_json="{}",
        e_dot_json="{}",
        base_dot_json='{"a": 1}',
    )

    def digests(*more: str, document: str = "d.json") -> Any:
        said = policy("check", "--policy", "p", "--document", document, *more, *_AS_OF, "-o", "json")
        return said.decision["digests"]

    plain = digests()
    changed = {
        "parameters": [digests("--namespace", "other"), digests("--data", "base.json"), digests("--combine")],
        "estate": [digests(document="e.json")],
    }
    for name, found in changed.items():
        assert len({one[name] for one in [plain, *found]}) == len(found) + 1
    assert digests("--namespace", "main") == plain
    assert {one["packs"] for one in [plain, *changed["parameters"]]} == {plain["packs"]}
