"""Rules as modules of one run: their packages, and what they name under `data`, lie below its prefix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from samakia_policy.evaluation.base import Job
from samakia_policy.rego.syntax.tokens import IDENTIFIER, WORDS, WORDS_V1, tokenize

_LIBRARY = re.compile(r"\bdata\.policies\.lib\.(\w+)")


def needed(sources: Iterable[str], libraries: Mapping[str, str]) -> list[str]:
    """Return the names of the libraries that sources name, and of those that these name."""
    found: set[str] = set()
    pending = list(sources)
    while pending:
        names = {name for name in _LIBRARY.findall(pending.pop()) if name in libraries} - found
        found |= names
        pending += [libraries[name] for name in names]
    return sorted(found)


def below(run: str, source: str) -> str:
    """Return a module's source with its package and every `data` reference moved below a prefix."""
    tokens = tokenize(source, WORDS | WORDS_V1)
    parts, at, before = [], 0, ""
    for kind, text, start, end in zip(tokens.kinds, tokens.texts, tokens.starts, tokens.ends, strict=True):
        if kind == "package" and before != ".":
            parts += [source[at:end], f" {run}."]
            at = _after_space(source, end)
        elif kind is IDENTIFIER and text == "data" and before != ".":
            parts += [source[at:start], f"data.{run}"]
            at = end
        before = text
    return "".join((*parts, source[at:]))


def calls(source: str, names: frozenset[str]) -> bool:
    """Tell whether a source names one of these built-ins."""
    tokens = tokenize(source, WORDS | WORDS_V1)
    refs, before = [""], ""
    for kind, text in zip(tokens.kinds, tokens.texts, strict=True):
        if text == "." or (before == "." and kind is IDENTIFIER):
            refs[-1] += text
        elif kind is IDENTIFIER:
            refs.append(text)
        before = text
    return not names.isdisjoint(refs)


def asking(run: str, jobs: dict[int, Job]) -> dict[str, str]:
    """Return the modules that answer: one rule per job, and the one document that a run asks for."""
    rules = "\n\n".join(_rule(run, number, job) for number, job in jobs.items())
    answer = f"{{name: data.{run}.asked[name] | some name in input.wanted}}"
    return {
        "asked": f"package {run}.asked\n\n{rules}\n",
        "answer": f"package {run}.answer\n\ndecision := input.decision\n\nrules := {answer}\n",
    }


def _rule(run: str, number: int, job: Job) -> str:
    package = f"data.{run}.{job.package}"
    unknowns = f"[u | some u in {package}.unknowns]" if job.reports_unknowns else "[]"
    result = f'{{"findings": {package}.findings, "unknowns": {unknowns}}}'
    return f"r{number} := found if {{\n\tfound := {result} with input as {job.given()}\n}}"


def _after_space(source: str, at: int) -> int:
    while source[at : at + 1].isspace():
        at += 1
    return at
