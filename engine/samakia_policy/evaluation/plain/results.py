"""Answers become results of rules: one finding for each rule and document, and what is excepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from samakia_policy.evaluation.plain import Path, Said
from samakia_policy.evaluation.plain.hits import Clean, Hit, names_in, read_hits
from samakia_policy.evaluation.plain.select import PlainRule, namespace
from samakia_policy.model.canonical import digest_of
from samakia_policy.model.decision import Detail, Finding, Location, RuleResult, Unknown
from samakia_policy.model.rule import FAIL, PASS, UNKNOWN
from samakia_policy.model.waiver import Waiver

Locate = Callable[[int, Path, Sequence[Hit]], Sequence[Location]]
"""Returns where the hits of a rule, by its path, in a document, by its number, lie."""


class Checked(NamedTuple):
    """One document: what findings call it, its path, what takes secrets out of a text, and an environment."""

    name: str
    path: str
    clean: Clean
    env: str = ""

    @property
    def subject(self) -> str:
        """The subject of findings."""
        return f"document:{self.name}"


@dataclass(slots=True)
class PlainRun:
    """Rules that were asked of documents, the exceptions of their packages, and where things lie.

    `paths`: what was asked, by number. `exceptions`: the place of each package's first exception rule.
    `packs`: what findings name as the pack of a rule, by the file it is in.
    """

    rules: Sequence[PlainRule]
    documents: Sequence[Checked]
    paths: Sequence[Path]
    exceptions: Mapping[Path, str]
    packs: Mapping[str, str]
    locate: Locate


@dataclass(slots=True)
class PlainResults:
    """How the rules ended, and the exceptions that count."""

    results: list[RuleResult] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)


def results(run: PlainRun, said: Iterable[Said]) -> PlainResults:
    """Return how each rule ended over all documents."""
    answers = {(answer.input, run.paths[answer.path]): answer for answer in said}
    made = PlainResults()
    named = {
        (number, package): _excepted(answers[number, (*package, "exception")])
        for package in run.exceptions
        for number in range(len(run.documents))
        if (number, (*package, "exception")) in answers
    }
    for rule in run.rules:
        result = RuleResult(rule.id, _packs(run, rule), rule.severity, "rego", PASS, len(run.documents))
        for number in range(len(run.documents)):
            names = named.get((number, rule.package), set())
            if isinstance(names, str):
                result.unknowns.append(_unknown(run, rule, number, f"exception: {names}"))
            excepted = isinstance(names, set) and rule.excepted_as in names
            if excepted:
                made.waivers.append(_waiver(run, rule, number))
            _add(run, rule, number, answers[number, rule.path], result, excepted=excepted)
        result.outcome = FAIL if result.findings else UNKNOWN if result.unknowns else PASS
        result.reason = result.unknowns[0].why if result.unknowns else ""
        made.results.append(result)
    return made


def _excepted(said: Said) -> set[str] | str:
    return said.error or names_in(said.value)


def _packs(run: PlainRun, rule: PlainRule) -> list[str]:
    return sorted({run.packs[file] for file in rule.files})


def _add(
    run: PlainRun, rule: PlainRule, number: int, said: Said, result: RuleResult, *, excepted: bool
) -> None:
    """Add to a rule's result what it says of one document."""
    if said.error:
        result.unknowns.append(_unknown(run, rule, number, said.error))
        return
    hits, others = read_hits(said.value, run.documents[number].clean)
    if not excepted:
        result.unknowns += [_unknown(run, rule, number, f"the rule {other}") for other in others]
    if hits:
        result.findings.append(_finding(run, rule, number, hits))


def _unknown(run: PlainRun, rule: PlainRule, number: int, why: str) -> Unknown:
    document = run.documents[number]
    return Unknown(rule.id, rule.severity, document.subject, "", why, Location(document.path))


def _finding(run: PlainRun, rule: PlainRule, number: int, hits: Sequence[Hit]) -> Finding:
    subject = run.documents[number].subject
    places = run.locate(number, rule.path, hits)
    details = [Detail(hit.message, place, hit.metadata) for hit, place in zip(hits, places, strict=True)]
    return Finding(
        rule=rule.id,
        packs=_packs(run, rule),
        severity=rule.severity,
        subject=subject,
        details=sorted(details, key=_order),
        remediation="",
        controls=[],
        fingerprint=digest_of([rule.id, subject, ""])[7:39],
        env=run.documents[number].env,
    )


def _order(detail: Detail) -> tuple[str, int, int, str]:
    where = detail.location
    return where.path, where.line or 0, where.column or 0, detail.message


def _waiver(run: PlainRun, rule: PlainRule, number: int) -> Waiver:
    return Waiver(
        rule=rule.id,
        subject=run.documents[number].subject,
        reason="an exception rule of the package",
        owner=f"package {namespace(rule.package)}",
        expires="",
        source=run.exceptions[rule.package],
    )
