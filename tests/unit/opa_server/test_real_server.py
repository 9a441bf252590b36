"""A real OPA server: what is uploaded, asked and removed, over HTTP and TLS, and when it is killed."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer
from samakia_policy.evaluation.opa import FAILED
from samakia_policy.evaluation.opa_server import LOST, OpaServer
from samakia_policy.evaluation.opa_server.modules import below, calls, needed

from .conftest import GOOD, LIMITS, batch

Ask = Callable[..., dict[str, Answer]]
Server = Callable[..., Any]
_RULE = 'package policies.t.{name}\n\nfindings contains {{"subject": x}} if {{ some x in {body} }}\n'
_BOTH = [{"subject": "a"}, {"subject": "b"}]


def _rule(name: str, body: str) -> tuple[str, str]:
    return name, _RULE.format(name=name, body=body)


def _policies(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/v1/policies") as response:
        return str(response.read().decode()).strip()


def test_rules_are_removed_again(opa_address: str, ask: Ask) -> None:
    """Also those that break, and those that do not compile."""
    said = ask(opa_address, ("good", GOOD), _rule("bad", "y"), _rule("worse", '[to_number("x")]'))
    assert said["t/good"].hits == _BOTH
    assert (said["t/bad"].error, said["t/worse"].error) == (FAILED, FAILED)
    assert _policies(opa_address) == '{"result":[]}'


def test_rules_are_removed_when_nobody_wants_the_rest(
    opa_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt closes the run."""
    monkeypatch.setenv("POLICY_OPA_SERVER", opa_address)
    running = OpaServer().evaluate(batch(("good", GOOD), _rule("last", '["a"]')), LIMITS)
    next(iter(running))
    assert "policy_run_" in _policies(opa_address)
    running.close()  # type: ignore[attr-defined]
    assert _policies(opa_address) == '{"result":[]}'


def test_runs_do_not_meet_on_a_server(opa_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions of one rule at the same time, each sees its own."""
    monkeypatch.setenv("POLICY_OPA_SERVER", opa_address)
    one = OpaServer().evaluate(batch(_rule("good", '["one"]'), _rule("last", '["x"]')), LIMITS)
    assert next(iter(one)).hits == [{"subject": "one"}]
    other = list(OpaServer().evaluate(batch(_rule("good", '["other"]')), LIMITS))
    assert other[0].hits == [{"subject": "other"}]
    assert next(iter(one)).hits == [{"subject": "x"}]


def test_a_built_in_that_no_rule_may_call_is_never_uploaded(opa_address: str, ask: Ask) -> None:
    """The server would ask the network."""
    said = ask(opa_address, _rule("good", '[http.send({"method": "get", "url": "http://127.0.0.1:1"}).body]'))
    assert said["t/good"].error == FAILED


def test_numbers_arrive_as_they_were_written(opa_address: str, ask: Ask) -> None:
    """1.50 is not 1.5 in a message."""
    rule = _rule("good", "[json.marshal(input.facts.thing.a.n)]")
    assert ask(opa_address, rule)["t/good"].hits == [{"subject": "1.50"}]


def test_a_server_that_is_killed_leaves_the_rest_unknown(
    opa_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had answered stays."""
    rules = (("good", GOOD), _rule("bad", '[to_number("x")]'), _rule("last", '["a"]'))
    with opa_server() as (address, process):
        monkeypatch.setenv("POLICY_OPA_SERVER", address)
        running = OpaServer().evaluate(batch(*rules), LIMITS)
        first = next(iter(running))
        process.kill()
        process.wait()
        assert [first, *running] == [
            Answer("t/good", _BOTH), Answer("t/bad", error=LOST), Answer("t/last", error=LOST)
        ]  # fmt: skip


def test_the_next_server_goes_on_for_one_that_is_killed(
    opa_server: Server, opa_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rule is answered once, in order."""
    rules = (("good", GOOD), _rule("bad", '[to_number("x")]'), _rule("last", '["a"]'))
    with opa_server() as (address, process):
        monkeypatch.setenv("POLICY_OPA_SERVER", f"{address},{opa_address}")
        running = OpaServer().evaluate(batch(*rules), LIMITS)
        first = next(iter(running))
        process.kill()
        process.wait()
        assert [first, *running] == [
            Answer("t/good", _BOTH), Answer("t/bad", error=FAILED), Answer("t/last", [{"subject": "a"}])
        ]  # fmt: skip
    assert _policies(opa_address) == '{"result":[]}'


def test_a_token_opens_a_guarded_server(
    opa_server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without it, or with another one, the server cannot be used."""
    guard = tmp_path / "authz.rego"
    guard.write_text(
        'package system.authz\n\ndefault allow := false\n\nallow if input.path == ["health"]\n\n'
        'allow if input.identity == "hunter2"\n'
    )
    with opa_server("--authentication=token", "--authorization=basic", str(guard)) as (address, _):
        with pytest.raises(EvaluationError, match=r"refuses to say its version \(unauthorized\)"):
            ask(address)
        monkeypatch.setenv("POLICY_OPA_TOKEN", "hunter2")
        assert ask(address)["t/good"].hits == _BOTH


def test_tls_needs_the_right_certificates(
    opa_server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file that POLICY_OPA_CA names is what is trusted."""
    certificate, key = _certificate(tmp_path)
    with opa_server("--tls-cert-file", str(certificate), "--tls-private-key-file", str(key)) as (address, _):
        with pytest.raises(EvaluationError, match="its certificate is not to be trusted"):
            ask(f"https://{address}")
        monkeypatch.setenv("POLICY_OPA_CA", str(certificate))
        assert ask(f"https://{address}")["t/good"].hits == _BOTH


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "server.pem", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


_OUTSIDE = 'package a\n\nx := ["data.b", `data.b`, input.data, {"data": 1}]\n'
_MOVED = {
    "package policies.t.a\n": "package r.policies.t.a\n",
    "# data.x\npackage a\n\nimport data.lib.env\n": "# data.x\npackage r.a\n\nimport data.r.lib.env\n",
    'package a\n\nx := data["b"].data.c\n': 'package r.a\n\nx := data.r["b"].data.c\n',
    _OUTSIDE: _OUTSIDE.replace("package a", "package r.a"),
    'package a\n\nx := $"{data.b} data.b"\n': 'package r.a\n\nx := $"{data.r.b} data.b"\n',
    "package a\n\nx if y with data.b as 1\n": "package r.a\n\nx if y with data.r.b as 1\n",
    "package\n  a # a\n": "package r.a # a\n",
}


@pytest.mark.parametrize("source", _MOVED)
def test_modules_move_below_a_prefix(source: str) -> None:
    """Packages and references under `data`, and nothing else."""
    assert below("r", source) == _MOVED[source]


def test_only_the_libraries_that_are_named_are_needed() -> None:
    """Those that libraries name themselves included."""
    libraries = {"a": "import data.policies.lib.b\n", "b": "", "c": ""}
    assert needed(["import data.policies.lib.a\n", ""], libraries) == ["a", "b"]


def test_calls_are_found_in_code_alone() -> None:
    """Not in comments and strings, and not as a part of another name."""
    names = frozenset(("http.send",))
    assert calls("x := http.send({})", names)
    assert not calls('# http.send\nx := ["http.send", input.http.send, http.sender(1)]', names)
