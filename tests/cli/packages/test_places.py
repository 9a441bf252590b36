"""Where findings lie: where the rule says, else at the value that it tests last of what its message names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import FLAGS

Policy = Callable[..., Any]
Made = Callable[..., Path]
_PLACES = {
    "kubernetes": {
        "container sidecar of Deployment/shop is from an unknown registry": ("documents/finds.yaml", 30, 18),
        "container sidecar of Deployment/shop may run as root": ("documents/finds.yaml", 29, 11),
        "container agent of DaemonSet/node-agent may run as root": ("documents/finds.yaml", 46, 11),
        "container sidecar of Deployment/shop has the tag latest": ("documents/finds.yaml", 30, 18),
        "Deployment/shop has no label app.kubernetes.io/name": ("documents/finds.yaml", 15, 5),
    },
    "terraform-plan": {
        "proxmox_virtual_environment_vm.db is protected and would be destroyed": (
            "documents/finds.json",
            52,
            25,
        ),
        "the plan weighs 84, at most 60 may be applied at once": ("documents/finds.json", 1, 1),
        "proxmox_virtual_environment_firewall_rules.edge accepts everybody (the whole world)": (
            "firewall.tf",
            None,
            None,
        ),
    },
    "dockerfile": {
        "the base image debian:latest is not pinned": ("documents/finds.json", 36, 14),
        "ADD app.tar.gz: COPY does what is meant": ("documents/finds.json", 4, None),
        "the image runs as root": ("documents/finds.json", 2, 3),
    },
    "gatekeeper": {
        "container <web> may use 2Gi, at most <1Gi> is allowed": ("documents/finds.yaml", 25, 11),
        "container <sidecar> has no memory limit": ("documents/finds.yaml", 29, 11),
        "limit 512k has a unit that nobody knows": ("documents/finds.yaml", 36, 30),
    },
}


@pytest.mark.parametrize("package", FLAGS)
def test_the_packages(policy: Policy, inside: Callable[[str], Path], package: str) -> None:
    folder = inside(package)
    document = next((folder / "documents").glob("finds.*")).relative_to(folder)
    said = policy("check", "--policy", "policy", "--document", str(document), *FLAGS[package], "-o", "json")
    places = _places(said.decision)
    expected = {
        message: (path if path == "firewall.tf" else f"@document/{path}", line, column)
        for message, (path, line, column) in _PLACES[package].items()
    }
    assert {message: places[message] for message in expected} == expected


def _places(decision: Any) -> dict[str, tuple[str, int | None, int | None]]:
    return {
        detail["message"]: tuple(detail["location"][name] for name in ("path", "line", "column"))
        for finding in decision["findings"]
        for detail in finding["details"]
    }


_V1 = "package main\n\nimport rego.v1\n\n"
_LIST = "items:\n- name: a\n  port: 1\n- name: b\n  port: 2\n- name: b\n  port: 3\n- {name: c, port: 4}\n"
_CASES: dict[str, tuple[str, str, dict[str, tuple[int, int]]]] = {
    "the value that is tested": (
        'deny contains "replicas" if input.spec.replicas < 2\n',
        "spec:\n  replicas: 1\n",
        {"replicas": (2, 13)},
    ),
    "what is not there lies where it would be": (
        'deny contains "none" if not input.spec.replicas\n',
        "spec:\n  x: 1\n",
        {"none": (2, 3)},
    ),
    "the element that the message names": (
        'deny contains sprintf("%s has %d", [i.name, i.port]) if { some i in input.items; i.port > 3 }\n',
        _LIST,
        {"c has 4": (8, 3)},
    ),
    "two elements of one name, told apart by another value": (
        'deny contains sprintf("%s has %v", [i.name, i.port]) if { some i in input.items; i.port > 1; i.name == "b" }\n',
        _LIST,
        {"b has 2": (4, 3), "b has 3": (6, 3)},
    ),
    "an element that cannot be told": (
        'deny contains sprintf("%s is twice", [i.name]) if { some i in input.items; i.port in {2, 3} }\n',
        _LIST,
        {"b is twice": (2, 1)},
    ),
    "the only element": (
        'deny contains "low" if input.items[_].port < 5\n',
        "items:\n- port: 4\n",
        {"low": (2, 9)},
    ),
    "a message of an object": (
        'deny contains {"msg": msg, "i": i} if { some i in input.items; i.port > 3; msg := sprintf("port %v", [i.port]) }\n',
        _LIST,
        {"port 4": (8, 3)},
    ),
    "a helper that tests": (
        'deny contains sprintf("bad %s", [i.name]) if { some i in input.items; bad(i) }\n\nbad(i) if i.port == 3\n\n',
        "items:\n- name: x\n  port: 3\n",
        {"bad x": (3, 9)},
    ),
    "two rules with the same message": (
        'deny contains "same" if input.a == 1\n\ndeny contains "same" if input.b == 1\n',
        "a: 1\nb: 1\n",
        {"same": (1, 1)},
    ),
    "keys with slashes, dots and tildes": (
        'deny contains "key" if input["a/b"]["c~d"]["e.f"] == 1\n',
        'a/b:\n  c~d:\n    "e.f": 1\n',
        {"key": (3, 12)},
    ),
    "a message with what looks like a pattern": (
        'deny contains sprintf("100%% of %s (.*) [x]", [input.who]) if input.m\n',
        "who: why (.*)\nm: 1\n",
        {"100% of why (.*) (.*) [x]": (2, 4)},
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_cases(policy: Policy, made: Made, case: str) -> None:
    rules, document, expected = _CASES[case]
    made(p__a_dot_rego=_V1 + rules, d_dot_yaml="---\nfirst: document\n---\n" + document)
    decision = policy("check", "--policy", "p", "--document", "d.yaml", "-o", "json").decision
    found = {
        detail["message"]: (detail["location"]["line"] - 3, detail["location"]["column"])
        for finding in decision["findings"]
        if finding["subject"].endswith("#2")
        for detail in finding["details"]
    }
    assert found == expected


def test_a_place_that_a_rule_states_badly(policy: Policy, made: Made) -> None:
    """Only a text can be a file and only a whole number a line; a file alone is a place."""
    made(
        p__a_dot_rego=_V1 + 'deny contains {"msg": "a", "_loc": {"file": "x.tf", "line": 3}}\n'
        'deny contains {"msg": "b", "_loc": {"line": 3}}\ndeny contains {"msg": "c", "_loc": {"file": "x.tf", "line": -1}}\n'
        'deny contains {"msg": "d", "_loc": {"file": 1, "line": "7"}}\ndeny contains {"msg": "e", "_loc": 5}\n'
        'deny contains {"msg": "f", "_loc": {"line": 2.5}}\ndeny contains {"msg": "g", "_loc": {"line": true}}\n',
        d_dot_json="{}",
    )
    places = _places(policy("check", "--policy", "p", "--document", "d.json", "-o", "json").decision)
    whole = ("@document/d.json", 1, 1)
    assert places == {
        "a": ("x.tf", 3, None),
        "b": ("@document/d.json", 3, None),
        "c": ("x.tf", None, None),
        **dict.fromkeys("defg", whole),
    }


def test_combined_documents_keep_their_places(policy: Policy, made: Made) -> None:
    """What is about one of them lies in its file, what is about all of them in none."""
    made(
        p__a_dot_rego=_V1
        + 'deny contains sprintf("%s is wrong", [input[i].contents.name]) if input[i].contents.bad\n'
        'deny contains "too many" if count(input) > 2\n',
        a_dot_yaml="name: a\n---\nname: b\nbad: true\n",
        b_dot_json='{"name": "c"}',
    )
    arguments = ("--policy", "p", "--document", "a.yaml", "--document", "b.json", "--combine", "-o", "json")
    decision = policy("check", *arguments).decision
    assert _places(decision) == {
        "b is wrong": ("@document/a.yaml", 4, 6),
        "too many": ("@document/Combined", None, None),
    }
    assert {finding["subject"] for finding in decision["findings"]} == {"document:@document/Combined"}


def test_a_document_of_the_estate_is_named_by_its_path_there(policy: Policy, made: Made) -> None:
    from .conftest import PACKAGES

    made(p__a_dot_rego=_V1 + 'deny contains "x"\n')
    estate = PACKAGES.parent / "estates/canary-clean"
    document = next(iter(sorted(estate.rglob("tenant.yml"))))
    decision = policy("check", estate, "--policy", "p", "--document", document, "-o", "json").decision
    inside = document.relative_to(estate).as_posix()
    found = [f for f in decision["findings"] if f["rule"] == "main/deny"]
    assert [(f["subject"], f["location"]["path"]) for f in found] == [(f"document:{inside}", inside)]
    assert decision["counts"]["rules"] > 1
