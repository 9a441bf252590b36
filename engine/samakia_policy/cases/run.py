"""Run one case of a rule on one runtime, and compare everything it says with what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.evaluation.base import Answer, Batch, Limits, Runtime
from samakia_policy.evaluation.run import Run, evaluate
from samakia_policy.evaluation.stamp import SelectedRule, subject_of
from samakia_policy.model.decision import Location, RuleResult
from samakia_policy.model.fact import Edge, Fact, FactGraph, Origin
from samakia_policy.model.rule import UNKNOWN, Rule
from samakia_policy.packs.load import Catalogue

_AS_OF = "2026-01-01T00:00:00Z"


@dataclass(slots=True)
class CaseResult:
    """How one case went on one runtime; `problem` is empty when it went as expected.

    `lines` are those of the rule's source that ran, None where the runtime cannot tell.
    """

    rule: str
    case: str
    runtime: str
    outcome: str
    hits: list[dict[str, Any]]
    unknown: bool
    problem: str
    lines: list[int] | None = None


def run_case(
    catalogue: Catalogue,
    rule: Rule,
    name: str,
    case: dict[str, Any],
    runtime: Runtime,
    *,
    trace: bool = False,
) -> CaseResult:
    """Run one case on one runtime and compare everything it says; `trace` asks which lines ran."""
    recorder = _Recorder(runtime, trace)
    run = _run(catalogue, rule, case, recorder)
    defaults = {key: declared["default"] for key, declared in rule.params.items()}
    chosen = SelectedRule(rule, [], rule.severity, params={**defaults, **case.get("params", {})})
    result = evaluate(run, [chosen])[0]
    hits = [{**hit, "subject": subject_of(rule, hit["subject"], run.graph)} for hit in recorder.hits]
    problem = "; ".join(_problems(case, result, hits))
    unknown = bool(result.unknowns) or result.outcome == UNKNOWN
    return CaseResult(rule.id, name, runtime.name, result.outcome, hits, unknown, problem, recorder.lines)


class _Recorder:
    """A runtime that remembers what another one answered."""

    def __init__(self, runtime: Runtime, trace: bool) -> None:
        self.name = runtime.name
        self.version = runtime.version
        self._runtime = runtime
        self._trace = trace
        self.hits: list[dict[str, Any]] = []
        self.lines: list[int] | None = None

    def evaluate(self, batch: Batch, limits: Limits) -> Iterator[Answer]:
        batch.trace = self._trace
        for answer in self._runtime.evaluate(batch, limits):
            self.hits += answer.hits
            self.lines = answer.lines
            yield answer


def _run(catalogue: Catalogue, rule: Rule, case: dict[str, Any], runtime: Any) -> Run:
    graph = FactGraph()
    role = case.get("role", "live")
    for kind, facts in case.get("facts", {}).items():
        if kind not in rule.kinds:
            raise PackError(f"a case of {rule.id} gives {kind}, which the rule does not declare")
        for identity, attrs in (facts or {}).items():
            graph.add(Fact(kind, identity, attrs, Origin(f"{kind}/{identity}"), role=role))
    pairs = (
        Edge(source, relation, target)
        for relation, edges in case.get("edges", {}).items()
        for source, targets in edges.items()
        for target in targets
    )
    graph.link(pairs)
    for kind in case.get("incomplete", []):
        graph.mark_incomplete(kind, f"{kind}.yml")
    context = {"as_of": case.get("as_of", _AS_OF), "environment": None, "environments": {}}
    return Run(
        graph=graph,
        context=context,
        source=catalogue.source,
        libraries=catalogue.libraries(),
        locate=lambda origin: Location(origin.path),
        runtimes={rule.language: runtime},
        scopes=frozenset((rule.scope,)),
    )


def _problems(case: dict[str, Any], result: RuleResult, hits: list[dict[str, Any]]) -> Iterator[str]:
    wanted = case.get("findings", [])
    if sorted(map(_text, hits)) != sorted(map(_text, wanted)):
        yield f"found {hits}, expected {wanted}"
    # That a kind is incomplete is what the case itself says.
    unread = {f"{kind}.yml" for kind in case.get("incomplete", [])}
    expected = case.get("unknowns", [])
    said = {(u["subject"], u["pointer"]) for u in expected if "why" in u}
    unknown = [
        {"subject": u.subject, "pointer": u.pointer}
        | ({"why": u.why} if (u.subject, u.pointer) in said else {})
        for u in result.unknowns
        if not (u.subject.startswith("document:") and u.subject.removeprefix("document:") in unread)
    ]
    if sorted(map(_text, unknown)) != sorted(map(_text, expected)):
        yield f"unknown {unknown}, expected {expected}"
    outcome = case.get("outcome") or ("fail" if wanted else "unknown" if expected else "pass")
    if result.outcome != outcome:
        yield f"outcome {result.outcome} ({result.reason}), expected {outcome}"


def _text(value: Any) -> str:
    from samakia_policy.model.canonical import canonical

    return canonical(value).decode()
