"""Why a rule said what it said about one subject: each literal, and the lines of all facts read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samakia_policy.errors import InputError
from samakia_policy.evaluation.base import Answer, Batch, Limits, Runtime, Subject
from samakia_policy.evaluation.run import Run, evaluate
from samakia_policy.evaluation.stamp import SelectedRule
from samakia_policy.model.decision import API_VERSION
from samakia_policy.model.values import escape

Told = dict[str, Any]


def explain(run: Run, chosen: SelectedRule, name: str) -> Told:
    """Return an Explanation: the outcome for a subject, what led to it, each literal and fact with its place.

    `run` has the runtimes that can tell: native and python. Raises InputError where there is no such subject.
    """
    rule = chosen.rule
    kind, colon, identity = name.partition(":")
    if not colon:
        kind, identity, name = rule.subject, name, f"{rule.subject}:{name}"
    names = (name, identity) if kind == rule.subject else (name,)
    asking = _Asking(run.runtimes[rule.language], Subject(kind, identity, names))
    run.runtimes = {**run.runtimes, rule.language: asking}
    (result,) = evaluate(run, [chosen])
    findings = [finding.to_json() for finding in result.findings if finding.subject == name]
    unknowns = [unknown.to_json() for unknown in result.unknowns if unknown.subject == name]
    fact = run.graph.find(name)
    if fact is None and not findings and not unknowns:
        raise InputError(f"no fact {name!r}", hint=f"`policy facts show {kind}` lists them")
    places = _Places(run, chosen)
    return {
        "apiVersion": API_VERSION,
        "kind": "Explanation",
        "rule": {"id": rule.id, "path": rule.path, "language": rule.language, "severity": chosen.severity},
        "subject": name,
        "role": fact.role if fact else None,
        "location": run.locate(fact.origin).to_json() if fact else None,
        "outcome": "fail" if findings else "unknown" if unknowns else _without(result.outcome, result.facts),
        "rule_outcome": result.outcome,
        "reason": result.reason,
        "findings": findings,
        "unknowns": unknowns,
        **places.put(asking.told or {}),
    }


def _without(outcome: str, facts: int) -> str:
    """Return how a rule ended for a subject that it found nothing about."""
    return "pass" if outcome in ("pass", "fail") and facts else outcome


class _Asking:
    """A runtime that asks another one what it did about a subject."""

    def __init__(self, runtime: Runtime, subject: Subject) -> None:
        self.name = runtime.name
        self.version = runtime.version
        self._runtime = runtime
        self._subject = subject
        self.told: Told | None = None

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        batch.about = self._subject
        for answer in self._runtime.evaluate(batch, limits):
            self.told = answer.told
            yield answer


class _Places:
    """Puts the places of rules and facts into what a worker told: it knows no file."""

    def __init__(self, run: Run, chosen: SelectedRule) -> None:
        self._run = run
        self._rule = chosen.rule
        self._known: dict[tuple[str, str], Told | None] = {}

    def put(self, told: Told) -> Told:
        """Return the same with the paths of files, and with a location for each fact read."""
        made = {key: value for key, value in told.items() if key not in ("reads", "broken")}
        made |= {key: [self._body(one) for one in told[key]] for key in ("clauses", "helpers") if key in told}
        made |= {"broken": self._placed(told["broken"])} if "broken" in told else {}
        return made | ({"reads": [self._read(one) for one in told["reads"]]} if "reads" in told else {})

    def _body(self, told: Told) -> Told:
        made = {**self._placed(told), "turns": [self._literal(one) for one in told["turns"]]}
        if "ends" in told:
            made["ends"] = [self._placed(one) for one in told["ends"]]
        if "elements" in told:
            made["elements"] = [self._body(one) for one in told["elements"]]
        return made | ({"result": _value(told["result"])} if "result" in told else {})

    def _literal(self, told: Told) -> Told:
        made = {**self._placed(told), "values": {key: _value(one) for key, one in told["values"].items()}}
        made["reads"] = [self._read(one) for one in told["reads"]]
        if "gives" in told:
            made["gives"] = [_value(one) for one in told["gives"]]
        if "inside" in told:
            made["inside"] = [self._body(one) for one in told["inside"]]
        return made | ({"next": [self._literal(one) for one in told["next"]]} if "next" in told else {})

    def _read(self, told: Told) -> Told:
        subject, pointer = f"{told['kind']}:{told['id']}", _pointer(told["path"])
        made = {"fact": subject, "pointer": pointer, "location": self._location(subject, pointer)}
        return made | ({"value": _value(told["value"])} if "value" in told else {})

    def _placed(self, told: Told) -> Told:
        file = told["file"]
        return {**told, "file": f"policies/{file}.rego" if file.startswith("lib/") else self._rule.path}

    def _location(self, subject: str, pointer: str) -> Told | None:
        if (subject, pointer) not in self._known:
            fact = self._run.graph.find(subject)
            place = self._run.locate(fact.place(pointer)).to_json() if fact else None
            self._known[subject, pointer] = place
        return self._known[subject, pointer]


def _pointer(path: list[Any]) -> str:
    return "".join(f"/{escape(str(step))}" for step in path)


def _value(told: Told) -> Told:
    if "fact" in told:
        return {"fact": told["fact"], "pointer": _pointer(told["path"])}
    return told
