"""Two processes give what one gives: the same sets, and the same fault of several."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.engine import compile as compile_policy
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.run.state import new_state
from samakia_policy.rego.tools import shares
from samakia_policy.rego.tools.command import main
from samakia_policy.rego.values.json_text import dump, load, load_parts

RULES = """package m
p contains x.a if { some x in input.xs; x.a > 1 }
p contains {"true": [true, 1.0, {null}], "s": {1, x.b}} if { some x in input.xs; x.b }
p contains 1.0 if count(input.xs) > 0
p contains 1 if count(input.xs) > 0
p contains y if { some y in helper }
helper contains z if { some x in input.xs; z := [x.a, "z"] }
"""
INPUT = {"xs": [{"a": n, "b": f"b{n % 3}"} for n in range(20)], "unread": list(range(100))}


def _both(source: str, *, strict: bool = False, value: Any = INPUT) -> tuple[Any, Any]:
    policy = compile_policy({"m.rego": source})
    program, text = policy.program, json.dumps(value).encode()
    found = shares.shares_of(policy.compiled, program, ("m", "p"))
    assert len(found) > 1

    def begin(paths: Any) -> Any:
        return new_state(program.code.slots, {}, load_parts(text, paths), Context(), strict=strict)

    return shares.evaluate(program, found, begin), policy.query("data.m.p").run(value)[0].expressions[0].value


def test_the_same_set() -> None:
    """With values of every type, and of equal numbers the one of the first rule."""
    shared, alone = _both(RULES)
    assert dump(shared) == dump(alone)
    assert list(map(repr, shared)) == list(map(repr, alone))
    assert "1.0" in dump(shared)


def test_both_parts_have_rules() -> None:
    """Each process reads only what its own rules ask for."""
    policy = compile_policy({"m.rego": RULES})
    found = shares.shares_of(policy.compiled, policy.program, ("m", "p"))
    ours, theirs = shares.halves(found)
    assert sorted([*ours, *theirs]) == list(range(5))
    assert ours
    assert theirs
    assert found[0][2][0] == [("xs", "*", "a")]


def test_the_fault_of_the_first_rule() -> None:
    """Whichever process met one, and whichever was sooner."""
    wrong = [
        f'p contains to_number("x{n}") if {{ count(numbers.range(1, {10 * n + 1})) > 0 }}' for n in range(6)
    ]
    for first in range(6):
        fine = [f"p contains {n} if true" for n in range(first)]
        with pytest.raises(EvaluationFault, match=f'"x{first}"') as caught:
            _both("package m\n" + "\n".join([*fine, *wrong[first:]]), strict=True)
        assert caught.value.location is not None
        assert caught.value.location.row == first + 2


def test_a_helper_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rules are evaluated here, then."""
    parent, run = os.getpid(), shares._run

    def killed(*arguments: Any) -> Any:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*arguments)

    monkeypatch.setattr(shares, "_run", killed)
    shared, alone = _both(RULES)
    assert dump(shared) == dump(alone)


def test_no_helper_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the work here ends with an error, the helper ends, too."""
    children: list[int] = []
    fork = os.fork

    def forked() -> int:
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", forked)
    with pytest.raises(EvaluationFault):
        _both('package m\np contains to_number("x") if true\np contains 1 if true', strict=True)
    (child,) = children
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize(
    "source",
    [
        "p contains 1 if true",
        "p := 1",
        "p[1] := 2\np[2] := 3",
        'p contains 1 if print("x")\np contains 2 if true',
        'p contains rand.intn("x", 5) if true\np contains 2 if true',
    ],
)
def test_what_is_not_shared(source: str) -> None:
    """One rule, what is no set, and rules whose effects are seen."""
    policy = compile_policy({"m.rego": f"package m\n{source}"}, prints=True)
    assert not shares.shares_of(policy.compiled, policy.program, ("m", "p"))


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--processes` changes no byte, on the first run and later ones; a time limit ends both processes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("samakia_policy.rego.tools.remembered.LARGE", 1)
    (tmp_path / "m.rego").write_text(RULES)
    (tmp_path / "input.json").write_text(json.dumps(INPUT))
    asked = ["eval", "-d", str(tmp_path / "m.rego"), "-i", str(tmp_path / "input.json"), "data.m.p"]
    said = []
    forks: list[int] = []
    fork = os.fork

    def forked() -> int:
        forks.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", forked)
    for processes in ("1", "2", "1", "2"):
        assert main([*asked, "--processes", processes]) == 0
        said.append(capsys.readouterr().out)
    assert len(set(said)) == 1
    assert len(forks) == 1
    assert load(said[0])["result"]
    pairs = "p contains count([1 | some a in xs; some b in xs; a < b]) if true\n"
    (tmp_path / "m.rego").write_text(f"package m\nxs := numbers.range(1, 700)\n{pairs}{pairs}")
    assert main([*asked, "--processes", "2"]) == 0
    capsys.readouterr()
    assert main([*asked, "--processes", "2", "--timeout", "1ms"]) == 2
    assert "eval_cancel_error" in capsys.readouterr().out
    assert len(forks) == 2
