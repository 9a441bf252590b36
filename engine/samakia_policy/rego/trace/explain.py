"""What a rule did about one subject: its clauses, and the documents they looked into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.builtins.context import Context
from samakia_policy.rego.compiler.stages import compile_modules
from samakia_policy.rego.depth import deep
from samakia_policy.rego.errors import FUEL, EvaluationFault
from samakia_policy.rego.run.state import new_state
from samakia_policy.rego.syntax.modules import parse_module
from samakia_policy.rego.trace.code import Followed, follow
from samakia_policy.rego.trace.describe import Teller
from samakia_policy.rego.trace.reading import Places
from samakia_policy.rego.trace.record import Call, Try
from samakia_policy.rego.trace.select import Chosen, Interest, Turn, some, turns
from samakia_policy.rego.trace.wording import Wording
from samakia_policy.rego.values.collections import Value
from samakia_policy.rego.values.json_text import dump

if TYPE_CHECKING:
    from samakia_policy.rego.compiler.compiled import Compiled

_ROUNDS = 4
Path = tuple[str, ...]
Told = dict[str, Any]


@dataclass(slots=True)
class Question:
    """What is asked: the documents whose rules are told, and the subject.

    `documents`: paths under `data`. `names`: texts that name the subject in an element. `fact`: its kind and
    id among the facts of `input`.
    """

    documents: Sequence[Path]
    names: Sequence[str]
    fact: tuple[str, str]
    fuel: int | None = None


def explain_rule(
    libraries: Mapping[str, str], sources: Mapping[str, str], value: Value, question: Question
) -> Told:
    """Explain rules of these texts, by file name, with the libraries they import; raises RegoError."""
    with deep():
        modules = {f"lib/{name}": parse_module(f"lib/{name}", text) for name, text in libraries.items()}
        modules |= {name: parse_module(name, text) for name, text in sources.items()}
        compiled = compile_modules(modules, keep_prints=False)
    return explain(compiled, value, question)


def explain(compiled: Compiled, value: Value, question: Question) -> Told:
    """Return what became of a subject: `clauses` of the documents asked for, and `helpers` they looked into.

    Every loop takes every turn; where that is too long to be recorded, loops look into indexes as they do
    when nobody asks, and `planned` is true. `left_out`: even then there was too much. `broken`: the error.
    `documents`: what these are, as JSON texts, so that the caller can tell that nothing else was followed.
    """
    followed, documents, fault = _run(compiled, value, question, plans=False)
    planned = followed.record.full or (fault is not None and fault.code == FUEL)
    if planned:
        followed, documents, fault = _run(compiled, value, question, plans=True)
    with deep():
        told = {**_told(followed, compiled, value, question), "documents": documents}
        if fault is not None:
            told["broken"] = _broken(followed, compiled, fault)
    told |= {"planned": True} if planned else {}
    return told | ({"left_out": followed.record.left_out} if followed.record.full else {})


def _run(
    compiled: Compiled, value: Value, question: Question, *, plans: bool
) -> tuple[Followed, list[str], EvaluationFault | None]:
    with deep():
        followed = follow(compiled, plans=plans)
        state = new_state(followed.program.code.slots, {}, value, Context(fuel=question.fuel), strict=True)
        found: list[str] = []
        try:
            for path in question.documents:
                branch = followed.program.find(path)
                if branch is not None and branch.value is not None:
                    found.append(dump(branch.value(state)))
        except EvaluationFault as fault:
            return followed, found, fault
    return followed, found, None


def _told(followed: Followed, compiled: Compiled, value: Value, question: Question) -> Told:
    interest = Interest(frozenset(question.names), ("facts", *question.fact), Places(value))
    teller = Teller(followed, Wording(followed.literals, compiled.rewritten), interest)
    asked, helpers = _sorted_out(followed.record.calls, set(question.documents))
    clauses = [(call, _clause(call, interest, question.names)) for call in asked]
    chosen = _helpers(helpers, [turn for _, found in clauses for turn in found.turns], interest, teller)
    return {
        "clauses": [teller.body(call, found) for call, found in clauses],
        "helpers": [teller.body(call, found) for call, found in chosen if found.turns],
    }


def _sorted_out(calls: list[Call], documents: set[Path]) -> tuple[list[Call], list[Call]]:
    """Return the clauses asked for, and the rules of all other documents, outer ones first."""
    asked: list[Call] = []
    helpers: list[Call] = []
    for call in _rules(calls):
        (asked if call.body.path in documents else helpers).append(call)
    return asked, helpers


def _rules(calls: list[Call]) -> Iterator[Call]:
    waiting = list(reversed(calls))
    while waiting:
        call = waiting.pop()
        rule = call.body.rule
        if call.body.kind == "rule" and call.body.group != "function" and not (rule and rule.is_else):
            yield call
        waiting += reversed(list(_calls(call)))


def _tries(tries: list[Try]) -> Iterator[Try]:
    waiting = list(reversed(tries))
    while waiting:
        tried = waiting.pop()
        yield tried
        waiting += [below for held in reversed(tried.held) for below in reversed(held.tries)]


def _calls(call: Call) -> Iterator[Call]:
    yield from call.calls
    yield from (inner for tried in _tries(call.tries) for inner in tried.calls)


def _clause(call: Call, interest: Interest, names: Sequence[str]) -> Chosen:
    """Return the turns of a clause that found the subject, else those about it, else how all others ended."""
    found = list(turns(call))
    hits = [turn for turn in found if any(_subject(gave) in names for gave in turn.gave)]
    if hits:
        return some(hits, found)
    chosen = interest.choose(call, call.body.path)
    # One of them may have found something about another subject.
    chosen.turns = [turn for turn in chosen.turns if not turn.held] or chosen.turns
    return chosen


def _subject(gave: tuple[Value, ...]) -> Value:
    return gave[0].get("subject") if gave and gave[0].__class__ is dict else None


def _helpers(
    calls: list[Call], told: list[Turn], interest: Interest, teller: Teller
) -> list[tuple[Call, Chosen]]:
    """Return the documents with the turns that concern the subject, or made what turns that are told used."""
    chosen: dict[int, tuple[Call, Chosen]] = {}
    for _ in range(_ROUNDS):
        before = sum(map(len, interest.used.values()))
        for turn in told:
            for path, used in teller.used(turn):
                known = interest.used.setdefault(path, [])
                known += [one for one in used if not any(one is other for other in known)]
        chosen = {id(call): (call, _document(call, interest)) for call in calls}
        told = [turn for _, found in chosen.values() for turn in found.turns]
        if sum(map(len, interest.used.values())) == before:
            break
    return list(chosen.values())


def _document(call: Call, interest: Interest) -> Chosen:
    chosen = interest.choose(call, call.body.path)
    if not chosen.turns and any(interest.choose(inner, call.body.path).turns for inner in _inside(call)):
        found = list(turns(call))
        return some(found, found)
    return chosen


def _inside(call: Call) -> Iterator[Call]:
    """Yield the bodies inside one, those inside these too, but no rules."""
    waiting = [call]
    while waiting:
        bodies = [inner for inner in _calls(waiting.pop()) if inner.body.kind != "rule"]
        yield from bodies
        waiting += bodies


def _broken(followed: Followed, compiled: Compiled, fault: EvaluationFault) -> Told:
    wording = Wording(followed.literals, compiled.rewritten)
    tried = followed.record.broken()
    file, line, column = wording.place(tried.number) if tried is not None else ("", 0, 0)
    text = wording.text(tried.number) if tried is not None else ""
    said = {"code": fault.code, "message": fault.message, "file": file, "line": line, "column": column}
    return {**said, "text": text}
