"""What is written out in place answers as the function that it stands for, for operands of every type."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.engine import Policy
from samakia_policy.rego.engine import compile as compile_policy
from samakia_policy.rego.errors import BuiltinFault, EvaluationFault
from samakia_policy.rego.generate.inline import _WRITTEN
from samakia_policy.rego.run.lookup import step as stepped
from samakia_policy.rego.values.collections import UNDEFINED, Set, equal
from samakia_policy.rego.values.number import Number

OPERANDS: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -3, 1 << 70, Number("1.0"), Number("0.5"), "", "a", "Ab", "aXé", "ß",
    "İ", "\udcff", [], [1], ["a", "b"], {}, {"a": 1}, {"b": {"c": 2}}, Set(), Set(["a"]), Set([1, "b"]),
)  # fmt: skip
CONSTANTS = ("a", "", "Ab", 0, 1, 2, True, None)
ARITIES = {"lower": 1, "upper": 1, "count": 1, "object.get": 3}


def _policy(body: str) -> Policy:
    return compile_policy({"m.rego": f"package m\n{body}"})


def _asked(policy: Policy, value: Any) -> Any:
    found = policy.kept_query("data.m.p").solve(value, Context())
    return found[0].expressions[0].value if found else UNDEFINED


def _direct(name: str, operands: tuple[Any, ...]) -> Any:
    try:
        return find(name).function(*operands)
    except BuiltinFault:
        return UNDEFINED


def _same(one: Any, other: Any) -> bool:
    return one is other or (UNDEFINED not in (one, other) and equal(one, other))


@pytest.mark.parametrize("name", _WRITTEN)
def test_calls_with_operands_of_every_type(name: str) -> None:
    """As values and as tests."""
    arity = ARITIES.get(name, 2)
    call = f"{name}({', '.join(['input.a', 'input.b', 'input.c'][:arity])})"
    if name in ("lt", "lte", "gt", "gte"):
        call = {"lt": "{} < {}", "lte": "{} <= {}", "gt": "{} > {}", "gte": "{} >= {}"}[name].format(
            "input.a", "input.b"
        )
    value, test = _policy(f"p := x if {{ x := {call} }}"), _policy(f"p if {call}")
    for operands in product(OPERANDS, repeat=min(arity, 2)):
        given = (*operands, "c")[:arity]
        wanted = _direct(name, given)
        found = dict(zip("abc", given, strict=False))
        assert _same(_asked(value, found), wanted), given
        assert (_asked(test, found) is True) == (wanted is not UNDEFINED and wanted is not False), given


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("constant", CONSTANTS)
def test_comparisons_with_constants(sign: str, constant: Any) -> None:
    """On either side."""
    name = {"==": "equal", "!=": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[sign]
    text = json.dumps(constant)
    left, right = _policy(f"p if input.a {sign} {text}"), _policy(f"p if {text} {sign} input.a")
    for value in OPERANDS:
        assert (_asked(left, {"a": value}) is True) == _direct(name, (value, constant)), value
        assert (_asked(right, {"a": value}) is True) == _direct(name, (constant, value)), value


def test_membership_in_constants() -> None:
    """Of strings, and of anything else."""
    for text in ('{"a", "b"}', '["a", "b"]', '{"a", 1}', "[1, true]"):
        collection = _policy(f"p := {text}")
        policy, negated = _policy(f"p if input.a in {text}"), _policy(f"p if not input.a in {text}")
        for value in OPERANDS:
            wanted = _direct("internal.member_2", (value, _asked(collection, None)))
            assert (_asked(policy, {"a": value}) is True) == wanted, (text, value)
            assert (_asked(negated, {"a": value}) is True) != wanted, (text, value)


@pytest.mark.parametrize("step", ["1", "0", "input.b", '"a"'])
def test_steps_into_values_of_every_type(step: str) -> None:
    """Nothing but arrays takes a place, and a string has no characters to step to."""
    policy = _policy(f"p := x if {{ y := input.a; x := y[{step}] }}")
    names = {"1": 1, "0": 0, '"a"': "a"}
    for value, name in product(OPERANDS, OPERANDS):
        wanted = names.get(step, name)
        assert _same(_asked(policy, {"a": value, "b": name}), stepped(value, wanted)), (value, wanted)


@pytest.mark.parametrize("template", ["%s!", "%v", "<%d>", "%s%s", "%s%%", "%5s", "%s %d", "%", "none"])
def test_formats(template: str) -> None:
    """Simple verbs are filled in place, everything else by the built-in."""
    policy = _policy(f"p := sprintf({json.dumps(template)}, [input.a, input.b])")
    for value, other in product((*OPERANDS, "x" * 2_000, 1 << 63, -(1 << 63)), repeat=2):
        wanted = find("sprintf").function(Context(), template, [value, other])
        assert _asked(policy, {"a": value, "b": other}) == wanted, (value, other)


@pytest.mark.parametrize("pattern", ["^[a-z]+$", "a", "a|b", "["])
def test_patterns(pattern: str) -> None:
    """Simple ones are tried in place on short strings, all others by RE2."""
    value = _policy(f"p := regex.match({json.dumps(pattern)}, input.a)")
    test = _policy(f"p if not regex.match({json.dumps(pattern)}, input.a)")
    for text in (*OPERANDS, "a" * 1_000, "b" * 128, "b" * 129, "é" + "a"):
        wanted = _direct("regex.match", (pattern, text))
        assert _same(_asked(value, {"a": text}), wanted), text
        assert (_asked(test, {"a": text}) is True) == (wanted is not True), text


def test_a_long_result_is_charged() -> None:
    """Short strings cost nothing; what could grow goes through the built-in, which counts."""
    query = _policy('p := sprintf("%s%s", [input.a, input.a])').query("data.m.p")
    assert query.run({"a": "x" * 900}, fuel=1)
    with pytest.raises(EvaluationFault, match="limit fuel"):
        query.run({"a": "x" * 90_000}, fuel=1)


def test_every_in_place() -> None:
    """What follows runs once if no element fails, at the top of a rule and inside loops."""
    top = _policy('p := n if { every x in input.xs { startswith(x, "a") }; n := count(input.xs) }')
    inner = _policy("p contains k if { some k, xs in input; every i, x in xs { x > i }; count(xs) > 1 }")
    other = _policy('p := 1 if { every x in input.xs { x == "a" } } else := 2')
    twice = _policy(
        "p if { every x in input.xs { every y in x { y == 1 } }; every x in input.xs { count(x) < 3 } }"
    )
    assert _asked(top, {"xs": ["a", "ab"]}) == 2
    assert _asked(top, {"xs": []}) == 0
    assert _asked(top, {"xs": ["b", "a"]}) is UNDEFINED
    assert _asked(top, {"xs": 1}) is UNDEFINED
    assert list(_asked(inner, {"a": [1, 2], "b": [1, 0], "c": [1], "d": 3, "e": {}})) == ["a"]
    assert _asked(other, {"xs": ["a"]}) == 1
    assert _asked(other, {"xs": ["b"]}) == _asked(other, {}) == 2
    assert _asked(twice, {"xs": [[1], [1, 1]]}) is True
    assert _asked(twice, {"xs": [[1], [1, 2]]}) is UNDEFINED


def test_functions_by_constant_arguments() -> None:
    """A rule for another string is not asked; conflicts, defaults and `else` are as ever."""
    body = """
        f("a", x) := 1 if x > 0
        else := 2
        f("b", _) := 3
        f(x, "c") := 4 if x != "a"
        default f(_, _) := 9
        p := f(input.a, input.b)"""
    policy = _policy(body)
    for given, wanted in (
        (("a", 1), 1),
        (("a", 0), 2),
        (("b", 1), 3),
        (("z", "c"), 4),
        ((1, 1), 9),
        (("z", 1), 9),
    ):
        assert _asked(policy, {"a": given[0], "b": given[1]}) == wanted
    with pytest.raises(EvaluationFault, match="conflicting values"):
        _asked(policy, {"a": "b", "b": "c"})


def test_faults_of_built_ins_are_undefined_or_errors() -> None:
    """With their place, wherever the call stands."""
    policy = _policy("p contains x if { some x in input; to_number(x) > 0 }")
    assert list(_asked(policy, ["1", "a", [], "2"])) == ["1", "2"]
    with pytest.raises(EvaluationFault, match="to_number: ") as caught:
        policy.kept_query("data.m.p").run(["1", "a"], strict_errors=True)
    assert caught.value.location is not None
    assert (caught.value.location.row, caught.value.location.col) == (2, 36)
