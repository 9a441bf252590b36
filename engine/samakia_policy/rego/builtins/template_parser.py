"""Parsing text templates as Go's text/template does."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from samakia_policy.rego.builtins.template_constants import constant
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
from samakia_policy.rego.builtins.template_tokens import Token, fault, tokens
from samakia_policy.rego.errors import BuiltinFault
from samakia_policy.rego.values.quote import quoted

FUNCTIONS = frozenset(
    [
        "and",
        "call",
        "html",
        "index",
        "slice",
        "js",
        "len",
        "not",
        "or",
        "print",
        "printf",
        "println",
        "urlquery",
        "eq",
        "ge",
        "gt",
        "le",
        "lt",
        "ne",
    ]
)
ROOT = "template"
_TERMS = frozenset(
    ("bool", "char", "dot", "field", "function", "number", "nil", "raw", "string", "variable", "open")
)
_INERT = frozenset(("constant", "dot", "nil"))
_DEEPEST = 100


@lru_cache(maxsize=256)
def parse(text: str) -> Template:
    """Return a template; raises BuiltinFault."""
    reader = _Reader(text, list(tokens(text)))
    reader.top()
    return reader.template


@dataclass(slots=True)
class _Reader:
    """The tokens of a template and how far they are read."""

    text: str
    tokens: list[Token]
    place: int = 0
    variables: list[str] = field(default_factory=lambda: ["$"])
    ranges: int = 0
    depth: int = 0
    template: Template = field(init=False)

    def __post_init__(self) -> None:
        self.template = Template(self.text)

    def top(self) -> None:
        """Read everything; definitions may stand at the top alone."""
        nodes: list[Any] = []
        while self._peek().kind != "end of file":
            if self._peek().kind == "left" and self._keyword() == "define":
                self._define()
                continue
            node = self._node()
            if isinstance(node, Token):
                raise self._fault(f"unexpected {{{{{node.text}}}}}")
            nodes.append(node)
        self._add(ROOT, nodes)

    def _keyword(self) -> str:
        """Return the kind of the first token in the action that begins here."""
        place = self.place + 1
        while self.tokens[place].kind == "space":
            place += 1
        return self.tokens[place].kind

    def _peek(self) -> Token:
        return self.tokens[self.place]

    def _next(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _solid(self) -> Token:
        """Return the next token that is no space, without taking it."""
        while self._peek().kind == "space":
            self.place += 1
        return self._peek()

    def _take(self) -> Token:
        self._solid()
        return self._next()

    def _fault(self, message: str) -> BuiltinFault:
        return fault(self.text, self.tokens[min(self.place, len(self.tokens) - 1)].place, message)

    def _unexpected(self, token: Token, context: str) -> BuiltinFault:
        shown = f"<{token.text}>" if token.kind in _KEYWORDS else quoted(token.text)
        shown = "EOF" if token.kind == "end of file" else shown
        return self._fault(f"unexpected {shown} in {context}")

    def _expect(self, kind: str, context: str) -> Token:
        token = self._take()
        if token.kind != kind:
            raise self._unexpected(token, context)
        return token

    def _add(self, name: str, nodes: list[Any]) -> None:
        bodies = self.template.bodies
        if name not in bodies or _empty(bodies[name]):
            bodies[name] = nodes
        elif not _empty(nodes):
            raise self._fault(f'template: multiple definition of template "{name}"')

    def _define(self) -> None:
        self._next()
        self._take()
        name = self._name("define clause")
        self._expect("right", "define clause")
        variables, self.variables, ranges, self.ranges = self.variables, ["$"], self.ranges, 0
        nodes, end = self._nodes()
        self.variables, self.ranges = variables, ranges
        if end.kind != "end":
            raise self._fault(f"unexpected {{{{{end.text}}}}} in define clause")
        self._add(name, nodes)

    def _name(self, context: str) -> str:
        token = self._take()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, context)
        return str(self._constant(token))

    def _nodes(self) -> tuple[list[Any], Token]:
        """Read up to `end` or `else`, which is returned."""
        nodes: list[Any] = []
        while self._peek().kind != "end of file":
            node = self._node()
            if isinstance(node, Token):
                return nodes, node
            nodes.append(node)
        raise self._fault("unexpected EOF")

    def _node(self) -> Any:
        token = self._next()
        if token.kind == "text":
            return Text(token.text, token.place)
        first = self._solid()
        special = _KEYWORDS.get(first.kind)
        if special is None:
            return Action(self._pipeline("command", "right"), first.place)
        self._next()
        return special(self, first)

    def end(self, token: Token) -> Token:
        """Read the rest of `end`."""
        self._expect("right", "end")
        return token

    def otherwise(self, token: Token) -> Token:
        """Read the rest of `else`; an `if` or `with` after it is left."""
        if self._solid().kind not in ("if", "with"):
            self._expect("right", "else")
        return token

    def jump(self, token: Token) -> Jump:
        """Read the rest of `break` or `continue`."""
        self._expect("right", f"{{{{{token.text}}}}}")
        if not self.ranges:
            raise self._fault(f"{{{{{token.text}}}}} outside {{{{range}}}}")
        return Jump(token.kind, token.place)

    def control(self, token: Token) -> Control:
        """Read the rest of `if`, `with` or `range`, up to its `end`."""
        known = len(self.variables)
        pipeline = self._pipeline(token.kind, "right")
        self.ranges += token.kind == "range"
        body, stop = self._nodes()
        self.ranges -= token.kind == "range"
        otherwise: list[Any] = []
        if stop.kind == "else":
            otherwise = self._else(token)
        del self.variables[known:]
        return Control(token.kind, pipeline, body, otherwise, token.place)

    def _else(self, token: Token) -> list[Any]:
        following = self._peek()
        if following.kind in ("if", "with"):
            if following.kind != token.kind:
                raise self._unexpected(following, "input")
            self._next()
            return [self.control(following)]
        nodes, stop = self._nodes()
        if stop.kind != "end":
            raise self._fault("expected end; found {{else}}")
        return nodes

    def include(self, token: Token) -> Include:
        """Read the rest of `template` or `block`."""
        context = f"{token.kind} clause"
        place = self._solid().place
        name = self._name(context)
        if token.kind == "template" and self._solid().kind == "right":
            self._next()
            return Include(name, None, place)
        pipeline = self._pipeline(context, "right")
        if token.kind == "block":
            variables, self.variables, ranges, self.ranges = self.variables, ["$"], self.ranges, 0
            nodes, end = self._nodes()
            self.variables, self.ranges = variables, ranges
            if end.kind != "end":
                raise self._fault(f"unexpected {{{{{end.text}}}}} in {context}")
            self._add(name, nodes)
        return Include(name, pipeline, place)

    def definition(self, token: Token) -> Any:
        """Refuse a definition that is not at the top."""
        raise self._unexpected(token, "command")

    def _pipeline(self, context: str, end: str) -> Pipeline:
        start = self._solid().place
        names, assigns = self._declared(context)
        made = Pipeline([], names, assigns, start)
        while (token := self._solid()).kind != end:
            if token.kind not in _TERMS:
                raise self._unexpected(token, context)
            made.commands.append(self._command())
        self._next()
        made.source = self.text[start : token.place].strip()
        self._check(made, context)
        return made

    def _check(self, made: Pipeline, context: str) -> None:
        if not made.commands:
            raise self._fault(f"missing value for {context}")
        for stage, command in enumerate(made.commands[1:], 2):
            if command[0].kind in _INERT and not command[0].fields:
                raise self._fault(f"non executable command in pipeline stage {stage}")

    def _declared(self, context: str) -> tuple[list[str], bool]:
        names: list[str] = []
        while self._solid().kind == "variable":
            before, name = self.place, self._next().text
            sign = self._solid()
            if sign.kind in ("declare", "assign"):
                self._next()
                self.variables.append(name)
                return [*names, name], sign.kind == "assign"
            if sign.text != ",":
                self.place = before
                break
            self._next()
            names.append(name)
            self.variables.append(name)
            if context != "range" or len(names) > 1:
                raise self._fault(f"too many declarations in {context}")
            if self._solid().kind not in ("variable", "right", "close"):
                raise self._fault("range can only initialize variables")
        return names, False

    def _command(self) -> list[Operand]:
        operands: list[Operand] = []
        while True:
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._next()
            if token.kind == "space":
                continue
            if token.kind in ("right", "close"):
                self.place -= 1
            elif token.kind != "pipe":
                raise self._unexpected(token, "operand")
            break
        if not operands:
            raise self._fault("empty command")
        return operands

    def _operand(self) -> Operand | None:
        start = self._solid()
        if start.kind not in _TERMS:
            return None
        made = self._term(self._next())
        while self._peek().kind == "field":
            if made.kind in _INERT and not made.fields and start.kind != "field":
                raise self._fault(f"unexpected . after term {quoted(start.text)}")
            more = self._next()
            if len(made.fields) == (start.kind == "field") and made.kind in ("dot", "variable"):
                made.place = more.place
            made.fields.append(more.text[1:])
        stop = self._peek().place
        made.source = self.text[start.place : stop]
        return made

    def _term(self, token: Token) -> Operand:
        kind, text = token.kind, token.text
        if kind == "function" and text not in FUNCTIONS:
            raise self._fault(f"function {quoted(text)} not defined")
        if kind == "variable" and text not in self.variables:
            raise self._fault(f"undefined variable {quoted(text)}")
        if kind == "field":
            return Operand("dot", None, [text[1:]], token.place, text)
        if kind in ("dot", "nil", "function", "variable"):
            return Operand(kind, text, [], token.place, text)
        if kind == "open":
            return Operand("pipeline", self._parenthesized(), [], token.place, text)
        return Operand("constant", self._constant(token), [], token.place, text)

    def _parenthesized(self) -> Pipeline:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._fault("max expression depth exceeded")
        made = self._pipeline("parenthesized pipeline", "close")
        self.depth -= 1
        return made

    def _constant(self, token: Token) -> Any:
        try:
            return constant(token.kind, token.text)
        except ValueError as error:
            raise self._fault(str(error)) from None


_KEYWORDS = {
    "block": _Reader.include,
    "break": _Reader.jump,
    "continue": _Reader.jump,
    "define": _Reader.definition,
    "else": _Reader.otherwise,
    "end": _Reader.end,
    "if": _Reader.control,
    "range": _Reader.control,
    "template": _Reader.include,
    "with": _Reader.control,
}


def _empty(nodes: list[Any]) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in nodes)
