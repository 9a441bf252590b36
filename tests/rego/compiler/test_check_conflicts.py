"""Rules against base data; everything else about conflicts is among the recorded faults."""

from __future__ import annotations

from typing import Any

import pytest

from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.errors import RegoError
from samakia_policy.rego.syntax.modules import parse_module

CASES: list[tuple[str, str, Any, list[str]]] = [
    ("no data", "package a\n\np := 1", {}, []),
    ("data beside the rule", "package a\n\np := 1", {"a": {"q": 1}}, []),
    ("data at the rule", "package a\n\np := 1", {"a": {"p": 2}}, ["a/p"]),
    ("data below the rule", "package a\n\np := 1", {"a": {"p": {"x": 2}}}, ["a/p"]),
    ("data above the rule", "package a.b\n\np := 1", {"a": {"b": {}}}, []),
    ("data at a set", "package a\n\np contains 1", {"a": {"p": []}}, ["a/p"]),
    ("data at a function", "package a\n\nf(x) := x", {"a": {"f": 1}}, ["a/f"]),
    (
        "data at a rule with a reference",
        "package a\n\np.q.r := 1",
        {"a": {"p": {"q": {"r": 1}}}},
        ["a/p/q/r"],
    ),
    ("data beside it", "package a\n\np.q.r := 1", {"a": {"p": {"q": {"s": 1}}}}, []),
    ("data at two rules", "package a\n\np := 1\n\nq := 1", {"a": {"p": 1, "q": 1}}, ["a/p", "a/q"]),
]


@pytest.mark.parametrize(
    ("source", "data", "paths"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_rules_and_base_data(source: str, data: Any, paths: list[str]) -> None:
    """A rule must not lie where base data has a value."""
    try:
        compile_modules({"a.rego": parse_module("a.rego", source)}, data=data)
        found = []
    except RegoError as error:
        found = [fault.message for fault in error.faults]
    assert found == [f"conflicting rule for data path {path} found" for path in paths]
