"""What names nothing, holds nothing, or cannot be read is an error with the place, and never a pass."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.sources.limits import MAX_NAMED_BYTES

Policy = Callable[..., Any]
Made = Callable[..., Path]
_GOOD = 'package main\n\nimport rego.v1\n\ndeny contains "x" if input.a == 1\n'
_DOCUMENT = '{"a": 2}'
_FAULTS: dict[str, tuple[dict[str, str], tuple[str, ...], str]] = {
    "a folder that is not there": ({}, ("--policy", "nowhere", "--document", "d.json"), "nowhere: cannot be read"),
    "a folder without a policy": ({"empty__x_dot_txt": ""}, ("--policy", "empty", "--document", "d.json"), "empty: holds no policy"),
    "a folder with tests alone": (
        {"tests__a_test_dot_rego": "package main\n\ntest_x if true\n"},
        ("--policy", "tests", "--document", "d.json"),
        "tests: holds no policy: no .rego file that is no test",
    ),
    "no document": ({}, ("--policy", "p"), "there is no document, so nothing would be checked"),
    "a document that is not there": ({}, ("--policy", "p", "--document", "no.json"), "no.json: cannot be read: No such file"),
    "a folder without documents": ({"sub__x_dot_md": ""}, ("--policy", "p", "--document", "sub"), "sub: holds no .json, .yaml or .yml"),
    "a folder with a document that is not read": (
        {"sub__Dockerfile": "", "sub__a_dot_json": "{}"},
        ("--policy", "p", "--document", "sub"),
        "sub: holds sub/Dockerfile, of a format that is not read",
    ),
    "a document of another format": ({"main_dot_tf": ""}, ("--policy", "p", "--document", "main.tf"), "conftest parse FILE"),
    "an empty document": ({"e_dot_json": ""}, ("--policy", "p", "--document", "e.json"), "e.json:1:1: not JSON"),
    "a document of nothing": ({"e_dot_yaml": "# only a comment\n---\n"}, ("--policy", "p", "--document", "e.yaml"), "holds no document"),
    "a list of nothing": ({"e_dot_json": "[]"}, ("--policy", "p", "--document", "e.json"), "holds no document"),
    "broken JSON": ({"e_dot_json": '{"a": 1,\n "b" 2}'}, ("--policy", "p", "--document", "e.json"), "e.json:2:6: not JSON: Expecting ':'"),
    "broken YAML behind a good document": (
        {"e_dot_yaml": "a: 1\n---\nb: [1\nc: 2\n"},
        ("--policy", "p", "--document", "e.yaml"),
        "e.yaml:4:2: not YAML",
    ),
    "YAML that has no JSON": ({"e_dot_yaml": "a: .nan\n"}, ("--policy", "p", "--document", "e.yaml"), "unsupported value: NaN"),
    "a namespace that is not there": (
        {},
        ("--policy", "p", "--document", "d.json", "--namespace", "mian"),
        "no package 'mian' with a rule deny, violation or warn, so nothing would be checked\n  hint: there is: main",
    ),
    "a pattern that fits nothing beside one that does": (
        {},
        ("--policy", "p", "--document", "d.json", "--namespace", "ma*", "--namespace", "k8s.*"),
        "no package 'k8s.*'",
    ),
    "a package without rules that are asked": (
        {"q__a_dot_rego": "package main\n\nallow := true\n"},
        ("--policy", "q", "--document", "d.json", "--all-namespaces"),
        "no package has a rule that can be asked",
    ),
    "the package is called otherwise": (
        {"q__a_dot_rego": 'package k8s\n\ndeny contains "x"\n'},
        ("--policy", "q", "--document", "d.json"),
        "hint: there is: k8s; --all-namespaces takes all",
    ),
    "a module that is none": (
        {"q__a_dot_rego": 'package main\n\ndeny contains "x'},
        ("--policy", "q", "--document", "d.json"),
        "q/a.rego:3:15: rego_parse_error: non-terminated string",
    ),
    "a module of v0 that is none": (
        {"q__a_dot_rego": "package main\n\ndeny[msg] {\n  msg := input.\n}\n"},
        ("--policy", "q", "--document", "d.json"),
        "q/a.rego:5:0: rego_parse_error",
    ),
    "modules that do not compile": (
        {"q__a_dot_rego": _GOOD, "q__b_dot_rego": "package main\n\nwarn contains x\n"},
        ("--policy", "q", "--document", "d.json"),
        "q/b.rego:3:15: rego_unsafe_var_error: var x is unsafe",
    ),
    "a rule that is a function": (
        {"q__a_dot_rego": 'package main\n\ndeny_x(a) := "m" if a\n'},
        ("--policy", "q", "--document", "d.json"),
        "q/a.rego:3: deny_x is a function, and nobody calls it",
    ),
    "a rule that gives an object": (
        {"q__a_dot_rego": 'package main\n\ndeny[msg] if msg := "m"\n'},
        ("--policy", "q", "--document", "d.json"),
        "q/a.rego:3: deny gives values below its name, and no set of messages",
    ),
    "a built-in whose answer is not the document's": (
        {"q__a_dot_rego": 'package main\n\ndeny contains "x" if opa.runtime().env.HOME\n'},
        ("--policy", "q", "--document", "d.json"),
        "unsafe built-in function calls in expression: opa.runtime",
    ),
    "a built-in of Conftest": (
        {"q__a_dot_rego": 'package main\n\ndeny contains "x" if parse_config("yaml", "a: 1").a\n'},
        ("--policy", "q", "--document", "d.json"),
        "a built-in of Conftest alone",
    ),
    "data that is not there": ({}, ("--policy", "p", "--document", "d.json", "--data", "no.yaml"), "no.yaml: cannot be read"),
    "a folder without data": ({"sub__x_dot_md": ""}, ("--policy", "p", "--document", "d.json", "--data", "sub"), "sub: holds no .json"),
    "data that is no mapping": ({"l_dot_json": "[1]"}, ("--policy", "p", "--document", "d.json", "--data", "l.json"), "must be a mapping"),
    "data of several documents": (
        {"l_dot_yaml": "a: 1\n---\nb: 2\n"},
        ("--policy", "p", "--document", "d.json", "--data", "l.yaml"),
        "holds several documents, and only one can be data",
    ),
    "data that is given twice": (
        {"l_dot_yaml": "a: {b: 1}\n", "m_dot_yaml": "a: {b: 2}\n"},
        ("--policy", "p", "--document", "d.json", "--data", "l.yaml", "--data", "m.yaml"),
        "m.yaml: gives data.a.b another time",
    ),
    "data in a rule's place": (
        {"l_dot_yaml": "main: {deny: []}\n"},
        ("--policy", "p", "--document", "d.json", "--data", "l.yaml"),
        "p/a.rego:5:1: rego_compile_error: conflicting rule for data path main/deny found",
    ),
    "two documents of one name": (
        {"..__d_dot_json": "{}"},
        ("--policy", "p", "--document", "d.json", "--document", "../d.json"),
        "would both be called",
    ),
    "a document without a package": ({}, ("--document", "d.json"), "--document: there is no package to judge it"),
    "a flag without a package": ({}, ("--combine",), "--combine: there is no package to judge it"),
    "names and all": ({}, ("--policy", "p", "--document", "d.json", "--all-namespaces", "--namespace", "x"), "contradicts"),
    "a phase without an estate": ({}, ("--policy", "p", "--document", "d.json", "--phase", "10"), "--phase: is about an estate"),
    "an engine that there is not": ({}, ("--policy", "p", "--document", "d.json", "--engine", "wasm"), "no rule engine 'wasm'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", _FAULTS)
def test_it_is_refused(policy: Policy, made: Made, fault: str) -> None:
    """Exit code 2, nothing on standard output, and a message that names what is wrong."""
    files, arguments, message = _FAULTS[fault]
    made(p__a_dot_rego=_GOOD, d_dot_json=_DOCUMENT, **files)
    said = policy("check", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err


@pytest.mark.parametrize("name", ["d.json", "d.yaml", "p/b.rego", "data.yaml"])
def test_bytes_that_are_no_text(policy: Policy, made: Made, name: str) -> None:
    folder = made(p__a_dot_rego=_GOOD, d_dot_json=_DOCUMENT, d_dot_yaml="a: 1\n", data_dot_yaml="b: 1\n")
    (folder / name).write_bytes(b"a: 1\nb: \xff\n")
    said = policy(
        "check", "--policy", "p", "--document", "d.json", "--document", "d.yaml", "--data", "data.yaml"
    )
    assert (said.code, said.out) == (2, "")
    assert f"{name}" in said.err
    assert "not UTF-8 at byte 8" in said.err


@pytest.mark.parametrize("name", ["sub/x.json", "p/x.rego", "base/x.yaml"])
def test_what_a_folder_holds_must_be_a_file(policy: Policy, made: Made, name: str) -> None:
    """A pipe would never end, and a link to nothing holds nothing."""
    folder = made(p__a_dot_rego=_GOOD, sub__d_dot_json=_DOCUMENT, base__a_dot_yaml="b: 1\n")
    for make in (lambda: os.mkfifo(folder / name), lambda: (folder / name).symlink_to("nothing")):
        make()
        said = policy("check", "--policy", "p", "--document", "sub", "--data", "base")
        assert (said.code, said.out) == (2, "")
        assert f"{name}: is no plain file, or a link that leads nowhere" in said.err
        (folder / name).unlink()


def test_a_document_that_is_too_large(policy: Policy, made: Made) -> None:
    """It is not read to its end: the file has a hole instead of bytes."""
    folder = made(p__a_dot_rego=_GOOD)
    with open(folder / "d.json", "wb") as file:
        file.truncate(MAX_NAMED_BYTES + 1)
    said = policy("check", "--policy", "p", "--document", "d.json")
    assert (said.code, said.out) == (2, "")
    assert "the document is too large (limit MAX_NAMED_BYTES = 268435456)" in said.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 101 + "]" * 101, "nested too deeply (limit MAX_DEPTH = 100)"),
        ("a: &a [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n or str()}'] * 10)}]\n" for n in range(9)),
         "too many values (limit MAX_NAMED_VALUES = 20000000)"),
        ("a: &a [*a]\n", "not YAML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["document", "data"])
def test_a_document_that_would_grow(policy: Policy, made: Made, text: str, message: str, place: str) -> None:
    """It is refused before it is built."""
    made(p__a_dot_rego=_GOOD, d_dot_json=_DOCUMENT, x_dot_yaml=text)
    said = policy("check", "--policy", "p", "--document", "d.json", f"--{place}", "x.yaml")
    assert (said.code, said.out) == (2, "")
    assert "x.yaml" in said.err
    if "limit" in message:
        assert message in said.err


def test_what_passes_passes(policy: Policy, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that is refused above in its place; also from standard input, and from a folder."""
    made(p__a_dot_rego=_GOOD, p__a_test_dot_rego="package main_test\n\nbroken", sub__d_dot_json=_DOCUMENT)
    said = policy("check", "--policy", "p", "--document", "sub")
    assert said.code == 0
    assert "ALLOWED: 1 rules over 1 facts: 1 passed" in said.out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 2\n---\na: 1\n")))
    said = policy("check", "--policy", "p/a.rego", "--document", "-")
    assert said.code == 1
    assert "@document/-:3:4  x" in said.out
