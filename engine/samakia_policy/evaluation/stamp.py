"""Hits become findings: the engine adds severity, message, place and fingerprint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from samakia_policy.evaluation.place import pointer_of
from samakia_policy.model.canonical import digest_of
from samakia_policy.model.decision import Detail, Finding, Location, Unknown
from samakia_policy.model.fact import Fact, FactGraph, Origin
from samakia_policy.model.rule import Rule, highest

Locate = Callable[[Origin], Location]
# Facts that name another fact in full, of whatever kind it is.
_NAMING = frozenset(("document", "secret_hit"))
_FIELD = re.compile(r"{(\w+)}")
_SUBJECT = re.compile(r"([a-z][a-z0-9_]*):")


@dataclass(slots=True)
class SelectedRule:
    """A rule of this run: which packs want it, how severe, from when, with which parameters."""

    rule: Rule
    packs: list[str]
    severity: str
    effective_from: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def findings(
    chosen: SelectedRule, hits: list[dict[str, Any]], graph: FactGraph, locate: Locate, as_of: str
) -> list[Finding]:
    """Return one finding per subject, its hits sorted by place, then message."""
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        subject = subject_of(chosen.rule, str(hit["subject"]), graph)
        by_subject.setdefault(subject, []).append(hit)
    made = (
        _finding(chosen, subject, by_subject[subject], graph, locate, as_of) for subject in sorted(by_subject)
    )
    return list(made)


def unknown(
    chosen: SelectedRule, subject: str, pointer: str, why: str, graph: FactGraph, locate: Locate
) -> Unknown:
    """Return what a rule could not know, with the place where a person can look."""
    fact = graph.find(subject)
    where = locate(fact.place(pointer)) if fact else Location(subject.partition(":")[2] or ".")
    return Unknown(chosen.rule.id, chosen.severity, subject, pointer, why, where)


def subject_of(rule: Rule, name: str, graph: FactGraph) -> str:
    """Return a hit's subject as "<kind>:<id>"; a bare id belongs to the rule's subject kind."""
    if name in graph.of(rule.subject):
        return f"{rule.subject}:{name}"  # an id may look like the name of another kind's fact
    match = _SUBJECT.match(name)
    named = match is not None and (
        not _NAMING.isdisjoint(rule.kinds) or match[1] in {rule.subject, *rule.kinds}
    )
    return name if named else f"{rule.subject}:{name}"


def _finding(
    chosen: SelectedRule,
    subject: str,
    hits: list[dict[str, Any]],
    graph: FactGraph,
    locate: Locate,
    as_of: str,
) -> Finding:
    rule = chosen.rule
    details = sorted((_detail(rule, subject, hit, graph, locate) for hit in hits), key=_place)
    variants = [str(hit["variant"]) for hit in hits if hit.get("variant")]
    severities = [rule.variants.get(variant, chosen.severity) for variant in variants]
    plain = len(variants) < len(hits)
    severity = highest([*severities, chosen.severity] if plain else severities)
    fact = graph.find(subject)
    return Finding(
        rule=rule.id,
        packs=chosen.packs,
        severity=severity,
        subject=subject,
        details=details,
        remediation=rule.remediation,
        controls=rule.controls,
        fingerprint=digest_of([rule.id, subject, variants[0] if variants else ""])[7:39],
        effective=as_of[:10] >= chosen.effective_from,
        env=_env(fact),
    )


def _env(fact: Fact | None) -> str:
    env = fact.attrs.get("env") if fact else None
    return env if isinstance(env, str) else ""


def _detail(rule: Rule, subject: str, hit: dict[str, Any], graph: FactGraph, locate: Locate) -> Detail:
    return Detail(_message(rule.message, subject, hit), _location(rule, subject, hit, graph, locate))


def _location(rule: Rule, subject: str, hit: dict[str, Any], graph: FactGraph, locate: Locate) -> Location:
    fact = graph.find(str(hit.get("fact") or subject))
    if hit.get("path"):
        return Location(str(hit["path"]))
    if fact is None:
        return Location(subject.partition(":")[2])
    return locate(fact.place(pointer_of(rule, fact.kind, hit)))


def _message(template: str, subject: str, hit: dict[str, Any]) -> str:
    values = {**hit, "subject": subject}
    return _FIELD.sub(lambda match: _shown(values.get(match[1], "?")), template)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "nothing"
    return "null" if value is None else str(value)


def _place(detail: Detail) -> tuple[str, int, int, str]:
    where = detail.location
    return where.path, where.line or 0, where.column or 0, detail.message
