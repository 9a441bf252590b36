"""Damage modules of OPA's suite and compare what opa and we say about them: python mutate.py [SEED] [COUNT].

Every difference is printed as a case that can be kept in one of the files here; record.py then fills it in.
"""

from __future__ import annotations

import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[4] / "engine"))
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import yaml
from conformance.suite import load_cases
from record import Literal, check
from test_check_faults import check as check_ours

TOKEN = re.compile(
    r'\s+|#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[A-Za-z_]\w*|\d+(?:\.\d+)?|:=|[=!<>]=|.', re.DOTALL
)
NAME = re.compile(r"[A-Za-z_]\w*")
OPERATORS = [":=", "==", "=", "!=", "<", "+", "-", "|", "&"]
VALUES = ["1", '"a"', "x", "true", "[1]", '{"a": 1}', "null", "input.x", "-1", "set()", "data", "_"]
RULES = ["p := 1", "p contains 1", "f(x) := y", "p if not q", "q := p", "default p := 1", "p.q.r := 1"]
RULES += [
    "input := 1",
    "r if { every x in p { x == y } }",
    "s := [x | x := p[_]; y := x]",
    "t if { x := y; y := 1 }",
]
LARGEST = 4000


def replace_name(tokens: list[str], chance: random.Random) -> None:
    """Put one name in place of another."""
    names = [place for place, token in enumerate(tokens) if NAME.fullmatch(token)]
    tokens[chance.choice(names)] = tokens[chance.choice(names)]


def replace_value(tokens: list[str], chance: random.Random) -> None:
    """Put a value in place of any token."""
    tokens[chance.randrange(len(tokens))] = chance.choice(VALUES)


def replace_operator(tokens: list[str], chance: random.Random) -> None:
    """Put one operator in place of another."""
    places = [place for place, token in enumerate(tokens) if token in OPERATORS]
    if places:
        tokens[chance.choice(places)] = chance.choice(OPERATORS)


def drop(tokens: list[str], chance: random.Random) -> None:
    """Leave a token out."""
    del tokens[chance.randrange(len(tokens))]


def swap(tokens: list[str], chance: random.Random) -> None:
    """Exchange two tokens."""
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]


def move_line(tokens: list[str], chance: random.Random) -> None:
    """Move or double a line."""
    lines = "".join(tokens).split("\n")
    line = chance.choice(lines)
    if chance.random() < 0.5:
        lines.remove(line)
    lines.insert(chance.randrange(len(lines) + 1), line)
    tokens[:] = ["\n".join(lines)]


def add_rule(tokens: list[str], chance: random.Random) -> None:
    """Add a rule that may clash."""
    tokens.append("\n\n" + chance.choice(RULES))


DAMAGES = [replace_name, replace_value, replace_operator, drop, swap, move_line, move_line, add_rule]


def damaged(seed: int, count: int) -> list[dict[str, Any]]:
    """Return damaged modules as cases."""
    chance = random.Random(seed)  # noqa: S311 - the same cases for the same seed
    sources = [(case, text) for version in (1, 0) for case in load_cases(version) for text in case.modules]
    sources = [(case, text) for case, text in sources if len(text) < LARGEST]
    found = []
    for _ in range(count):
        case, text = chance.choice(sources)
        tokens = TOKEN.findall(text)
        chance.choice(DAMAGES)(tokens, chance)
        made = {"note": case.note, "module": "".join(tokens)}
        made |= {"v0": True} if case.version == 0 else {}
        found.append(made | ({"strict": True} if chance.random() < 0.3 else {}))
    return found


def placed(rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    """Return codes and places; the ways that recursion takes, and a place that opa lost, may differ."""
    return sorted([(row[0], *row[1:3]) for row in rows])


def main() -> int:
    """Compare; returns 1 when something differs."""
    seed, count = [*map(int, sys.argv[1:]), *([1, 200][len(sys.argv) - 1 :])][:2]
    cases = damaged(seed, count)
    with ThreadPoolExecutor(2) as pool:
        wanted = list(pool.map(check, cases))
    different = 0
    for case, want in zip(cases, wanted, strict=True):
        found = check_ours(case)
        if placed(found) != placed(want):
            different += 1
            shown = case | {"module": Literal(case["module"])}
            text = yaml.dump([shown], Dumper=yaml.SafeDumper, sort_keys=False)
            sys.stdout.write(f"{text}  # opa:  {want}\n  # ours: {found}\n")
    sys.stdout.write(f"{count} modules, {sum(map(bool, wanted))} faulty, {different} differ\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
