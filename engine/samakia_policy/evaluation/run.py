"""Run rules over a graph: decide what each may see, ask the runtimes, stamp what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samakia_policy.errors import EvaluationError
from samakia_policy.evaluation.base import Answer, Batch, Job, Limits, Runtime
from samakia_policy.evaluation.select import Sight, Views
from samakia_policy.evaluation.stamp import Locate, SelectedRule, findings, unknown
from samakia_policy.model.canonical import exact
from samakia_policy.model.decision import RuleResult
from samakia_policy.model.fact import FactGraph
from samakia_policy.model.rule import FAIL, NOT_APPLICABLE, PASS, UNKNOWN


@dataclass(slots=True)
class Run:
    """Everything a run needs beside the rules: pure data, two readers and the runtimes."""

    graph: FactGraph
    context: dict[str, Any]
    source: Callable[[Any], str]
    libraries: Mapping[str, str]
    locate: Locate
    runtimes: Mapping[str, Runtime]
    scopes: frozenset[str] = frozenset(("static",))
    fabric: bool = True
    limits: Limits | None = None


def evaluate(run: Run, chosen: Sequence[SelectedRule]) -> list[RuleResult]:
    """Return how every rule ended, by id; a rule that breaks is unknown for itself alone."""
    views = Views(run.graph)
    sights = {rule.rule.id: views.sight(rule.rule) for rule in chosen if not _set_aside(run, rule)}
    runnable = [rule for rule in chosen if rule.rule.id in sights and _runs(rule, sights[rule.rule.id])]
    answers = _ask(run, runnable, sights, views)
    results = [_result(run, rule, sights.get(rule.rule.id), answers.get(rule.rule.id)) for rule in chosen]
    return sorted(results, key=lambda result: result.id.encode())


def _set_aside(run: Run, chosen: SelectedRule) -> str:
    """Return why a rule does not apply to this run at all, or ""."""
    if chosen.rule.scope not in run.scopes:
        return f"no-{chosen.rule.scope}"
    return "no-fabric" if chosen.rule.requires == "fabric" and not run.fabric else ""


def _runs(chosen: SelectedRule, sight: Sight) -> bool:
    rule = chosen.rule
    if rule.unknown == "rule" and sight.hidden:
        return False
    if any(not sight.facts[kind] for kind in rule.needs[1:]):
        return False
    return bool(sight.primary) or rule.absent == "fail"


def _ask(
    run: Run, chosen: Sequence[SelectedRule], sights: Mapping[str, Sight], views: Views
) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for language, runtime in run.runtimes.items():
        jobs = [
            _job(run, rule, sights[rule.rule.id], views) for rule in chosen if rule.rule.language == language
        ]
        if jobs:
            batch = _batch(run, jobs, views, language)
            answers |= {a.rule: a for a in runtime.evaluate(batch, run.limits or Limits())}
    if missing := sorted({rule.rule.id for rule in chosen} - set(answers)):
        raise EvaluationError(f"no answer for {', '.join(missing)}")
    return answers


def _job(run: Run, chosen: SelectedRule, sight: Sight, views: Views) -> Job:
    rule = chosen.rule
    return Job(
        rule=rule.id,
        language=rule.language,
        source=run.source(rule),
        views={kind: views.name(rule, kind, sight) for kind in rule.kinds},
        relations=rule.edges,
        params=chosen.params,
    )


def _batch(run: Run, jobs: list[Job], views: Views, language: str) -> Batch:
    wanted = {name for job in jobs for name in job.views.values()}
    relations = sorted({relation for job in jobs for relation in job.relations})
    return Batch(
        jobs=jobs,
        libraries=dict(run.libraries) if language == "rego" else {},
        views={name: views.texts[name] for name in sorted(wanted)},
        edges={relation: exact(run.graph.out(relation)) for relation in relations},
        reverse={relation: exact(run.graph.into(relation)) for relation in relations},
        context=exact({**run.context, "incomplete": sorted(run.graph.incomplete)}),
    )


def _result(run: Run, chosen: SelectedRule, sight: Sight | None, answer: Answer | None) -> RuleResult:
    rule = chosen.rule
    result = RuleResult(rule.id, chosen.packs, chosen.severity, rule.language, NOT_APPLICABLE)
    if sight is None:
        result.reason = _set_aside(run, chosen)
        return result
    result.facts = sight.primary
    _add_unknowns(run, chosen, sight, answer, result)
    if answer is not None and not answer.error:
        as_of = str(run.context["as_of"])
        result.findings = findings(chosen, answer.hits, run.graph, run.locate, as_of)
    result.outcome = _outcome(chosen, sight, result)
    if result.outcome == NOT_APPLICABLE:
        result.reason = f"no-facts: {rule.needs[0]}"
    return result


def _add_unknowns(
    run: Run, chosen: SelectedRule, sight: Sight, answer: Answer | None, result: RuleResult
) -> None:
    entries = [(hidden.subject, hidden.pointer, hidden.why) for hidden in sight.hidden]
    entries += [*_unread(run, chosen), *_missing(chosen, sight)]
    if answer is not None and answer.error:
        entries.append((f"rule:{chosen.rule.id}", "", answer.error))
    for entry in answer.unknowns if answer is not None else ():
        entries.append((str(entry["subject"]), str(entry.get("pointer", "")), str(entry.get("why", ""))))
    for subject, pointer, why in entries:
        result.unknowns.append(unknown(chosen, subject, pointer, why, run.graph, run.locate))
    result.reason = entries[0][2] if entries else ""


def _unread(run: Run, chosen: SelectedRule) -> Iterator[tuple[str, str, str]]:
    for kind in chosen.rule.kinds:
        for path in sorted(run.graph.incomplete.get(kind, ())):
            yield f"document:{path}", "", f"{path} could not be read, so its {kind} facts are missing"


def _missing(chosen: SelectedRule, sight: Sight) -> Iterator[tuple[str, str, str]]:
    rule = chosen.rule
    empty = not sight.primary and rule.absent != "fail"
    for kind in rule.needs[1:] if not empty else ():
        if not sight.facts[kind] and not sight.hidden:
            yield f"{kind}:", "", f"there are no {kind} facts to compare with"
    if empty and rule.absent == "unknown":
        yield f"{rule.needs[0]}:", "", f"there are no {rule.needs[0]} facts"


def _outcome(chosen: SelectedRule, sight: Sight, result: RuleResult) -> str:
    if result.findings:
        return FAIL
    if result.unknowns:
        return UNKNOWN
    if chosen.rule.absent == "fail":
        # Nothing was there and nothing was found missing: that proves nothing.
        return PASS if sight.primary else UNKNOWN
    return PASS if sight.primary else NOT_APPLICABLE
