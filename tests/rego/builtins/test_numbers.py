"""Arithmetic and ranges: integers exactly, fractions as OPA rounds and prints them."""

from __future__ import annotations

from typing import Any

import pytest
from answers import Case, answer

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.errors import FUEL, EvaluationFault
from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

CASES: list[Case] = [
    ("plus", ("~0.1", "~0.2"), "~0.3"),
    ("plus", (2**64, 1), 2**64 + 1),
    ("plus", ("~1.0", 1), 2),
    ("plus", ("a", 1), "!operand 1 must be number but got string"),
    ("plus", (1, None), "!operand 2 must be number but got null"),
    ("minus", (1, 2), -1),
    ("minus", (Set([1]), 2), "!operand 2 must be set but got number"),
    ("minus", (1, Set([1])), "!operand 2 must be number but got set"),
    ("minus", ("a", 1), "!operand 1 must be one of {number, set} but got string"),
    ("mul", ("~1.5", 4), 6),
    ("mul", ("~-0.5", 0), "~-0"),
    ("mul", (3**60, 3**60), 3**120),
    ("div", (4, 2), 2),
    ("div", (1, 3), "~0.33333333333333333334"),
    ("div", (2, 3), "~0.6666666666666666667"),
    ("div", (0, -5), "~-0"),
    ("div", (1, 0), "!divide by zero"),
    ("div", (1, "~0.0"), "!divide by zero"),
    ("div", (10**20, 10), 10**19),
    ("rem", (-5, 3), -2),
    ("rem", (5, -3), 2),
    ("rem", (10, 2**64), 10),
    ("rem", (1, 0), "!modulo by zero"),
    ("rem", ("~1.5", 1), "!modulo on floating-point number"),
    ("abs", (-3,), 3),
    ("abs", (2**70 + 1,), 1180591620717411303400),
    ("round", ("~2.5",), 3),
    ("round", ("~-2.5",), -3),
    ("round", (2**64 - 1,), 2**64),
    ("ceil", ("~1.2",), 2),
    ("ceil", ("~-0.5",), 1),
    ("floor", ("~-1.2",), -2),
    ("floor", ("~1.0",), 1),
    ("numbers.range", (1, 3), [1, 2, 3]),
    ("numbers.range", (3, 1), [3, 2, 1]),
    ("numbers.range", ("~1e0", 1), [1]),
    ("numbers.range", ("~1.5", 1), "!operand 1 must be integer number but got floating-point number"),
    ("numbers.range", ("a", 1), "!operand 1 must be integer but got string"),
    ("numbers.range_step", (1, 7, 3), [1, 4, 7]),
    ("numbers.range_step", (7, 1, 4), [7, 3]),
    ("numbers.range_step", (1, 2, 0), "!numbers.range_step: step must be a positive integer"),
    ("bits.lsh", (1, 70), 2**70),
    ("bits.rsh", (-5, 1), -3),
    ("bits.negate", (5,), -6),
    ("bits.and", (6, "~3.0"), 2),
    ("bits.xor", (6, 3), 5),
    ("bits.lsh", (1, -1), "!operand 2 must be an unsigned integer number but got a negative integer"),
]


@pytest.mark.parametrize(("name", "operands", "expected"), CASES)
def test_answers(name: str, operands: tuple[Any, ...], expected: Any) -> None:
    """Each call answers as OPA does."""
    assert answer(name, *operands) == expected


def test_set_difference() -> None:
    """Minus works on sets, too."""
    assert answer("minus", Set([1, 2, True]), Set([1])) == Set([2, True])


@pytest.mark.parametrize("text", ["1e400", "1e-400", "1.10", "1.0"])
def test_numbers_keep_their_text(text: str) -> None:
    """A number that nothing was done to is printed as it was written."""
    assert answer("max", [Number(text)]) == f"~{text}"


def test_ranges_cost_fuel_before_they_are_made() -> None:
    """A range longer than the fuel stops at once."""
    with pytest.raises(EvaluationFault) as raised:
        find("numbers.range").function(Context(fuel=1_000), 0, 5_000)
    assert raised.value.code == FUEL


@pytest.mark.parametrize(
    ("name", "operands"),
    [("numbers.range", (0, 10**9)), ("bits.lsh", (1, 10**12)), ("mul", (1 << 800_000, 1 << 800_000))],
)
def test_without_fuel_a_limit_holds(name: str, operands: tuple[Any, ...]) -> None:
    """What a few short operands ask for has an end even where nothing counts."""
    assert answer(name, *operands).startswith("!the result would have more than ")


def test_random_numbers_are_refused_unless_allowed() -> None:
    """Where they are allowed, the same text gives the same number within one evaluation."""
    assert answer("rand.intn", "x", 10) == "!random numbers are not allowed here"
    context = Context(allowed=frozenset({"random"}), seed=7)
    first = answer("rand.intn", "x", 10**9, context=context)
    assert first == answer("rand.intn", "x", -(10**9), context=context)
    assert answer("rand.intn", "x", 0, context=context) == 0
