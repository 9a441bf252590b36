"""Every engine says the same of the same bytes: our own, the opa binary, and an OPA server."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.model.canonical import canonical

from .awkward import AWKWARD, document_of
from .conftest import DOCUMENTS, FLAGS

Policy = Callable[..., Any]
_AS_OF = ("--as-of", "2026-03-01T12:00:00Z", "-o", "json")


@pytest.fixture
def same(policy: Policy, opa_address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that checks on every engine, compares, and returns the decision."""
    monkeypatch.setenv("POLICY_OPA_SERVER", f"http://{opa_address}")

    def check(*arguments: str) -> Any:
        said = {
            name: policy("check", *arguments, *_AS_OF, "--engine", name)
            for name in ("native", "opa", "opa-server")
        }
        decisions = {name: _comparable(one) for name, one in said.items()}
        assert decisions["opa"] == decisions["native"]
        assert decisions["opa-server"] == decisions["native"]
        with urllib.request.urlopen(f"http://{opa_address}/v1/policies") as response:
            assert response.read().strip() == b'{"result":[]}', "something was left on the server"
        return said["native"].decision

    return check


def _comparable(said: Any) -> tuple[int, bytes]:
    decision = said.decision
    del decision["digests"]["runtime"]
    return said.code, canonical(decision)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("package", FLAGS)
def test_the_packages(
    same: Callable[..., Any], inside: Callable[[str], Path], package: str, name: str
) -> None:
    """Those of v0 too, which a server does not read: it gets the same rules as v1."""
    folder = inside(package)
    document = next((folder / "documents").glob(f"{name}.*")).relative_to(folder)
    decision = same("--policy", "policy", "--document", str(document), *FLAGS[package])
    assert decision["outcome"] == {"finds": "deny", "passes": "allow", "unknown": "unknown"}[name]


@pytest.mark.parametrize("case", AWKWARD)
def test_what_is_awkward(same: Callable[..., Any], made: Callable[..., Path], case: str) -> None:
    files, flags = AWKWARD[case]
    made(**files)
    assert same("--policy", "p", "--document", document_of(files), *flags)["counts"]["facts"] > 0


_V1 = "package main\n\nimport rego.v1\n\n"
_MORE: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    "v0 and v1 beside one another": (
        {
            "p__old_dot_rego": "package old\n\nlimit = 3 { not input.limit } else = input.limit { true }\n"
            "over(x) { x > limit }\n",
            "p__new_dot_rego": _V1 + "import data.old\n\n"
            'deny contains sprintf("%d is too much", [input.n]) if old.over(input.n)\n',
            "d_dot_json": '{"n": 4}',
        },
        ["4 is too much"],
        [],
    ),
    "functions that call one another across modules": (
        {
            "p__a_dot_rego": _V1 + "even(n) if n == 0\n\ntwice(n) := data.lib.b.add(n, n)\n",
            "p__b_dot_rego": "package lib.b\n\nimport rego.v1\n\nadd(a, b) := a + b\n\n"
            "four := data.main.twice(2)\n",
            "p__c_dot_rego": _V1 + 'deny contains sprintf("%d", [data.lib.b.four]) if even(0)\n',
            "d_dot_json": "{}",
        },
        ["4"],
        [],
    ),
    "the time that is given": (
        {
            "p__a_dot_rego": _V1 + "deny contains time.format(time.now_ns())\n"
            'warn contains "old" if input.until < now\n\nnow := time.now_ns() / 1000000000\n',
            "d_dot_json": '{"until": 1}',
        },
        ["2026-03-01T12:00:00Z", "old"],
        [],
    ),
    "every built-in that v1 gave up": (
        {
            "p__a_dot_rego": "package main\n\ndeny[json.marshal(all_of_them)]\n\n"
            "all_of_them = [any([false, true]), any([]), all([true]), all([]), all({true, 1}), "
            'set_diff({1, 2}, {2}), cast_array({3}), cast_set([4]), cast_string("s"), cast_boolean(false), '
            'cast_null(null), cast_object({"a": 1}), re_match("^a", "ab"), '
            'net.cidr_overlap("10.0.0.0/8", "10.1.2.3")] { true }\n\n'
            "warn[m] { m := json.marshal([x | x := cast_string(input.n)]) }\n",
            "d_dot_json": '{"n": 1}',
        },
        ['[true,false,true,true,false,[1],[3],[4],"s",false,null,{"a":1},true,true]', "[]"],
        [],
    ),
    "base documents inside a package": (
        {
            "p__a_dot_rego": _V1
            + "deny contains json.marshal([data.main.limits, data.main.sub.x, data.other])\n",
            "base_dot_json": '{"main": {"limits": [1, 2.5], "sub": {"x": "y"}}, "other": {"a": null}}',
            "d_dot_json": "{}",
        },
        ['[[1,2.5],"y",{"a":null}]'],
        [],
    ),
    "one rule in conflict, the others not": (
        {
            "p__a_dot_rego": _V1 + 'deny_a contains "a"\n\nv := 1 if input.a\n\nv := 2 if input.b\n\n'
            'deny_b contains "b" if v\n\ndeny_c contains "c"\n\nf(x) := x\n\nf(x) := x + 1 if input.c\n\n'
            'deny_d contains sprintf("%d", [f(1)])\n',
            "d_dot_yaml": "a: 1\n---\na: 1\nb: 1\n---\nc: 1\n",
        },
        ["1", "1", "a", "a", "a", "b", "c", "c", "c"],
        ["main/deny_b #2", "main/deny_d #3"],
    ),
    "an exception in conflict": (
        {
            "p__a_dot_rego": _V1 + 'deny_a contains "a"\n\nexception contains [x] if x := v\n\n'
            'v := "a"\n\nv := "b" if input.b\n',
            "d_dot_yaml": "a: 1\n---\nb: 1\n",
        },
        ["a", "a"],
        ["main/deny_a #2"],
    ),
    "what is no message": (
        {
            "p__a_dot_rego": _V1 + 'deny contains 1\ndeny_a := "text"\ndeny_b contains {"message": "m"}\n'
            'deny_c contains ""\ndeny_d if input\ndeny_e contains {"msg": 1}\ndeny_f contains ["nested"]\n'
            'deny_g contains null\nwarn contains true\ndeny contains "and a message"\ndeny_h := {"k": "v"}\n'
            'deny_i contains {"msg": ""}\n',
            "d_dot_json": "{}",
        },
        ["and a message"],
        ["main/deny", *(f"main/deny_{name}" for name in "abcdefghi"), "main/warn"],
    ),
}


@pytest.mark.parametrize("case", _MORE)
def test_more(same: Callable[..., Any], made: Callable[..., Path], case: str) -> None:
    files, messages, unknown = _MORE[case]
    made(**files)
    data = ("--data", "base.json") if "base_dot_json" in files else ()
    decision = same("--policy", "p", "--document", document_of(files), *data)
    found = [detail["message"] for finding in decision["findings"] for detail in finding["details"]]
    assert sorted(found) == sorted(messages)
    numbers = [(one["rule"], one["subject"].rpartition("#")) for one in decision["unknowns"]]
    assert sorted({f"{rule} #{n}" if hash_ else rule for rule, (_, hash_, n) in numbers}) == sorted(unknown)


def test_a_killed_opa_is_no_answer(
    policy: Policy, made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, opa: str
) -> None:
    """It dies of every question: each rule is unknown, and none passed."""
    folder = made(p__a_dot_rego=_V1 + 'deny contains "x"\nwarn contains "y" if false\n', d_dot_json="{}")
    dying = folder / "opa"
    dying.write_text(f'#!/bin/sh\nif [ "$1" = eval ]; then kill -9 $$; fi\nexec {opa} "$@"\n')
    dying.chmod(0o755)
    monkeypatch.setenv("POLICY_OPA", str(dying))
    said = policy("check", "--policy", "p", "--document", "d.json", "--engine", "opa", "-o", "json")
    assert said.code == 3
    assert [rule["outcome"] for rule in said.decision["rules"]] == ["unknown", "unknown"]


def test_opa_must_be_there(
    policy: Policy, made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(p__a_dot_rego=_V1 + 'deny contains "x"\n', d_dot_json="{}")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("POLICY_OPA", raising=False)
    said = policy("check", "--policy", "p", "--document", "d.json", "--engine", "opa")
    assert (said.code, said.out) == (70, "")
    assert "there is no `opa` on PATH" in said.err
    old = folder / "opa"
    old.write_text('#!/bin/sh\necho "Version: 0.70.0"\n')
    old.chmod(0o755)
    monkeypatch.setenv("POLICY_OPA", str(old))
    said = policy("check", "--policy", "p", "--document", "d.json", "--engine", "opa")
    assert (said.code, said.out) == (70, "")
    assert "opa 0.70.0 is too old" in said.err
