"""Rego for Python programs."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from samakia_policy import rego

ENGINE = Path(__file__).parents[3] / "engine"
AUTHZ = """
package authz

default allow := false

allow if input.role == "admin"

allow if {
	some grant in data.grants[input.user]
	grant == input.action
}

cost := input.hours * 1.5

twice contains x if some x in [1, 1]

noted if print("asked by", input.user)

now := time.now_ns()

bad := to_number(input.user)
"""
TESTS = """
package authz_test

test_right if 1 + 1 == 2

test_wrong if 1 + 1 == 3

todo_test_later if false

test_printed if print("hello")

test_cases[name] if {
	some name, n in {"one": 1, "two": 2}
	n < 2
}
"""
GRANTS = {"grants": {"alice": ["read"]}}


def test_importing_the_package_is_light() -> None:
    """Nothing of the engine is read before it is used."""
    code = (
        "import sys; from samakia_policy import rego; "
        "print([name for name in sys.modules if name.startswith('samakia_policy.rego.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ENGINE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_every_name_that_is_exported_is_there() -> None:
    """`__all__` is true, and nothing else is made up."""
    assert all(getattr(rego, name) is not None for name in rego.__all__)
    assert set(rego.__all__) <= set(dir(rego))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        rego.nothing  # noqa: B018


def test_a_policy_is_compiled_once_and_asked_often() -> None:
    """Plain data in, values out."""
    query = rego.compile({"authz.rego": AUTHZ}, data=GRANTS).query("x := data.authz.allow")
    (yes,) = query.run({"user": "alice", "action": "read"})
    (no,) = query.run({"user": "alice", "action": "write"})
    assert (yes.bindings, no.bindings) == ({"x": True}, {"x": False})
    assert yes.expressions == [rego.engine.Expression(True, "x := data.authz.allow", 1, 1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("data.authz.allow", True),
        ("data.authz.cost", 3.75),
        ("data.authz.twice", [1]),
        ("data.authz.missing", rego.UNDEFINED),
        ("1 == 2", False),
        ("x := 1; x + 1", 2),
        ("false; 1", rego.UNDEFINED),
    ],
)
def test_evaluate(query: str, found: object) -> None:
    """One call; the value of the last expression as plain data."""
    asked = {"user": "alice", "action": "read", "hours": Decimal("2.5")}
    assert rego.evaluate(AUTHZ, query, asked, data=GRANTS) == found


def test_a_query_with_several_results_is_refused() -> None:
    """Which one would be meant?"""
    with pytest.raises(ValueError, match="has 2 results"):
        rego.evaluate({}, "[1, 2][_]")


def test_data_goes_to_compile() -> None:
    """It cannot change under a policy."""
    with pytest.raises(ValueError, match="has its data already"):
        rego.evaluate(rego.compile(AUTHZ), "1", data={})
    with pytest.raises(TypeError, match="data must be an object"):
        rego.compile(AUTHZ, data=[])  # type: ignore[arg-type]


def test_a_policy_keeps_its_queries() -> None:
    """The same text is compiled once; of many texts the oldest are forgotten."""
    policy = rego.compile(AUTHZ)
    first = policy.kept_query("data.authz.allow")
    assert policy.kept_query("data.authz.allow") is first
    for number in range(70):
        assert rego.evaluate(policy, f"{number}") == number
    assert policy.kept_query("data.authz.allow") is not first


def test_faults_of_modules() -> None:
    """Every fault with its place."""
    with pytest.raises(rego.RegoError) as caught:
        rego.compile({"m.rego": "package m\n\np if x\n\nq if y"})
    found = [(fault.code, str(fault.location), fault.message) for fault in caught.value.faults]
    assert found == [
        ("rego_unsafe_var_error", "m.rego:3", "var x is unsafe"),
        ("rego_unsafe_var_error", "m.rego:5", "var y is unsafe"),
    ]


def test_errors_of_built_ins() -> None:
    """Undefined, or under strict errors a fault with its place."""
    policy = rego.compile({"authz.rego": AUTHZ})
    assert rego.evaluate(policy, "data.authz.bad", {"user": "x"}) is rego.UNDEFINED
    with pytest.raises(rego.EvaluationFault) as caught:
        rego.evaluate(policy, "data.authz.bad", {"user": "x"}, strict_errors=True)
    assert caught.value.code == "eval_builtin_error"
    place = caught.value.location
    assert place is not None
    assert (place.file, place.row, place.col) == ("authz.rego", 21, 8)


def test_fuel_and_time_are_the_callers() -> None:
    """A decision can be replayed."""
    policy = rego.compile(AUTHZ)
    assert rego.evaluate(policy, "data.authz.now", now_ns=12) == 12
    with pytest.raises(rego.EvaluationFault, match="eval_fuel_error"):
        rego.evaluate(policy, "[x | some x in numbers.range(1, 10000)]", fuel=100)


def test_printed_text_is_kept() -> None:
    """A context collects what rules print."""
    context = rego.Context()
    rego.compile(AUTHZ, prints=True).query("data.authz.noted").run({"user": "bob"}, context=context)
    assert [text for _, text in context.printed] == ["asked by bob"]


def test_tests() -> None:
    """Every test with its outcome."""
    results = rego.test({"authz_test.rego": TESTS})
    assert [(result.name, result.outcome) for result in results] == [
        ("test_right", "PASS"),
        ("test_wrong", "FAIL"),
        ("todo_test_later", "SKIPPED"),
        ("test_printed", "PASS"),
        ("test_cases", "FAIL"),
    ]
    assert results[3].printed == "hello\n"
    assert {name: case.fail for name, case in results[4].cases.items()} == {"one": False, "two": True}
    (chosen,) = rego.test(TESTS, run="right$")
    assert chosen.passed
