"""A server that speaks like OPA, until it is told to say something else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from samakia_policy.evaluation.base import Answer, Batch, Job, Limits
from samakia_policy.evaluation.opa_server import OpaServer, connection

LIMITS = Limits(load_seconds=20, rule_seconds=1, memory_bytes=1 << 30)
GOOD = 'package policies.t.good\n\nfindings contains {"subject": id} if some id, _ in input.facts.thing\n'


@dataclass
class Script:
    """What a server answers: version, health, uploads, and the rule's answer, each of which may misbehave."""

    version: Any = "1.22.2"
    healthy: bool = True
    upload: tuple[int, str] = (200, "{}")
    answer: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None] | None = None
    requests: list[str] = field(default_factory=list)


def say(handler: BaseHTTPRequestHandler, status: int, text: str, kind: str = "application/json") -> None:
    """Send one whole response."""
    data = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def said(given: dict[str, Any]) -> dict[str, Any]:
    """Return what a good server answers: each rule finds the subject `a`."""
    rules = {name: {"findings": [{"subject": "a"}], "unknowns": []} for name in given["wanted"]}
    return {"decision": given["decision"], "rules": rules}


def answer_well(handler: BaseHTTPRequestHandler, given: dict[str, Any]) -> None:
    """Answer as OPA does."""
    say(handler, 200, json.dumps({"result": said(given)}))


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.requests.append(f"GET {self.path}")
            if self.path == "/health":
                say(self, 200 if script.healthy else 400, "{}")
            elif script.version is None:
                say(self, 200, "<html>It works!</html>", "text/html")
            else:
                say(self, 200, json.dumps({"result": {"version": script.version}}))

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append("PUT")
            say(self, *script.upload)

        def do_DELETE(self) -> None:
            script.requests.append("DELETE")
            say(self, 200, "{}")

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            script.requests.append("POST")
            (script.answer or answer_well)(self, given)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Script], str]]:
    """Return a function that starts a scripted server and gives its address."""
    started = []

    def start(script: Script) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        return f"127.0.0.1:{server.server_address[1]}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Answer]]:
    """Return a function that runs rules on servers and gives each rule's answer."""
    monkeypatch.setattr(connection, "WAITS", (0.0, 0.01, 0.01))

    def run(servers: str, *sources: tuple[str, str]) -> dict[str, Answer]:
        monkeypatch.setenv("POLICY_OPA_SERVER", servers)
        rules = sources or (("good", GOOD),)
        answers = list(OpaServer().evaluate(batch(*rules), LIMITS))
        assert [answer.rule for answer in answers] == [f"t/{name}" for name, _ in rules]
        return {answer.rule: answer for answer in answers}

    return run


def batch(*sources: tuple[str, str]) -> Batch:
    """Return a batch of rules over two things."""
    jobs = [Job(f"t/{name}", "rego", source, {"thing": "v0"}) for name, source in sources]
    return Batch(jobs, {}, {"v0": '{"a":{"n":1.50},"b":{"n":2}}'}, {}, {}, '{"as_of":"2026-01-01T00:00:00Z"}')


def drip(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    for _second in range(100):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)
