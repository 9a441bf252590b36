"""Make a program that is answered differently smaller, for as long as the same thing differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from fuzz.answers import Asked
from fuzz.compare import Comparison, Difference
from fuzz.faults import TOKEN
from fuzz.programs import Program

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SIMPLE = [["1"], ['"a"'], ["true"], ["input"], ["[", "]"]]
Probe = Callable[[Program], Difference | None]


def shrink(found: Difference, comparison: Comparison) -> Difference:
    """Return a difference like the one found, of the smallest program that has it."""

    def probe(program: Program) -> Difference | None:
        return comparison.again(program, found.asked, found.sort)

    best = found
    while True:
        smaller = _smaller(best, probe)
        if smaller is None:
            return best
        best = smaller


def _smaller(found: Difference, probe: Probe) -> Difference | None:
    """Return the same difference in a smaller program, as small as one pass makes it."""
    best = found
    for candidates in (_parts, _documents, _texts):
        at, made = 0, list(candidates(best.program, best.asked))
        while at < len(made):
            other = probe(made[at])
            if other is None:
                at += 1
            else:
                # What was tried before this place is not tried again in this pass.
                best, made = other, list(candidates(other.program, other.asked))
    return best if best is not found else None


def _parts(program: Program, asked: Asked | str) -> Iterator[Program]:
    """Yield the program without a module or a base document."""
    for name in program.modules if len(program.modules) > 1 else ():
        yield replace(program, modules={key: text for key, text in program.modules.items() if key != name})
    for name in program.data:
        yield replace(program, data={key: text for key, text in program.data.items() if key != name})


def _documents(program: Program, asked: Asked | str) -> Iterator[Program]:
    """Yield the program with smaller documents."""
    for name, text in program.data.items():
        for smaller in _values(text):
            yield replace(program, data=program.data | {name: smaller})
    if not isinstance(asked, Asked):
        return
    text = program.inputs[asked.input]
    for smaller in _values(text) if text else ():
        inputs = list(program.inputs)
        inputs[asked.input] = smaller
        yield replace(program, inputs=inputs)


def _values(text: str) -> Iterator[str]:
    tokens = TOKEN.findall(text)
    for start, end in _spans(tokens, "[{"):
        yield "".join([*tokens[:start], "[]" if tokens[start] == "[" else "{}", *tokens[end + 1 :]])
    for text_of in _without(tokens):
        try:
            json.loads(text_of)
        except ValueError:
            continue
        yield text_of


def _texts(program: Program, asked: Asked | str) -> Iterator[Program]:
    """Yield the program with a module that lacks a part."""
    for name, text in program.modules.items():
        for smaller in _text(text):
            yield replace(program, modules=program.modules | {name: smaller})


def _text(text: str) -> Iterator[str]:
    """Yield the text without rules, lines, what stands between brackets, tokens."""
    for by in ("\n\n", "\n"):
        parts = text.split(by)
        for size in (4, 1):
            for start in range(0, len(parts), size):
                yield by.join(parts[:start] + parts[start + size :])
    tokens = TOKEN.findall(text)
    for start, end in _spans(tokens, "([{"):
        inside = tokens[start + 1 : end]
        for other in ([], inside, [tokens[start], tokens[end]], *_SIMPLE):
            if len(other) <= end - start:
                yield "".join([*tokens[:start], *other, *tokens[end + 1 :]])
    yield from _without(tokens)


def _spans(tokens: list[str], opening: str) -> Iterator[tuple[int, int]]:
    """Yield where brackets open and close, the widest first."""
    found, stack = [], []
    for place, token in enumerate(tokens):
        if token in opening:
            stack.append(place)
        elif stack and token == _CLOSING[tokens[stack[-1]]]:
            start = stack.pop()
            if place > start + 1 or len(opening) == 3:
                found.append((start, place))
    yield from sorted(found, key=lambda span: span[0] - span[1])


def _without(tokens: list[str]) -> Iterator[str]:
    for size in (8, 4, 3, 2, 1):
        for start in range(len(tokens) - size + 1):
            yield "".join(tokens[:start] + tokens[start + size :])
