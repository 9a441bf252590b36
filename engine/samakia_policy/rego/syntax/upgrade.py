"""Modules of v0 as text of v1, for a reader that knows v1 alone: the same rules, comments left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from samakia_policy.rego.syntax import nodes as n
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.syntax.printer import rule_text, text_of

COMPATIBLE = """
any(xs) := true in xs if _collection(xs)

all(xs) := count([x | some x in xs; x != true]) == 0 if _collection(xs)

re_match(pattern, value) := regex.match(pattern, value)

set_diff(a, b) := a - b

net_cidr_overlap(cidr, address) := net.cidr_contains(cidr, address)

cast_array(x) := [y | some y in x] if _collection(x)

cast_set(x) := {y | some y in x} if _collection(x)

cast_string(x) := x if is_string(x)

cast_boolean(x) := x if is_boolean(x)

cast_null(x) := x if is_null(x)

cast_object(x) := x if is_object(x)

_collection(x) if is_array(x)

_collection(x) if is_set(x)
"""
"""Rules that do what built-ins of v0 did that v1 refuses, named as these are, with _ for a dot."""
_GONE = frozenset(
    (
        *("any", "all", "re_match", "set_diff", "net.cidr_overlap", "cast_array", "cast_set"),
        *("cast_string", "cast_boolean", "cast_null", "cast_object"),
    )
)


def upgraded(file: str, text: str, compatible: str) -> str:
    """Return a module of v0 as one of v1; raises RegoError. `compatible`: where COMPATIBLE is, as a ref."""
    module = parse_module(file, text, version=0)
    own = {getattr(rule.head.ref.head, "name", "") for rule in module.rules}

    def change(node: Any) -> Any:
        if node.__class__ is n.Scalar and node.value.__class__ is str:
            # Printed as it is: the printer writes strings as messages show them.
            return n.Var(json.dumps(node.value))
        if node.__class__ is n.Call and text_of(node.operator) in _GONE - own:
            name = text_of(node.operator).replace(".", "_")
            return n.Call(n.Ref(n.Var(f"{compatible}.{name}"), []), node.args)
        return node

    imports = dict.fromkeys(f"import {_dotted(each)}" for each in module.imports)
    rules = [rule_text(_changed(rule, change)) for rule in module.rules]
    return "\n\n".join((f"package {text_of(module.package).removeprefix('data.')}", *imports, *rules)) + "\n"


def functions(file: str, text: str) -> dict[str, int]:
    """Return the functions of a module of v1 by name as written, with how many arguments they take."""
    module = parse_module(file, text)
    return {text_of(rule.head.ref): len(rule.head.args) for rule in module.rules if rule.head.args}


def _dotted(each: n.Import) -> str:
    return text_of(each).removeprefix("import ")


def _changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a node with every node inside it changed, from the outside in."""
    if isinstance(node, list | tuple):
        return type(node)(_changed(item, change) for item in node)
    if not isinstance(node, n.Node) or isinstance(node, n.Module):
        return node
    found = change(node)
    for name in found.slotted_fields:
        if name not in {"location", "module", "annotations"}:
            setattr(found, name, _changed(getattr(found, name), change))
    return found
