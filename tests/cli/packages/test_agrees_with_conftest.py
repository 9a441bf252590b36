"""What `policy check --policy` says of a document is what `conftest test` says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


_MAIN = "package main\n\nimport rego.v1\n\n"
_INPUT = "deny contains json.marshal(input)\n"
_AWKWARD: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "strings and objects": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "text"\ndeny contains {"msg": "object", "n": [1, "b", true]}\n'
            'violation contains {"msg": "placed", "_loc": {"file": "x.tf", "line": 7}}\nwarn contains "w"\n'
            'deny contains {"msg": "no place", "_loc": "elsewhere"}\n'
            'deny contains {"msg": "text place", "_loc": {"line": "3"}}\n',
            "d_dot_json": '{"a": 1}',
        },
        (),
    ),
    "undefined, false, empty and null": (
        {
            "p__a_dot_rego": _MAIN + "deny := false\ndeny_a := null\ndeny_b := {}\ndeny_c := input.nothing\n"
            'deny_d := []\nwarn := ""\nviolation contains input.nothing\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "arrays of complete rules": (
        {
            "p__a_dot_rego": _MAIN + 'deny := ["one", "two"]\nwarn_x := [{"msg": "three"}]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "errors of built-ins are undefined": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "x" if 1 / input.a\ndeny contains "y" if to_number(input.b)\n',
            "d_dot_json": '{"a": 0, "b": "no"}',
        },
        (),
    ),
    "helpers of other packages, and data": (
        {
            "p__a_dot_rego": _MAIN + "import data.lib.k\n\ndeny contains k.text(data.cfg.who)\n",
            "p__lib__k_dot_rego": 'package lib.k\n\nimport rego.v1\n\ntext(x) := sprintf("%s!", [x])\n',
            "cfg_dot_yaml": "cfg:\n  who: me\n",
            "d_dot_json": "{}",
        },
        ("--data", "cfg.yaml"),
    ),
    "data of folders and with a prefix": (
        {
            "p__a_dot_rego": _MAIN + "deny contains json.marshal([data.a.b, data.top, data.x.y.top])\n",
            "base__a__f_dot_json": '{"b": [1, 2.50]}',
            "base__t_dot_yaml": "top: yes\n",
            "more_dot_yaml": "top: 1\n",
            "d_dot_json": "{}",
        },
        ("--data", "base", "--data", "x.y:more.yaml"),
    ),
    "documents of one YAML file": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "d_dot_yaml": "---\na: 1\n---\nb: [yes, No, on, 010, 1e3, ~]\n---\n",
        },
        (),
    ),
    "a comment before the first dashes": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_yaml": "# head\n---\na: 1\n"},
        (),
    ),
    "documents with Windows line ends": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_yaml": "a: 1\r\n---\r\nb: 2\r\n"},
        (),
    ),
    "a list is as many documents": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '[{"a": 1}, 2, [3]]', "e_dot_yaml": "- x: 1\n- y\n"},
        ("--document", "e.yaml"),
    ),
    "anchors, merges and keys that are no text": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "d_dot_yaml": "a: &a {x: 1}\nb: {<<: *a, y: 2}\n1: one\nyes: two\n",
        },
        (),
    ),
    "fractions and repeated keys": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '{"a": 1.50, "b": 2.0, "c": 1e2, "a": 0.25}'},
        (),
    ),
    "combined": (
        {
            "p__a_dot_rego": _MAIN + _INPUT + "warn contains input[i].path if input[i].contents.a\n",
            "d_dot_yaml": "a: 1\n---\nb: 2\n",
            "sub__e_dot_json": '[{"a": 2}]',
        },
        ("--document", "sub/e.json", "--combine"),
    ),
    "one document combined": ({"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '{"a": 1}'}, ("--combine",)),
    "namespaces by name and pattern": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "p__b_dot_rego": 'package k8s.one\n\nimport rego.v1\n\ndeny contains "one"\n',
            "p__c_dot_rego": 'package k8s.two\n\nimport rego.v1\n\nwarn contains "two"\n',
            "p__d_dot_rego": 'package other\n\nimport rego.v1\n\ndeny contains "other"\n',
            "d_dot_json": "{}",
        },
        ("--namespace", "k8s.*", "--namespace", "main"),
    ),
    "all namespaces": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "p__b_dot_rego": 'package b.c\n\nimport rego.v1\n\ndeny contains "one"\n',
            "d_dot_json": "{}",
        },
        ("--all-namespaces",),
    ),
    "names that are asked, and names that are not": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a_B1 contains "1"\ndeny__x contains "2"\ndenya contains "3"\n'
            'violation_1 contains "4"\nwarning contains "5"\nwarn_ contains "6"\nallow contains "7"\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions by name": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a contains "a"\nviolation_a contains "va"\nwarn_a contains "wa"\n'
            'deny_b contains "b"\ndeny contains "plain"\nexception contains ["a"] if input.x\n',
            "d_dot_json": '{"x": 1}',
            "e_dot_json": '{"y": 1}',
        },
        ("--document", "e.json"),
    ),
    "an exception of the empty name is for the plain rules": (
        {
            "p__a_dot_rego": _MAIN + 'deny contains "d"\nwarn contains "w"\nviolation contains "v"\n'
            'deny_x contains "x"\nexception contains [""]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions of other shapes": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny_a contains "a"\ndeny_b contains "b"\ndeny_c contains "c"\ndeny_d contains "d"\n'
            'exception contains {"k": "a"}\nexception contains {"b", "nobody"}\n'
            'exception contains "c"\nexception contains ["d", 1]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "an exception where nothing is found": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a contains "a" if input.never\nexception contains ["a"]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions hold for each document of a file": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny_a contains input.n\nexception contains ["a"] if input.n == "two"\n',
            "d_dot_yaml": "n: one\n---\nn: two\n---\nn: three\n",
        },
        (),
    ),
    "the file that is asked about": (
        {
            "p__a_dot_rego": _MAIN + "deny contains data.conftest.file.name\n",
            "sub__d_dot_json": "{}",
            "d_dot_json": "{}",
        },
        ("--document", "sub/d.json"),
    ),
    "modules of v0": (
        {
            "p__a_dot_rego": 'package main\n\ndeny[msg] { input.a == 1; msg := "one" }'
            ' { input.b; msg := "two" }\n'
            'violation[{"msg": m}] { any([input.a == 2, input.b]); re_match("^x", input.c); m := input.c }\n',
            "d_dot_json": '{"a": 1, "b": true, "c": "xyz"}',
        },
        ("--rego-version", "v0"),
    ),
    "hostile names and strings": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "a\\u0000b\\n\\u001b[31m::error::\\u202e\\u2028<&>\\"\'`${x}%s"\n'
            'deny contains input[`"]; data.main.deny := ["`]\n'
            'warn contains concat("", ["%", "d \\\\"])\n',
            "d_dot_json": '{"\\"]; data.main.deny := [\\"": "quoted \\u00e9 \\ud83d\\ude00"}',
        },
        (),
    ),
    "packages with names that are no words": (
        {
            "p__a_dot_rego": 'package a["b-c"].d["e f.g"]\n\nimport rego.v1\n\ndeny contains "found"\n',
            "d_dot_json": "{}",
        },
        ("--all-namespaces",),
    ),
}
_STATED = {"placed": ["x.tf", 7]}


@pytest.mark.parametrize("case", _AWKWARD)
def test_of_what_is_awkward(
    policy: Policy, conftest_says: Says, made: Callable[..., Path], case: str
) -> None:
    """Each case is a package and documents made for it."""
    files, flags = _AWKWARD[case]
    made(**files)
    document = next(name.replace("_dot_", ".") for name in files if name.startswith("d_dot_"))
    arguments = ("--policy", "p", "--document", document, *flags)
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
