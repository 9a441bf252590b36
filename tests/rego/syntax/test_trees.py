"""The tree of each construct, under its name in OPA's documentation, as `opa parse` prints it.

`trees.json` was recorded from opa 1.22.2 with places and comments, beside the text it prints for each rule.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.as_json import module_json
from samakia_policy.rego.syntax.modules import parse_body, parse_module, parse_ref, parse_term
from samakia_policy.rego.syntax.printer import body_text, rule_text, text_of
from samakia_policy.rego.values.number import Number

RECORDED = json.loads((Path(__file__).parent / "trees.json").read_text("utf-8"))
MODULES: list[dict[str, Any]] = RECORDED["modules"]
QUERIES: list[dict[str, str]] = RECORDED["queries"]


def parsed(case: dict[str, Any]) -> n.Module:
    """Parse a recorded module."""
    return parse_module("module.rego", case["module"], version=0 if case.get("v0") else 1)


def recorded(value: Any) -> Any:
    """Return JSON data as it was recorded: numbers that JSON would round are texts."""
    if isinstance(value, dict):
        return {name: recorded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [recorded(item) for item in value]
    if isinstance(value, Number):
        return value.text
    is_long = isinstance(value, int) and not isinstance(value, bool) and len(str(value)) > 18
    return str(value) if is_long else value


@pytest.mark.parametrize("case", MODULES, ids=[case["note"] for case in MODULES])
def test_the_same_tree_as_opa(case: dict[str, Any]) -> None:
    """Nodes, keys in order, places and their texts, comments."""
    found = recorded(module_json(parsed(case), locations=True))
    assert found == case["tree"]
    assert json.dumps(found) == json.dumps(case["tree"])


@pytest.mark.parametrize("case", MODULES, ids=[case["note"] for case in MODULES])
def test_the_same_text_as_opa(case: dict[str, Any]) -> None:
    """Each rule on one line."""
    module = parsed(case)
    assert [rule_text(rule, module.version) for rule in module.rules] == case["text"]


@pytest.mark.parametrize("case", QUERIES, ids=[case["query"] for case in QUERIES])
def test_queries(case: dict[str, str]) -> None:
    """The text of a query's expressions."""
    assert body_text(parse_body(case["query"])) == case["text"]


@pytest.mark.parametrize("case", MODULES, ids=[case["note"] for case in MODULES])
def test_places_can_be_left_out(case: dict[str, Any]) -> None:
    """Without places and comments, nothing of them is left."""
    shown = json.dumps(recorded(module_json(parsed(case), comments=False)))
    assert '"location"' not in shown
    assert '"comments"' not in shown


TERMS = {
    "[1, 2.0]": "[1, 2.0]",
    "a.b[c]": "a.b[c]",
    "f(x)": "f(x)",
    '{"b": 1, "a": 2}': '{"a": 2, "b": 1}',
    "{3, 1}": "{1, 3}",
    '"\\t\\u00e9\\u200b"': '"\\té\\u200b"',
}


@pytest.mark.parametrize("text", TERMS)
def test_terms(text: str) -> None:
    """One term, printed again."""
    assert text_of(parse_term(text)) == TERMS[text]


def test_numbers_keep_their_text() -> None:
    """Integers are ints, all others keep how they are written."""
    items = parse_term("[1, -7, 1.50, 1e3, -0, 99999999999999999999]")
    assert isinstance(items, n.Array)
    values = [item.value for item in items.items if isinstance(item, n.Scalar)]
    assert values == [1, -7, Number("1.50"), Number("1e3"), Number("-0"), 10**20 - 1]
    assert [getattr(value, "text", "") for value in values] == ["", "", "1.50", "1e3", "-0", ""]


def test_references() -> None:
    """A reference with its head and path."""
    ref = parse_ref("data.a.b")
    assert isinstance(ref.head, n.Var)
    assert n.ref_name(ref) == "data.a.b"


def test_wildcards_have_names_of_their_own() -> None:
    """`_` is never the same variable twice."""
    body = parse_body("_ = [_, x]; f(_)")
    names = [f"${number}" for number in range(3)]
    assert [name for name in names if name in str(body)] == names


def test_future_keywords_without_import() -> None:
    """Keywords that the caller makes known."""
    assert isinstance(parse_body("x and y", future=("and",))[0].terms, n.Logical)
    assert not any(isinstance(expr.terms, n.Logical) for expr in parse_body("x and y"))


def test_annotations_go_to_rules() -> None:
    """A rule's block to the rule below it, a document's to all rules of the name."""
    text = """package a

# METADATA
# scope: document
# title: all
p := 1 if false

# METADATA
# title: one
p := 2

p := 3 if false

q := 1
"""
    titles = [[block.values["title"] for block in rule.annotations] for rule in parse_module("a", text).rules]
    assert titles == [["all"], ["all", "one"], ["all"], []]


def test_module_knows_itself() -> None:
    """Every rule and `else` knows its module; the version rises with `import rego.v1`."""
    module = parse_module("a", "package a\nimport rego.v1\np := 1 if false else := 2", version=0)
    rule = module.rules[0]
    assert module.version == 1
    assert rule.otherwise is not None
    assert rule.module is module is rule.otherwise.module
