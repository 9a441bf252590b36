"""Aggregates, membership, arrays, sets, comparison and types."""

from __future__ import annotations

from typing import Any

import pytest
from answers import Case, answer

from samakia_policy.rego.values.collections import Set
from samakia_policy.rego.values.number import Number

ONE = Number("1.0")
CASES: list[Case] = [
    ("count", ("héé",), 3),
    ("count", ({"a": 1},), 1),
    ("count", (Set([1, 2]),), 2),
    ("count", (1,), "!operand 1 must be one of {array, object, set, string} but got number"),
    ("sum", ([1, 2],), 3),
    ("sum", ([],), 0),
    ("sum", ([Number("0.1"), Number("0.2"), Number("0.3")],), "~0.6"),
    ("sum", ([2**63, 1],), 2**63 + 1),
    ("sum", (["a"],), "!operand 1 must be array of numbers but got array containing string"),
    ("sum", ("a",), "!operand 1 must be one of {set, array} but got string"),
    ("product", ([],), 1),
    ("product", ([Number("0.1"), 3],), "~0.30000000000000004"),
    ("product", (Set([2**40, 2**41]),), 2**81),
    ("max", ([1, ONE],), "~1.0"),
    ("max", ([ONE, 1],), 1),
    ("max", ([],), "undefined"),
    ("max", ([None, "a", [1]],), [1]),
    ("min", ([ONE, 1],), 1),
    ("min", (Set(["b", "a"]),), "a"),
    ("sort", ([3, "a", None, True, [1], {"a": 1}],), [None, True, 3, "a", [1], {"a": 1}]),
    ("sort", (Set([2, 1]),), [1, 2]),
    ("all", ([True, True],), True),
    ("all", ([True, 1],), False),
    ("any", ([False, True],), True),
    ("any", (Set(),), False),
    ("any", ("a",), "!operand 1 must be one of {array, set} but got string"),
    ("internal.member_2", (1, [ONE]), True),
    ("internal.member_2", (True, [1]), False),
    ("internal.member_2", ("a", {"k": "a"}), True),
    ("internal.member_2", ("a", "abc"), False),
    ("internal.member_3", (0, "a", ["a"]), True),
    ("internal.member_3", (False, "a", ["a"]), False),
    ("internal.member_3", ("k", "a", {"k": "a"}), True),
    ("internal.member_3", ("a", "a", Set(["a"])), True),
    ("array.concat", ([1], [2]), [1, 2]),
    ("array.concat", (Set([1]), []), "!operand 1 must be array but got set"),
    ("array.flatten", ([1, [2, [3]], []],), [1, 2, [3]]),
    ("array.slice", ([1, 2, 3], 1, 9), [2, 3]),
    ("array.slice", ([1, 2, 3], 2, 1), []),
    ("array.slice", ([1, 2], "~1.0", "~2.0"), [2]),
    ("array.slice", ([1, 2], "~1e0", 2), "!operand 2 must be integer number but got floating-point number"),
    ("array.reverse", ([1, 2],), [2, 1]),
    ("and", (Set([1, 2]), Set([2, 3])), Set([2])),
    ("or", (Set([1]), Set([True])), Set([1, True])),
    ("or", ([1], Set()), "!operand 1 must be set but got array"),
    ("union", (Set([Set([1]), Set([2])]),), Set([1, 2])),
    ("intersection", (Set(),), Set()),
    ("intersection", (Set([Set([1, 2]), Set([2])]),), Set([2])),
    ("intersection", (Set([1]),), "!operand 1 must be set but got number"),
    ("set_diff", (Set([1, 2]), Set([2])), Set([1])),
    ("equal", (1, ONE), True),
    ("equal", (1, True), False),
    ("neq", ([1], [ONE]), False),
    ("lt", (None, False), True),
    ("lt", ([2], [1, 5]), False),
    ("lte", ("~1e400", "~1e401"), True),
    ("gt", (Set([1]), {"a": 1}), True),
    ("gte", ("b", "a"), True),
    ("is_number", (ONE,), True),
    ("is_boolean", (1,), False),
    ("type_name", (None,), "null"),
    ("type_name", (Set(),), "set"),
    ("to_number", ("12",), 12),
    ("to_number", ("1e5",), "~1e5"),
    ("to_number", ("1_000",), "~1_000"),
    ("to_number", ("0x1p4",), "~0x1p4"),
    ("to_number", ("0x1p-999999",), "!invalid number: number too big"),
    ("to_number", (None,), 0),
    ("to_number", (True,), 1),
    ("to_number", ("",), '!strconv.ParseFloat: parsing "": invalid syntax'),
    ("to_number", ("1e400",), '!strconv.ParseFloat: parsing "1e400": value out of range'),
    ("to_number", ("-Inf",), "!operand 1 must be valid number string but got string"),
    ("to_number", ([],), "!operand 1 must be one of {null, boolean, number, string} but got array"),
    ("cast_array", (Set([2, 1]),), [1, 2]),
    ("cast_set", ([1, ONE],), Set([1])),
    ("cast_string", (1,), "!operand 1 must be string but got number"),
]


@pytest.mark.parametrize(("name", "operands", "expected"), CASES)
def test_answers(name: str, operands: tuple[Any, ...], expected: Any) -> None:
    """Each call answers as OPA does."""
    found = answer(name, *operands)
    assert found == expected
    assert found.__class__ is expected.__class__
