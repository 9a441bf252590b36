"""One broken or endless rule is unknown for itself and leaves the others untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from samakia_policy.errors import PackError
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits

_LIMITS = Limits(load_seconds=20, rule_seconds=2, memory_bytes=1 << 30)
_VIEWS = {"v0": '{"a":{"n":1.50},"b":{"n":2}}'}
_GOOD = 'package policies.t.good\n\nfindings contains {"subject": id} if some id, _ in input.facts.thing\n'
_ENDLESS = """package policies.t.bad

ns := numbers.range(1, 3000)

findings contains {"subject": sprintf("%d", [a + b + c])} if {
	some a in ns
	some b in ns
	some c in ns
	a + b + c == 1
}
"""
_BROKEN_REGO = {
    "does not parse": "package policies.t.bad\n\nfindings contains {",
    "unsafe variable": 'package policies.t.bad\n\nfindings contains {"subject": x} if y == 1\n',
    "no set of hits": 'package policies.t.bad\n\nfindings := "x"\n',
    "no subject": 'package policies.t.bad\n\nfindings contains {"x": 1} if true\n',
    "no findings": "package policies.t.bad\n\nother := 1\n",
}
_PYTHON = "from samakia_policy.rules import hit, rule\n\n@rule()\ndef check(facts):\n    {}\n"
_BROKEN_PYTHON = {
    "raises": _PYTHON.format("raise ValueError('x'); yield"),
    "endless": _PYTHON.format("while True: pass"),
    "memory": _PYTHON.format("x = bytearray(1 << 33); yield hit('a')"),
    "opens a file": _PYTHON.format("open('/etc/passwd'); yield hit('a')"),
    "imports os": "import os\n" + _PYTHON.format("yield hit('a')"),
    "imports late": _PYTHON.format("__import__('os').getpid(); yield hit('a')"),
    "no syntax": "def",
}


def _batch(language: str, *sources: tuple[str, str]) -> Batch:
    jobs = [Job(f"t/{name}", language, source, {"thing": "v0"}) for name, source in sources]
    return Batch(jobs, {}, _VIEWS, {}, {}, '{"as_of":"2026-01-01T00:00:00Z"}')


def _ask(engine: str, language: str, *sources: tuple[str, str]) -> dict[str, Answer]:
    answers = list(runtime(engine).evaluate(_batch(language, *sources), _LIMITS))
    assert [answer.rule for answer in answers] == [f"t/{name}" for name, _ in sources]
    return {answer.rule: answer for answer in answers}


@pytest.mark.parametrize("engine", ["native", "opa", "opa-server"])
@pytest.mark.parametrize("kind", [*_BROKEN_REGO, "endless"])
def test_a_broken_rego_rule_breaks_alone(engine: str, kind: str, request: pytest.FixtureRequest) -> None:
    """Rules before and after it answer as ever."""
    if engine == "opa":
        request.getfixturevalue("opa")
    if engine == "opa-server":
        address = request.getfixturevalue("opa_address")
        request.getfixturevalue("monkeypatch").setenv("POLICY_OPA_SERVER", address)
    bad = _BROKEN_REGO.get(kind, _ENDLESS)
    last = _GOOD.replace("t.good", "t.last")
    said = _ask(engine, "rego", ("good", _GOOD), ("bad", bad), ("last", last))
    assert said["t/bad"].error
    assert "\n" not in said["t/bad"].error
    assert said["t/good"].hits == said["t/last"].hits == [{"subject": "a"}, {"subject": "b"}]


def test_a_rule_out_of_fuel_is_told_in_steps() -> None:
    """Steps are the same on every machine, so a replay stops at the same one; the others are untouched."""
    limits = Limits(load_seconds=20, rule_seconds=20, fuel=50_000)
    batch = _batch("rego", ("good", _GOOD), ("bad", _ENDLESS), ("last", _GOOD.replace("t.good", "t.last")))
    said = {answer.rule: answer for answer in runtime("native").evaluate(batch, limits)}
    assert said["t/bad"].error == "it needs more than 50000 steps (limit fuel)"
    assert said["t/good"].hits == said["t/last"].hits == [{"subject": "a"}, {"subject": "b"}]


@pytest.mark.parametrize("kind", _BROKEN_PYTHON)
def test_a_broken_python_rule_breaks_alone(kind: str) -> None:
    """Rules before and after it answer as ever."""
    good = _PYTHON.format("yield from (hit(i, n=str(a['n'])) for i, a in facts.of('thing'))")
    said = _ask("python", "python", ("good", good), ("bad", _BROKEN_PYTHON[kind]), ("last", good))
    assert said["t/bad"].error
    assert said["t/good"].hits == said["t/last"].hits
    assert said["t/good"].hits[0] == {"subject": "a", "n": "1.50"}


def test_a_python_rule_cannot_change_what_the_next_one_sees() -> None:
    """Facts are read afresh for each rule."""
    clearing = _PYTHON.format("[a.clear() for _, a in facts.of('thing')]; yield hit('a')")
    counting = _PYTHON.format("yield from (hit(i, n=len(a)) for i, a in facts.of('thing'))")
    said = _ask("python", "python", ("clearing", clearing), ("counting", counting))
    assert [entry["n"] for entry in said["t/counting"].hits] == [1, 1]


@pytest.mark.parametrize("engine", ["native"])
def test_a_rule_cannot_speak_for_another(engine: str) -> None:
    """A source that declares another rule's package is refused before anything runs."""
    with pytest.raises(PackError, match=r"declares no package policies\.t\.bad"):
        _ask(engine, "rego", ("good", _GOOD), ("bad", _GOOD))


def test_a_rule_sees_only_the_kinds_it_declares() -> None:
    """The other views of the batch are out of reach."""
    peeking = 'package policies.t.peek\n\nfindings contains {"subject": k} if some k, _ in input\n'
    said = _ask("native", "rego", ("peek", peeking))
    assert [hit["subject"] for hit in said["t/peek"].hits] == [
        "context",
        "edges",
        "facts",
        "params",
        "reverse",
    ]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see children")
def test_no_worker_is_left_behind() -> None:
    """Killed workers are reaped."""
    before = _children(os.getpid())
    _ask("python", "python", ("bad", _BROKEN_PYTHON["endless"]))
    assert _children(os.getpid()) == before


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see children")
def test_an_interrupt_leaves_no_worker() -> None:
    """Ctrl-C while a rule runs for ever ends the worker too."""
    rule = _PYTHON.format("while True: pass")
    script = (
        # A job started in the background inherits an ignored SIGINT; a terminal's does not.
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from samakia_policy.evaluation import runtime\n"
        "from samakia_policy.evaluation.base import Batch, Job, Limits\n"
        "job = Job('t/bad', 'python', sys.argv[1], {'thing': 'v0'})\n"
        'batch = Batch([job], {}, {"v0": "{}"}, {}, {}, "{}")\n'
        "print('started', flush=True)\n"
        "list(runtime('python').evaluate(batch, Limits()))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, rule], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    time.sleep(1)
    children = _children(parent.pid)
    parent.send_signal(signal.SIGINT)
    parent.wait(timeout=10)
    parent.stdout.close()
    assert len(children) == 1
    assert not Path(f"/proc/{children[0]}").exists()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
