"""A plan as text: what became of each literal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samakia_policy import rego
from samakia_policy.rego.tools.command import main

_MANY = "; ".join(f"some x{n + 1} in x{n}" for n in range(16))

# what it shows: (module, rules as they are described)
PLANS = {
    "loops and tests": (
        "p contains x if {\n\tsome x in input.xs\n\tx > 3\n\tnot x in input.ys\n}",
        """\
set data.m.p at m.rego:2
    3  loop      x = input.xs[_]
    4              x > 3
    5  key set     not x in input.ys
""",
    ),
    "index look-ups with composite keys": (
        "p contains x.n if {\n\tsome x in input.xs\n\tsome y in input.ys\n"
        "\tx.n != y.n\n\tx.ip == y.ip\n\ty.net.zone == x.zone\n}",
        """\
set data.m.p at m.rego:2
    3  loop      x = input.xs[_]
    4  index       y = input.ys[_]  by ip = x.ip and net.zone = x.zone
    5                x.n != y.n
    6                x.ip = y.ip
    7                y.net.zone = x.zone
""",
    ),
    "literals that move before a loop": (
        "p contains x.n if {\n\tsome x in input.xs\n\tsome y in input.ys\n\tip := x.ip\n\ty.ip == ip\n}",
        """\
set data.m.p at m.rego:2
    3  loop      x = input.xs[_]
    5  moved       ip = x.ip
    4  index       y = input.ys[_]  by ip = ip
    6                y.ip = ip
""",
    ),
    "comprehensions": (
        "p := n if {\n\tall := {x.ip | some x in input.xs}\n\tsome y in input.ys\n"
        "\tcount([1 | some x in input.xs; x.ip == y.ip]) > 1\n\tn := count(all)\n}",
        """\
rule data.m.p at m.rego:2
    3  once      all = {x.ip | x = input.xs[_]}
    3  loop        x = input.xs[_]
    4  loop      y = input.ys[_]
    5  each turn   [1 | x = input.xs[_]; x.ip = y.ip]
    5  index         x = input.xs[_]  by ip = y.ip
    5                  x.ip = y.ip
    5              count([1 | x = input.xs[_]; x.ip = y.ip]) > 1
    6              n = count(all)
""",
    ),
    "functions, else and default": (
        "default p := false\np := 1 if f(input.x) else := 2 if input.y\n"
        "f(a) if {\n\tevery b in input.bs { b.n == a }\n}",
        """\
rule data.m.p at m.rego:3
    3            data.m.f(input.x)

else of data.m.p at m.rego:3
    3            input.y

default data.m.p at m.rego:2

function data.m.f(a) at m.rego:4
    5            every b in input.bs { b.n = a }
""",
    ),
    "walk": (
        'p contains v if walk(input, [path, v]); path[0] == "x" }'.replace(" if ", " if { "),
        """\
set data.m.p at m.rego:2
    2  loop      walk(input, [path, v])
    2              path[0] = "x"
""",
    ),
    "with": (
        "p if {\n\tsome x in data.xs\n\tq with input as x\n}\nq if input.ok",
        """\
rule data.m.p at m.rego:2
    3  loop      x = data.xs[_]
    4              data.m.q with input as x

rule data.m.q at m.rego:6
    6            input.ok
""",
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_plan(name: str) -> None:
    """Each literal on its line, below the loops it lies in."""
    module, plan = PLANS[name]
    assert str(rego.compile({"m.rego": f"package m\n{module}"}).plan()) == plan


def test_deep_loops_are_split() -> None:
    """Beyond a depth the rest of a body is a function of its own; levels go on."""
    plan = rego.compile({"m.rego": f"package m\np contains x16 if {{ some x0 in input; {_MANY} }}"}).plan()
    (rule,) = plan.rules
    assert [step.split for step in rule.steps].count(True) == 1
    assert [step.level for step in rule.steps if not step.split] == list(range(17))


def test_a_query_is_planned_too() -> None:
    """Its variables have the names they were given."""
    policy = rego.compile({"m.rego": 'package m\np contains {"id": 1}'}, data={"xs": []})
    plan = policy.plan("some x in data.m.p; n := count([y | some y in data.xs; y.id == x.id])")
    assert str(plan.rules[-1]) == (
        "query\n"
        "    1  loop      x = data.m.p[_]\n"
        "    1  each turn   [y | y = data.xs[_]; y.id == x.id]\n"
        "    1  index         y = data.xs[_]  by id = x.id\n"
        "    1                  y.id == x.id\n"
        "    1              n = count([y | y = data.xs[_]; y.id == x.id])\n"
    )


def test_a_plan_changes_nothing() -> None:
    """A policy answers the same after its plan was asked for."""
    policy = rego.compile({"m.rego": "package m\np contains x if { some x in input; x in {1, 2} }"})
    before = rego.evaluate(policy, "data.m.p", [1, 3])
    policy.plan("data.m.p with input as [2]")
    assert rego.evaluate(policy, "data.m.p", [1, 3]) == before == [1]


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`policy rego eval --plan` prints the plan and evaluates nothing."""
    file = tmp_path / "m.rego"
    file.write_text("package m\np contains x if {\n\tsome x in input.xs\n\tx.n == 3\n}\n")
    assert main(["eval", "--plan", "--fail", "-d", str(file), "data.m.p"]) == 0
    assert capsys.readouterr().out == (
        f"set data.m.p at {file}:2\n"
        "    3  index     x = input.xs[_]  by n = 3\n"
        "    4              x.n = 3\n\n"
        "query\n    1            data.m.p\n"
    )


def test_command_with_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be compiled has no plan."""
    assert main(["eval", "--plan", "x"]) == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "rego_unsafe_var_error"
