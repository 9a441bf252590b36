"""Carrying out a parsed text template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.builtins.limits import TEXT, charge_text
from samakia_policy.rego.builtins.template_functions import (
    ARGUMENTS,
    FUNCTIONS,
    LEAST_ARGUMENTS,
    CallError,
)
from samakia_policy.rego.builtins.template_nodes import (
    Action,
    Control,
    Include,
    Jump,
    Operand,
    Pipeline,
    Template,
    Text,
)
from samakia_policy.rego.builtins.template_parser import ROOT
from samakia_policy.rego.builtins.template_values import MISSING, absent, shown, truth, type_of
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted

_STEPS = 1_000_000
"""Nodes that one template may visit, also where there is no fuel to run out."""
_DEEPEST = 1_000
"""How deep templates may include one another; OPA allows more, which no document needs."""
_NOT_GIVEN: Any = object()


class _JumpSignal(Exception):
    """`break` or `continue` on its way to its loop."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def execute(context: Context, template: Template, data: Any) -> str:
    """Return the text that a template makes of data; raises BuiltinFault."""
    run = _Run(context, template)
    run.walk(template.bodies[ROOT], data, [("$", data)], ROOT, 0)
    return "".join(run.made)


class _Run:
    """One execution: what was written, and how many steps it took."""

    __slots__ = ("context", "made", "size", "steps", "template")

    def __init__(self, context: Context, template: Template) -> None:
        self.context = context
        self.template = template
        self.made: list[str] = []
        self.size = self.steps = 0

    def walk(
        self, nodes: list[Any], dot: Any, variables: list[tuple[str, Any]], name: str, depth: int
    ) -> None:
        """Carry out nodes in order."""
        _Scope(self, dot, variables, name, depth).walk(nodes)

    def write(self, text: str) -> None:
        """Add to the result."""
        self.size += len(text)
        charge_text(self.context, len(text))
        if self.size > TEXT:
            raise BuiltinFault(f"the result would have more than {TEXT} characters")
        self.made.append(text)

    def step(self) -> None:
        """Count one node."""
        self.steps += 1
        self.context.charge(1)
        if self.steps > _STEPS:
            raise BuiltinFault(f"the template takes more than {_STEPS} steps")


class _Scope:
    """Where an execution is: the dot, the variables and the template's name."""

    __slots__ = ("depth", "dot", "name", "run", "variables")

    def __init__(self, run: _Run, dot: Any, variables: list[tuple[str, Any]], name: str, depth: int) -> None:
        self.run, self.dot, self.variables, self.name, self.depth = run, dot, variables, name, depth

    def fault(self, place: int, source: str, message: str) -> BuiltinFault:
        """Return the fault of an execution, with its place."""
        before = self.run.template.text[:place]
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2].encode())
        where = f"template: template:{line}:{column}: executing {quoted(self.name)} at <{source}>"
        return BuiltinFault(f"{where}: {message}")

    def walk(self, nodes: list[Any]) -> None:
        """Carry out nodes in order."""
        for node in nodes:
            self.run.step()
            _WALKS[node.__class__](self, node)

    def text(self, node: Text) -> None:
        """Write text."""
        self.run.write(node.text)

    def action(self, node: Action) -> None:
        """Write the result of a pipeline that declares nothing."""
        value = self.pipeline(node.pipeline)
        if not node.pipeline.names:
            self.run.write(shown(value, "<no value>"))

    def jump(self, node: Jump) -> None:
        """Leave for the loop around."""
        raise _JumpSignal(node.kind)

    def control(self, node: Control) -> None:
        """Carry out `if`, `with` or `range`; variables declared in it end with it."""
        mark = len(self.variables)
        value = self.pipeline(node.pipeline)
        if node.kind == "range":
            self._range(node, value)
        elif not truth(value):
            self.walk(node.otherwise)
        elif node.kind == "with":
            self._with_dot(value, node.body)
        else:
            self.walk(node.body)
        del self.variables[mark:]

    def _with_dot(self, dot: Any, nodes: list[Any]) -> None:
        before, self.dot = self.dot, dot
        try:
            self.walk(nodes)
        finally:
            self.dot = before

    def _range(self, node: Control, value: Any) -> None:
        turned = False
        mark = len(self.variables)
        for name, item in self._items(node, value):
            turned = True
            self._bind(node.pipeline, name, item)
            try:
                self._with_dot(item, node.body)
            except _JumpSignal as signal:
                if signal.kind == "break":
                    break
            finally:
                del self.variables[mark:]
        if not turned:
            self.walk(node.otherwise)

    def _items(self, node: Control, value: Any) -> Iterator[tuple[Any, Any]]:
        if absent(value):
            return iter(())
        if value.__class__ is list:
            return iter(enumerate(value))
        if value.__class__ is dict:
            return iter(sorted(value.items()))
        last = node.pipeline.commands[-1][0]
        if value.__class__ is not int:
            raise self.fault(last.place, last.source, f"range can't iterate over {shown(value)}")
        if len(node.pipeline.names) > 1:
            message = f"can't use {value} to iterate over more than one variable"
            raise self.fault(last.place, last.source, message)
        return ((MISSING, number) for number in range(value))

    def _bind(self, pipeline: Pipeline, name: Any, item: Any) -> None:
        values = [name, item] if len(pipeline.names) > 1 else [item]
        for variable, value in zip(pipeline.names, values, strict=False):
            self._set(variable, value, assigns=True)

    def include(self, node: Include) -> None:
        """Carry out another template."""
        source = f'{{{{template "{node.name}"}}}}'
        body = self.run.template.bodies.get(node.name)
        if body is None:
            raise self.fault(node.place, source, f"template {quoted(node.name)} not defined")
        if self.depth >= _DEEPEST:
            raise self.fault(node.place, source, f"exceeded maximum template depth ({_DEEPEST})")
        dot = MISSING if node.pipeline is None else self.pipeline(node.pipeline)
        self.run.walk(body, dot, [("$", dot)], node.name, self.depth + 1)

    def pipeline(self, node: Pipeline) -> Any:
        """Return what the last command gives."""
        value = _NOT_GIVEN
        for command in node.commands:
            value = self._command(command, value)
            value = MISSING if value is None else value
        for name in node.names:
            self._set(name, value, assigns=node.assigns)
        return value

    def _set(self, name: str, value: Any, *, assigns: bool) -> None:
        if assigns:
            for place in range(len(self.variables) - 1, -1, -1):
                if self.variables[place][0] == name:
                    self.variables[place] = (name, value)
                    return
        self.variables.append((name, value))

    def _command(self, operands: list[Operand], final: Any) -> Any:
        first = operands[0]
        if first.kind == "function" and not first.fields:
            return self._call(first, operands[1:], final)
        if len(operands) > 1 or final is not _NOT_GIVEN:
            raise self._not_called(first)
        if first.kind == "nil":
            raise self.fault(first.place, first.source, "nil is not a command")
        return self._value(first)

    def _not_called(self, first: Operand) -> BuiltinFault:
        if first.fields:
            return self.fault(
                first.place, first.source, f"{first.fields[-1]} is not a method but has arguments"
            )
        return self.fault(first.place, first.source, f"can't give argument to non-function {first.source}")

    def _value(self, operand: Operand) -> Any:
        self.run.step()
        if operand.kind == "dot":
            value = self.dot
        elif operand.kind == "constant":
            value = operand.value
        elif operand.kind == "variable":
            value = next(found for name, found in reversed(self.variables) if name == operand.value)
        elif operand.kind == "pipeline":
            value = self.pipeline(operand.value)
        elif operand.kind == "function":
            value = self._call(operand, [], _NOT_GIVEN)
        else:
            value = None
        for name in operand.fields:
            value = self._field(operand, value, name)
        return value

    def _no_field(self, operand: Operand, value: Any, name: str) -> BuiltinFault:
        at: Operand | Pipeline = operand
        kind = "interface {}"
        if operand.kind == "pipeline" and name == operand.fields[0]:
            at, kind = operand.value, type_of(value)
        return self.fault(at.place, at.source, f"can't evaluate field {name} in type {kind}")

    def _field(self, operand: Operand, value: Any, name: str) -> Any:
        if value is MISSING:
            return MISSING
        if value is None:
            raise self.fault(operand.place, operand.source, f"nil pointer evaluating interface {{}}.{name}")
        if value.__class__ is not dict:
            raise self._no_field(operand, value, name)
        return value.get(name, MISSING)

    def _call(self, function: Operand, operands: list[Operand], final: Any) -> Any:
        name = function.value
        source = " ".join([function.source, *[operand.source for operand in operands]])
        given = len(operands) + (final is not _NOT_GIVEN)
        if given != ARGUMENTS.get(name, given) or given < LEAST_ARGUMENTS.get(name, 0):
            wanted = ARGUMENTS.get(name) or f"at least {LEAST_ARGUMENTS.get(name)}"
            message = f"wrong number of args for {name}: want {wanted} got {given}"
            raise self.fault(function.place, function.source, message)
        if name in ("and", "or"):
            return self._until(operands, final, stop=name == "or")
        arguments = [self._value(operand) for operand in operands]
        if final is not _NOT_GIVEN:
            arguments.append(final)
        if name == "printf" and operands:
            self._check_template(operands[0], arguments[0])
        try:
            if name == "call":
                raise CallError(_no_function(source, arguments[0]))
            return FUNCTIONS[name](*arguments)
        except CallError as error:
            raise self.fault(function.place, source, f"error calling {name}: {error}") from None

    def _check_template(self, operand: Operand, value: Any) -> None:
        if value.__class__ is str:
            return
        message = f"wrong type for value; expected string; got {type_of(value)}"
        if absent(value):
            message = "invalid value; expected string"
        elif operand.kind == "constant":
            message = f"expected string; found {operand.source}"
        raise self.fault(operand.place, operand.source, message)

    def _until(self, operands: list[Operand], final: Any, *, stop: bool) -> Any:
        """Return the first argument whose truth decides, or the last one."""
        value = MISSING
        for operand in operands:
            value = self._value(operand)
            if truth(value) == stop:
                return value
        return value if final is _NOT_GIVEN else final


def _no_function(source: str, value: Any) -> str:
    if absent(value):
        return "call of nil"
    return f"non-function {source.partition(' ')[2] or shown(value)} of type {type_of(value)}"


_WALKS: dict[type, Any] = {
    Text: _Scope.text,
    Action: _Scope.action,
    Control: _Scope.control,
    Jump: _Scope.jump,
    Include: _Scope.include,
}
