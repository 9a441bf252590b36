"""JSON, objects, YAML and walk."""

from __future__ import annotations

from typing import Any

import pytest
from answers import Case, answer

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.registry import find
from samakia_policy.rego.builtins.walk import FREE
from samakia_policy.rego.errors import EvaluationFault
from samakia_policy.rego.values.collections import Set, key
from samakia_policy.rego.values.json_text import NESTING, dump, load

TREE = {"b": {"y": 1, "x": [2, {"z": 3}]}, "a": "s"}

CASES: list[Case] = [
    ("json.marshal", ({"b": Set([2, 1]), "a": "<&>"},), '{"a":"\\u003c\\u0026\\u003e","b":[1,2]}'),
    ("json.unmarshal", ('{"a": 1, "a": 2}',), {"a": 2}),
    ("json.unmarshal", ("1e400",), "~1e400"),
    ("json.unmarshal", ("-0",), "~-0"),
    ("json.unmarshal", ("1 null",), 1),
    ("json.unmarshal", ("[1,]",), "!invalid character ']' looking for beginning of value"),
    ("json.unmarshal", ("1 2",), "!error: invalid character '2' after top-level value"),
    ("json.unmarshal", ("",), "!EOF"),
    ("json.unmarshal", ("1e40000",), "!invalid number: number too big"),
    ("json.is_valid", ("1 2",), False),
    ("json.is_valid", (1,), False),
    ("json.marshal_with_options", ([1, []], {"indent": " "}), "[\n 1,\n []\n]"),
    ("json.marshal_with_options", ([1], {"prefix": ">", "pretty": False}), "[1]"),
    ("json.filter", (TREE, ["b/x/1/z"]), {"b": {"x": [{"z": 3}]}}),
    ("json.filter", (TREE, [["b", "y"], "a"]), {"a": "s", "b": {"y": 1}}),
    ("json.remove", (TREE, Set(["b/x/0", "a"])), {"b": {"x": [{"z": 3}], "y": 1}}),
    ("json.remove", ({}, 1), "!operand 2 must be one of {set, array} but got number"),
    ("json.patch", ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}]), {"a": [1, 2]}),
    ("json.patch", ([1, 2], [{"op": "move", "from": "/0", "path": "/1"}]), [2, 1]),
    (
        "json.patch",
        ({}, [{"op": "test", "path": "/a", "value": 1}]),
        '!path "a" does not exist in object term {}',
    ),
    (
        "json.patch",
        ([], [{"op": "add", "path": "/01", "value": 1}]),
        "!leading zeros are not allowed in JSON paths",
    ),
    ("object.get", (TREE, ["b", "x", 1, "z"], 0), 3),
    ("object.get", (TREE, ["b", "x", 9], 0), 0),
    ("object.keys", ({"a": 1, key(2): 3},), Set([2, "a"])),
    ("object.remove", ({"a": 1, "b": 2}, Set(["a"])), {"b": 2}),
    ("object.filter", ({"a": 1, "b": 2}, {"a": 0}), {"a": 1}),
    ("object.union", ({"a": {"b": 1}}, {"a": {"c": 2}, "d": 3}), {"a": {"b": 1, "c": 2}, "d": 3}),
    ("object.union", ({}, []), "!operand 2 must be object but got array"),
    ("object.union_n", ([{"a": {"b": 2}}, {"a": 4}, {"a": {"c": 3}}],), {"a": {"c": 3}}),
    ("object.union_n", ([1],), "!operand 1 must be array of objects but got array containing number"),
    ("object.subset", ([1, 1, 1, 2], [1, 1, 2]), True),
    ("object.subset", ([1, 2], Set([2, 1])), True),
    ("object.subset", ([], Set()), False),
    ("yaml.marshal", ({"on": "yes", "a10": 1, "a2": ["x: y"]},), 'a2:\n  - \'x: y\'\na10: 1\n"on": "yes"\n'),
    ("yaml.unmarshal", ("on: yes\nx: 2024-01-02\ny: 0x10",), {"on": "yes", "x": "2024-01-02", "y": 16}),
    ("yaml.unmarshal", ("[1,2",), "!yaml: line 1: did not find expected ',' or ']'"),
    ("yaml.is_valid", ("a: 1\n---\n\tb: 2\n",), False),
    ("json.verify_schema", ({"type": "x"},), None),
    ("json.match_schema", ({"a": 1}, {"required": ["a"]}), [True, []]),
    ("json.match_schema", ([1], {"allOf": [{"$ref": "#"}]}), "!the schema refers to itself without end"),
]


@pytest.mark.parametrize(("name", "operands", "wanted"), CASES, ids=str)
def test_answers(name: str, operands: tuple[Any, ...], wanted: Any) -> None:
    """Built-ins answer what OPA answers."""
    found = answer(name, *operands)
    if name == "json.verify_schema":
        assert found[0] is False
        assert "NOT VALID -- given: /x/" in found[1]
    else:
        assert found == wanted


def test_walk_goes_parents_first_in_order_of_keys() -> None:
    """Each pair is a path and the value there."""
    paths = [path for path, _ in find("walk").function(Context(), TREE)]
    assert paths == [
        [],
        ["a"],
        ["b"],
        ["b", "x"],
        ["b", "x", 0],
        ["b", "x", 1],
        ["b", "x", 1, "z"],
        ["b", "y"],
    ]
    values = list(find("internal.walk_values").function(Context(), TREE))
    assert values == [value for _, value in find("walk").function(Context(), TREE)]
    found = list(find("internal.walk_at").function(Context(), TREE, ["b", FREE, 1]))
    assert found == [[["b", "x", 1], {"z": 3}]]


def test_walk_charges_what_it_visits() -> None:
    """Fuel ends at the same value on every machine."""
    visits = find("walk").function(Context(fuel=3), [[1, 2], [3, 4]])
    with pytest.raises(EvaluationFault, match="fuel"):
        list(visits)


@pytest.mark.parametrize(
    "text", ["[1.50,1e5,-0.0,123456789012345678901234567890]", '{"a":null,"b":true}', f"[{'1' * 5000}]"]
)
def test_text_comes_back_as_it_was(text: str) -> None:
    """Numbers keep their text, however long."""
    assert dump(load(text)) == text


def test_depth_is_the_one_of_opa() -> None:
    """What nests deeper is refused, and never overflows a stack."""
    assert dump(load("[" * 9_900 + "]" * 9_900)) == "[" * 9_900 + "]" * 9_900
    with pytest.raises(ValueError, match="exceeded max depth"):
        load("[" * 2 * NESTING + "]" * 2 * NESTING)


def test_broken_text_is_read_as_opa_reads_it() -> None:
    """A byte that is no UTF-8 and half a pair of surrogates become the replacement character."""
    assert load(b'"\xff\xe2\x82"') == "\ufffd" * 3
    assert load('"\\ud800"') == "\ufffd"
    assert dump(answer("base64.decode", "/2E=")) == '"\\ufffda"'
