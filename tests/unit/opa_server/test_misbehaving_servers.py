"""Servers that are slow, down, too old, or answer something else."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from importlib import util
from typing import Any

import pytest

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer
from samakia_policy.evaluation.opa import FAILED
from samakia_policy.evaluation.opa_server import LOST, OpaServer
from samakia_policy.evaluation.opa_server.uploaded import WRONG

from .conftest import Script, answer_well, drip, said, say

Ask = Callable[..., dict[str, Answer]]
Serve = Callable[[Script], str]
_Given = dict[str, Any]


def _result(change: Callable[[_Given], Any]) -> Callable[[BaseHTTPRequestHandler, _Given], None]:
    return lambda handler, given: say(handler, 200, json.dumps({"result": change(given)}))


def _close(handler: BaseHTTPRequestHandler, _: _Given) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _half(handler: BaseHTTPRequestHandler, _: _Given) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"result"')


def _redirect(handler: BaseHTTPRequestHandler, _: _Given) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:1/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


_WRONG = {
    "no JSON": lambda handler, _: say(handler, 200, "<html>It works!</html>", "text/html"),
    "a list": lambda handler, _: say(handler, 200, "[]"),
    "no result": lambda handler, _: say(handler, 200, "{}"),
    "a result that is no object": _result(lambda _: []),
    "another decision": _result(lambda given: {**said(given), "decision": "other"}),
    "no decision": _result(lambda given: {"rules": said(given)["rules"]}),
    "rules that are no object": _result(lambda given: {**said(given), "rules": []}),
    "a rule that is no answer": _result(lambda given: {**said(given), "rules": {"r0": 1}}),
    "not found": lambda handler, _: say(handler, 404, "not here"),
    "a redirect": _redirect,
    "150,000 lists": lambda handler, _: say(handler, 200, "[" * 150_000),
}


@pytest.mark.parametrize("kind", _WRONG)
def test_a_wrong_answer_is_an_error_of_the_rule(serve: Serve, ask: Ask, kind: str) -> None:
    """Nothing that a server says by mistake counts as an answer."""
    assert ask(serve(Script(answer=_WRONG[kind])))["t/good"] == Answer("t/good", error=WRONG)


def test_a_rule_that_is_missing_in_the_answer_broke(serve: Serve, ask: Ask) -> None:
    """As with `opa eval`, a rule without a value has broken."""
    script = Script(answer=_result(lambda given: {**said(given), "rules": {}}))
    assert ask(serve(script))["t/good"].error == FAILED


def test_hits_that_are_no_hits_are_an_error(serve: Serve, ask: Ask) -> None:
    """A finding needs a subject, whoever made it."""
    wrong = {"r0": {"findings": [{"x": 1}], "unknowns": []}}
    script = Script(answer=_result(lambda given: {**said(given), "rules": wrong}))
    assert "no set of objects with a subject" in ask(serve(script))["t/good"].error


@pytest.mark.parametrize("answer", [lambda *_: time.sleep(3), drip])
def test_a_slow_answer_is_an_error_of_the_rule(serve: Serve, ask: Ask, answer: Any) -> None:
    """Neither silence nor a byte now and then holds a run up."""
    began = time.monotonic()
    assert ask(serve(Script(answer=answer)))["t/good"].error.startswith("took longer than 1 s")
    assert time.monotonic() - began < 3


def test_what_passes_is_waited_for(serve: Serve, ask: Ask) -> None:
    """Two failures, then an answer."""
    failures = [503, 500]

    def answer(handler: BaseHTTPRequestHandler, given: _Given) -> None:
        if failures:
            say(handler, failures.pop(), "busy", "text/plain")
        else:
            answer_well(handler, given)

    script = Script(answer=answer)
    assert ask(serve(script))["t/good"].hits == [{"subject": "a"}]
    assert script.requests.count("POST") == 3


@pytest.mark.parametrize("answer", [lambda handler, _: say(handler, 502, "bad gateway"), _close, _half])
def test_a_server_that_dies_hands_over_to_the_next(serve: Serve, ask: Ask, answer: Any) -> None:
    """With the rules it has not answered; what it holds is removed as far as it can be."""
    dying, good = Script(answer=answer), Script()
    assert ask(f"{serve(dying)}, {serve(good)}")["t/good"].hits == [{"subject": "a"}]
    assert dying.requests.count("POST") == 3
    assert dying.requests.count("DELETE") == dying.requests.count("PUT") == 3


def test_when_all_servers_die_half_way_the_rest_is_unknown(serve: Serve, ask: Ask) -> None:
    """The rules are unknown, not passed, and the run ends."""
    assert ask(serve(Script(answer=_close)))["t/good"] == Answer("t/good", error=LOST)


_UNUSABLE = {
    "unhealthy": (Script(healthy=False), "it is not healthy"),
    "too old": (Script(version="0.70.0"), "opa 0.70.0 is too old, 1.0 or later is needed"),
    "no OPA": (Script(version=None), "what answers is no OPA server"),
    "no version": (Script(version="x"), "what answers is no OPA server"),
    "takes no policies": (
        Script(upload=(401, '{"code": "unauthorized", "message": "no"}')),
        "it takes no policies (unauthorized)",
    ),
    "takes something": (Script(upload=(418, "teapot")), "what answers is no OPA server"),
    "overloaded": (Script(upload=(503, "busy")), "it answers HTTP 503"),
}


@pytest.mark.parametrize("kind", _UNUSABLE)
def test_a_server_that_cannot_be_used_is_named(serve: Serve, ask: Ask, kind: str) -> None:
    """With the reason; and the next one is used where there is one."""
    script, why = _UNUSABLE[kind]
    address = serve(script)
    with pytest.raises(EvaluationError) as raised:
        ask(address)
    assert f"http://{address}: {why}" in str(raised.value)
    assert "--engine native" in raised.value.hint
    assert ask(f"{address},{serve(Script())}")["t/good"].hits == [{"subject": "a"}]


def test_a_server_that_is_down_is_named(ask: Ask) -> None:
    """Nobody listens on port 1."""
    with pytest.raises(EvaluationError, match=r"http://127\.0\.0\.1:1: the connection fails"):
        ask("127.0.0.1:1")


def test_plain_http_behind_https_is_named(serve: Serve, ask: Ask) -> None:
    """TLS that is none."""
    address = serve(Script())
    with pytest.raises(EvaluationError, match="its certificate is not to be trusted, or it speaks no TLS"):
        ask(f"https://{address}")


def test_the_version_is_that_of_who_answered(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of the first of the list, and not of one that was too old."""
    servers = (Script(version="0.9.0"), Script(version="1.5.0"), Script(version="1.6.0"))
    monkeypatch.setenv("POLICY_OPA_SERVER", ",".join(map(serve, servers)))
    assert OpaServer().version() == "opa 1.5.0"


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint is the command that installs it."""
    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    with pytest.raises(EvaluationError, match="opa-python-client") as raised:
        OpaServer()
    assert raised.value.hint == "pip install 'samakia-policy[opa-server]'"
