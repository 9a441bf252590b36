"""Programs that are wrong on purpose: generated ones with a fault put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fuzz.chance import Chance

if TYPE_CHECKING:
    from fuzz.programs import Program

TOKEN = re.compile(
    r'\s+|#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[A-Za-z_]\w*|\d+(?:\.\d+)?|:=|[=!<>]=|.', re.DOTALL
)
NAME = re.compile(r"[A-Za-z_]\w*")
OPERATORS = [":=", "==", "=", "!=", "<", "+", "-", "|", "&", "/", "in"]
VALUES = [
    "1",
    '"a"',
    "x",
    "true",
    "[1]",
    '{"a": 1}',
    "null",
    "input.x",
    "-1",
    "set()",
    "data",
    "_",
    "input",
    "{1}",
]
RULES = [
    "{p} := 1",
    "{p} contains 1",
    "{p}(x) := x",
    "{p}[1] := 2",
    "{p}.a.b := 1",
    "default {p} := 1",
    "{p} if {p}",
]
RULES += ["{p} if {{ {q} }}", "{p} := {q}", "u if {{ every x in {q} {{ true }} }}", "u if {{ some x; {q} }}"]
RULES += [
    "u := x",
    "u := {p}(1, 2, 3)",
    "u := nothing.at.all(1)",
    "u := {p}.none",
    "input := 1",
    "data.a := 1",
]
RULES += [
    "u if {{ x := 1; x := 2 }}",
    "u if {{ x := {q} }}",
    "u(x) := 1",
    "u if {{ not x == 1 }}",
    "import data.a",
]
RULES += ["u if {{ true with {q} as 1 }}", "u if {{ true with input as x }}", 'u if {{ count({q}) == "a" }}']
RULES += [
    'u := 1 + "a"',
    "u := count(1)",
    "u := [x | y = 1]",
    "default u(x) := 1",
    "default u := {q}",
    "u := any([])",
]


def spoil(made: Program, chance: Chance) -> None:
    """Put a fault into one of a program's modules."""
    name = chance.choice(sorted(made.modules))
    text = made.modules[name]
    for _ in range(chance.choice([1, 1, 1, 2])):
        if chance.maybe(0.35):
            text = _added(text, made, chance)
        else:
            tokens = TOKEN.findall(text)
            chance.choice(DAMAGES)(tokens, chance)
            text = "".join(tokens)
    made.modules[name] = text
    made.broken = True


def _added(text: str, made: Program, chance: Chance) -> str:
    names = [path.rpartition("/")[2] for path in made.asked]
    return f"{text}\n{chance.choice(RULES).format(p=chance.choice(names), q=chance.choice(names))}\n"


def _replace_name(tokens: list[str], chance: Chance) -> None:
    places = [place for place, token in enumerate(tokens) if NAME.fullmatch(token)]
    tokens[chance.choice(places)] = tokens[chance.choice(places)]


def _replace_value(tokens: list[str], chance: Chance) -> None:
    tokens[chance.randrange(len(tokens))] = chance.choice(VALUES)


def _replace_constant(tokens: list[str], chance: Chance) -> None:
    """Put a value of another type in place of a constant."""
    places = [place for place, token in enumerate(tokens) if token[0] in '"`0123456789']
    if places:
        tokens[chance.choice(places)] = chance.choice(VALUES)


def _replace_operator(tokens: list[str], chance: Chance) -> None:
    places = [place for place, token in enumerate(tokens) if token in OPERATORS]
    if places:
        tokens[chance.choice(places)] = chance.choice(OPERATORS)


def _drop(tokens: list[str], chance: Chance) -> None:
    del tokens[chance.randrange(len(tokens))]


def _swap(tokens: list[str], chance: Chance) -> None:
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]


def _move_line(tokens: list[str], chance: Chance) -> None:
    """Move or double a line."""
    lines = "".join(tokens).split("\n")
    line = chance.choice(lines)
    if chance.maybe(0.5):
        lines.remove(line)
    lines.insert(chance.randrange(len(lines) + 1), line)
    tokens[:] = ["\n".join(lines)]


DAMAGES = [
    _replace_name,
    _replace_name,
    _replace_constant,
    _replace_value,
    _replace_operator,
    _drop,
    _swap,
    _move_line,
]
