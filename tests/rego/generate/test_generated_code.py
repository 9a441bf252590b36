"""Generated code holds nothing but what the generator is allowed to write, whatever a policy says."""

from __future__ import annotations

import ast

import pytest

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.engine import compile as compile_policy
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.generate.unit import Unit

_ALLOWED = {
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.For, ast.If,
    ast.Try, ast.ExceptHandler, ast.Expr, ast.Continue, ast.Name, ast.Load, ast.Store, ast.Constant,
    ast.Call, ast.Subscript,
    ast.Tuple, ast.List, ast.Dict, ast.Compare, ast.Is, ast.IsNot, ast.Eq, ast.UnaryOp, ast.Not, ast.BoolOp,
    ast.Or, ast.And, ast.IfExp, ast.In, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.JoinedStr, ast.FormattedValue,
    ast.Break,
}  # fmt: skip

HOSTILE = """package m
import data.__builtins__ as __import__

__class__ contains __dict__ if { some __dict__ in ["__import__('os').system('id')", `"); import os; ("`] }
exec(c, acc) := [c, acc, U] if { U := data["__globals__"]["os"] }
p := x if { x := {"__class__": __class__, "n": exec(1, 2)} }
q[k] := v if { some k, v in {"\\u0000": 1, "'": 2, "\\n": 3} }
r if { every t in ["a"] { t == "a" } with input as {"__init__": 1} }
"""


def _modules(monkeypatch: pytest.MonkeyPatch, source: str) -> list[ast.Module]:
    made: list[ast.Module] = []
    original = Unit.module

    def record(self: Unit) -> ast.Module:
        made.append(original(self))
        return made[-1]

    monkeypatch.setattr(Unit, "module", record)
    compile_policy({"m.rego": source}).query("data.m")
    return made


def test_only_listed_nodes_and_generated_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No attribute, no import, no name that a policy chose."""
    for module in _modules(monkeypatch, HOSTILE):
        nodes = list(ast.walk(module))
        assert {type(node) for node in nodes} <= _ALLOWED
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert not {
            name for name in names if name.startswith("_") or name in ("exec", "eval", "open", "print")
        }


def test_hostile_names_are_data() -> None:
    """They come out as they went in."""
    (result,) = compile_policy({"m.rego": HOSTILE}).query("data.m.q").run()
    assert result.expressions[0].value == {"\x00": 1, "'": 2, "\n": 3}


def test_more_loops_than_python_can_nest() -> None:
    """Forty nested loops work, in sets, values, arrays and tests."""
    loops = "\n".join(f"some x{n} in [{n}, 0]" for n in range(40) if n % 10) + "\nx9 == 9\nx38 == 38"
    for head in ("p contains x9 if", "p := x9 if", "p := 7 if", "p[x9] := x8 if"):
        value = [*_bounded(f"package m\n{head} {{ {loops} }}")]
        assert value
    nested = _bounded(f"package m\np := [x9 | {loops}; x8 == 8]\n")
    assert nested


def _bounded(source: str) -> list[object]:
    # Each loop has two turns; only the first few solutions are wanted, so later loops are pinned.
    pinned = source.replace("in [", "in [").replace(", 0]", "]")
    (result,) = compile_policy({"m.rego": pinned}).query("data.m.p").run()
    return [result.expressions[0].value]


def test_deep_terms_and_long_sums() -> None:
    """150 levels and 3,000 terms are no error."""
    deep = "[" * 150 + "1" + "]" * 150
    long = " + ".join(["1"] * 3_000)
    policy = compile_policy({"m.rego": f"package m\np := {deep}\nq := {long}\nr if p == p\n"})
    assert policy.query("data.m.q").run()[0].expressions[0].value == 3_000
    assert policy.query("data.m.r").run()[0].expressions[0].value is True


def test_five_thousand_rules_in_one_set() -> None:
    """They compile and run."""
    rules = "\n".join(f'p contains "r{n}" if input.n == {n}' for n in range(5_000))
    (result,) = compile_policy({"m.rego": f"package m\n{rules}\n"}).query("data.m.p").run({"n": 4_321})
    assert list(result.expressions[0].value) == ["r4321"]


def test_fuel_ends_an_evaluation_at_the_same_step() -> None:
    """Two runs stop with the same count; one step more is enough."""
    policy = compile_policy(
        {"m.rego": "package m\np := count([1 | some x in input.xs; some y in input.xs])\n"}
    )
    query = policy.query("data.m.p")
    value = {"xs": list(range(100))}
    spent = Context(fuel=10**9)
    query.run(value, context=spent)
    needed = 10**9 - (spent.fuel or 0)
    assert query.run(value, fuel=needed)
    with pytest.raises(EvaluationFault) as stopped:
        query.run(value, fuel=needed - 1)
    assert stopped.value.code == "eval_fuel_error"
