"""One piece of code in the making: its functions, constants, places in the source, and what it calls."""

from __future__ import annotations

import ast
from itertools import count
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.generate import code
from samakia_policy.rego.plan.notes import SILENT, Notes
from samakia_policy.rego.run.documents import Branch
from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.location import Location
from samakia_policy.rego.syntax.nodes import Var
from samakia_policy.rego.values.number import Number


@slotted()
class Unit:
    """Collects what one compiled policy or query consists of.

    `places`: what line N of the generated code stands for, N from 1. `built_ins`: what it calls, by variable.
    `names`: the Rego variable that a Python variable holds, for traces. `notes`: hears what is decided.
    `members`: the functions of the rules of each set, by its path. `unread`: variables of loops' keys that
    nothing reads.
    """

    functions: list[ast.stmt] = field(default_factory=list)
    constants: list[ast.stmt] = field(default_factory=list)
    places: list[Location | None] = field(default_factory=lambda: [None])
    built_ins: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)
    slots: count[int] = field(default_factory=count)
    tag: str = ""
    mocks: frozenset[str] = frozenset()
    masks: frozenset[tuple[str, ...]] = frozenset()
    tree: Branch = field(default_factory=lambda: Branch(()))
    rule_names: dict[tuple[str, ...], str] = field(default_factory=dict)
    rule_slots: dict[tuple[str, ...], int] = field(default_factory=dict)
    arities: dict[tuple[str, ...], int] = field(default_factory=dict)
    members: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    notes: Notes = SILENT
    unread: set[str] = field(default_factory=set)

    def ignores(self, term: Any) -> bool:
        """Return whether a term is a variable that nothing reads."""
        return term.__class__ is Var and (term.wildcard or term.name in self.unread)

    def fresh(self, prefix: str) -> str:
        """Return a name that nothing else in the unit has."""
        return f"{prefix}{self.tag}{next(self.numbers)}"

    def line(self, location: Location | None) -> int:
        """Return the line number that stands for a place."""
        if location is not None and self.places[-1] is not location:
            self.places.append(location)
        return len(self.places) if location is not None else 1

    def built_in(self, name: str, prefix: str = "b") -> str:
        """Return the variable that holds a built-in: "b", a function of the state; "f", the bare function."""
        variable = f"{prefix}_{name.replace('.', '_')}"
        self.built_ins[variable] = name
        return variable

    def gives_boolean(self, name: str) -> bool:
        """Return whether a name is that of a built-in whose result is true or false."""
        declared = signatures().get(name)
        return declared is not None and declared["decl"].get("result", {}).get("type") == "boolean"

    def arity_of(self, name: str) -> int:
        """Return how many operands a built-in takes."""
        return len(signatures()[name]["decl"].get("args") or ())

    def constant(self, value: Any) -> ast.expr:
        """Return an expression for a ground value; collections and long numbers are made once."""
        if value is None or value.__class__ in (bool, str):
            return code.const(value)
        if value.__class__ is int and abs(value) < 1 << 64:
            return code.const(value)
        name = self.fresh("k")
        self.constants.append(code.assign(name, _made(value)))
        return code.load(name)

    def made(self, function: str, *arguments: ast.expr) -> ast.Name:
        """Return a variable for what a function gives, which is called once."""
        name = self.fresh("k")
        self.constants.append(code.assign(name, code.call(function, *arguments)))
        return ast.Name(name, code.LOAD)

    def module(self) -> ast.Module:
        """Return everything as one Python module, ready to be compiled."""
        for statement in self.constants:
            _place(statement, 1)
        for statement in self.functions:
            _place(statement, statement.lineno)
        return ast.Module([*self.constants, *self.functions], [])


def _place(node: ast.AST, line: int) -> None:
    """Give a node and all below it the line of the literal they came from."""
    stack: list[tuple[Any, int]] = [(node, line)]
    while stack:
        current, line = stack.pop()
        if "lineno" in current._attributes:
            line = current.__dict__.get("lineno", line)
            current.lineno = current.end_lineno = line
            current.col_offset = current.end_col_offset = 0
        parts = current.__dict__
        for name in current._fields:
            part = parts.get(name)
            if part.__class__ is list:
                part[:] = [_own(item) for item in part]
                stack.extend([(item, line) for item in part if isinstance(item, ast.AST)])
            elif isinstance(part, ast.AST):
                parts[name] = own = _own(part)
                stack.append((own, line))


def _own(part: Any) -> Any:
    """Return an expression, or a copy of one that stands elsewhere, too: each belongs to one line."""
    if not isinstance(part, ast.expr) or "lineno" not in part.__dict__:
        return part
    made = part.__class__()
    for name in part._fields:
        value = part.__dict__.get(name)
        made.__dict__[name] = list(value) if value.__class__ is list else value
    return made


def _made(value: Any) -> ast.expr:
    kind = value.__class__
    if value is None or kind in (bool, str):
        return code.const(value)
    if kind is int:
        return code.const(value) if abs(value) < 1 << 64 else code.call("integer", code.const(hex(value)))
    if kind is Number:
        return code.call("Number", code.const(value.text))
    if kind is list:
        return code.list_of([_made(item) for item in value])
    if kind is dict:
        from samakia_policy.rego.values.collections import pairs

        made = [code.tuple_of([_made(name), _made(item)]) for name, item in pairs(value)]
        return code.call("make_object", code.list_of(made))
    return code.call("make_set", code.list_of([_made(item) for item in value]))
