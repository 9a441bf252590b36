"""Built-ins that read and write JSON text, and that select from documents by paths."""

from __future__ import annotations

import json
from typing import Any

from samakia_policy.rego.builtins.operands import obj, string, type_name
from samakia_policy.rego.builtins.registry import builtin
from samakia_policy.rego.errors import OPERAND, BuiltinFault, OperandFault
from samakia_policy.rego.values.collections import UNDEFINED, Key, Set, Value, key, pairs
from samakia_policy.rego.values.json_text import dump, load
from samakia_policy.rego.values.json_text import is_valid as is_json

Tree = dict[Key, Any]
"""Paths as nested objects; None where a path ends."""


@builtin("json.marshal")
def marshal(value: Value) -> str:
    """Return a value's JSON text."""
    return json_of(value)


def json_of(value: Value) -> str:
    """Return a value's JSON text; raises BuiltinFault where it has none."""
    try:
        return dump(value)
    except ValueError as error:
        raise BuiltinFault(str(error)) from None


@builtin("json.unmarshal")
def unmarshal(text: Value) -> Value:
    """Return the value of a JSON text."""
    try:
        return load(string(text, 1))
    except ValueError as error:
        raise BuiltinFault(str(error)) from None


@builtin("json.is_valid")
def is_valid(text: Value) -> bool:
    """Return whether something is a JSON text."""
    return text.__class__ is str and is_json(text)


@builtin("json.marshal_with_options")
def marshal_with_options(value: Value, options: Value) -> str:
    """Return a value's JSON text, on several lines when `pretty`, `indent` or `prefix` ask for it."""
    chosen = _options(obj(options, 2))
    text = json_of(value)
    pretty = chosen.get("pretty", "indent" in chosen or "prefix" in chosen)
    if not pretty:
        return text
    prefix: str = chosen.get("prefix", "")
    indent: str = chosen.get("indent", "\t")
    return prefix + _pretty(text, prefix, indent)


def _options(options: dict[Any, Any]) -> dict[str, Any]:
    for place, (name, item) in enumerate(pairs(options)):
        if name.__class__ is not str:
            message = f"operand {place} must be string but got {type_name(name)}"
            raise _operand(f"failed to stringify key {dump(name)} at index {place}: {message}")
        if name in ("prefix", "indent") and item.__class__ is not str:
            message = f"operand {place} must be string but got {type_name(item)}"
            raise _operand(f"key {name} failed cast to string: {message}")
        if name == "pretty" and item.__class__ is not bool:
            raise _operand(f"key {name} failed cast to bool")
        if name not in ("prefix", "indent", "pretty"):
            raise _operand(f"object contained unknown key {_quoted(name)}")
    return options


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _operand(message: str) -> BuiltinFault:
    return BuiltinFault(f"operand 2 {message}", OPERAND)


def _pretty(text: str, prefix: str, indent: str) -> str:
    """Indent JSON text; its strings are passed over, so numbers and escapes stay as they are."""
    out: list[str] = []
    depth = place = 0
    while place < len(text):
        character = text[place]
        if character == '"':
            end = _string_end(text, place)
            out.append(text[place:end])
            place = end
            continue
        place += 1
        if character in "[{":
            if text[place] in "]}":
                out.append(character + text[place])
                place += 1
                continue
            depth += 1
            out.append(f"{character}\n{prefix}{indent * depth}")
        elif character in "]}":
            depth -= 1
            out.append(f"\n{prefix}{indent * depth}{character}")
        elif character == ",":
            out.append(f",\n{prefix}{indent * depth}")
        else:
            out.append(": " if character == ":" else character)
    return "".join(out)


def _string_end(text: str, place: int) -> int:
    place += 1
    while text[place] != '"':
        place += 2 if text[place] == "\\" else 1
    return place + 1


@builtin("json.filter")
def select(value: Value, paths: Value) -> Value:
    """Return the parts of an object that paths name."""
    return _selected(obj(value, 1), _tree(_paths(paths)))


def _selected(value: Value, tree: Any) -> Value:
    kind = value.__class__
    if tree is None or kind not in (dict, list, Set):
        return value
    if kind is dict:
        return {name: _selected(item, tree[name]) for name, item in value.items() if name in tree}
    if kind is list:
        return [_selected(item, tree[str(place)]) for place, item in enumerate(value) if str(place) in tree]
    return Set(_selected(item, tree[name]) for name, item in value.members.items() if name in tree)


@builtin("json.remove")
def remove(value: Value, paths: Value) -> Value:
    """Return an object without the parts that paths name."""
    return _without(obj(value, 1), _tree(_paths(paths)))


def _without(value: Value, tree: Any) -> Value:
    """Return a value without what a tree names; UNDEFINED when a path ends here."""
    if tree is None:
        return UNDEFINED
    kind = value.__class__
    if tree.__class__ is not dict or kind not in (dict, list, Set):
        return value
    if kind is dict:
        made = ((name, _without(item, tree[name]) if name in tree else item) for name, item in value.items())
        return {name: item for name, item in made if item is not UNDEFINED}
    if kind is list:
        kept = [_without(item, tree.get(str(place), UNDEFINED)) for place, item in enumerate(value)]
    else:
        kept = [_without(item, tree.get(name, UNDEFINED)) for name, item in value.members.items()]
    kept = [item for item in kept if item is not UNDEFINED]
    return kept if kind is list else Set(kept)


def _paths(value: Value) -> list[list[Value]]:
    if value.__class__ is not list and value.__class__ is not Set:
        raise OperandFault(2, "one of {set, array}", type_name(value))
    return [parse_path(item) for item in value]


def parse_path(path: Value) -> list[Value]:
    """Return the steps of a path: a JSON pointer, or an array of them; raises OperandFault."""
    if path.__class__ is list:
        return path
    if path.__class__ is not str:
        wanted = "one of {set, array} containing string paths or array of path segments"
        raise OperandFault(2, wanted, type_name(path))
    if not path:
        return []
    return [step.replace("~1", "/").replace("~0", "~") for step in path.lstrip("/").split("/")]


def _tree(paths: list[list[Value]]) -> Tree:
    root: Tree = {}
    for path in paths:
        _plant(root, [key(step) for step in path])
    return root


def _plant(node: Tree, path: list[Key]) -> None:
    for step in path[:-1]:
        below = node.setdefault(step, {})
        # A shorter path names all of it already.
        if below is None:
            return
        node = below
    if path:
        node[path[-1]] = None
