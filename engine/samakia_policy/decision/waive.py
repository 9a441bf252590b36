"""Honour waivers: the one place where a finding stops counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from samakia_policy.model.canonical import digest_of
from samakia_policy.model.decision import Detail, Finding, Location, RuleResult
from samakia_policy.model.rule import PASS, UNKNOWN, WAIVED
from samakia_policy.model.waiver import Waiver

EXPIRED, UNUSED = "waivers/expired", "waivers/unused"
_SOON = timedelta(days=14)
_SAID = {
    EXPIRED: (
        "medium",
        "the waiver of {rule} on {subject} expired on {expires}",
        "remove it, or ask for another",
    ),
    UNUSED: ("low", "the waiver of {rule} on {subject} covers no finding", "remove it"),
}


def honour(results: list[RuleResult], waivers: Sequence[Waiver], as_of: str) -> list[dict[str, Any]]:
    """Mark the findings that waivers cover, report the waivers, and return them with their states.

    A waiver counts up to and including its day. One that expired or covers nothing is a finding of its own,
    if the rule that it is about ran.
    """
    by_rule = {result.id: result for result in results}
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in (finding for result in results for finding in result.findings):
        found.setdefault((finding.rule, finding.subject), []).append(finding)
    states = {waiver: _state(waiver, found, as_of) for waiver in waivers}
    # What a package excepts by a rule says nothing of a person's: it may well cover nothing.
    if any(waiver.expires for waiver in waivers):
        results += [_report(EXPIRED, states, by_rule, "expired"), _report(UNUSED, states, by_rule, "unused")]
        results.sort(key=lambda result: result.id.encode())
    return [
        _written(waiver, state) for waiver, state in sorted(states.items(), key=lambda pair: _order(pair[0]))
    ]


def settle(results: Sequence[RuleResult]) -> None:
    """Give each rule whose every finding is waived its outcome, once findings of other places are out."""
    for result in results:
        if result.findings and all(finding.outcome == WAIVED for finding in result.findings):
            result.outcome = UNKNOWN if result.unknowns else WAIVED


def _state(waiver: Waiver, found: Mapping[tuple[str, str], list[Finding]], as_of: str) -> str:
    if waiver.expires and as_of[:10] > waiver.expires:
        return "expired"
    covered = [_cover(finding, waiver) for finding in found.get((waiver.rule, waiver.subject), ())]
    if not any(covered):
        return "unused"
    if not waiver.expires:
        return "used"
    ends = date.fromisoformat(waiver.expires)
    return "expiring" if ends - date.fromisoformat(as_of[:10]) < _SOON else "used"


def _cover(finding: Finding, waiver: Waiver) -> bool:
    """Mark a finding as waived where every hit is covered; tell whether any is."""
    places = {detail.location.pointer for detail in finding.details}
    if waiver.pointer and waiver.pointer not in places:
        return False
    if not waiver.pointer or places == {waiver.pointer}:
        finding.outcome = WAIVED
    return True


def _report(
    rule: str, states: Mapping[Waiver, str], by_rule: Mapping[str, RuleResult], state: str
) -> RuleResult:
    severity = _SAID[rule][0]
    stated = {waiver: has for waiver, has in states.items() if waiver.expires}
    found = [w for w, has in stated.items() if has == state and (state == "expired" or w.rule in by_rule)]
    result = RuleResult(rule, [], severity, "engine", "fail" if found else PASS, facts=len(stated))
    result.findings = [_finding(rule, waiver) for waiver in sorted(found, key=_order)]
    return result


def _finding(rule: str, waiver: Waiver) -> Finding:
    severity, message, remediation = _SAID[rule]
    subject = f"waiver:{waiver.rule}@{waiver.subject}"
    said = message.format(rule=waiver.rule, subject=waiver.subject, expires=waiver.expires)
    path, _, line = waiver.source.partition(":")
    where = Location(path or "policy.yaml", int(line) if line.isdecimal() else None)
    fingerprint = digest_of([rule, subject, ""])[7:39]
    return Finding(rule, [], severity, subject, [Detail(said, where)], remediation, [], fingerprint)


def _written(waiver: Waiver, state: str) -> dict[str, Any]:
    return {
        "rule": waiver.rule,
        "subject": waiver.subject,
        "owner": waiver.owner,
        "expires": waiver.expires or None,
        "state": state,
        "signed": waiver.signed,
    }


def _order(waiver: Waiver) -> tuple[str, ...]:
    return waiver.rule, waiver.subject, waiver.pointer, waiver.expires, waiver.source


def known_rules(waivers: Iterable[Waiver], aliases: Mapping[str, str], rules: Iterable[str]) -> list[Waiver]:
    """Return the waivers with the aliases of rules resolved; raises ValueError for an unknown rule."""
    known, found = set(rules), []
    for waiver in waivers:
        rule = aliases.get(waiver.rule, waiver.rule)
        if rule not in known:
            raise ValueError(f"there is no rule {waiver.rule!r} to waive ({waiver.source or 'a waiver'})")
        found.append(replace(waiver, rule=rule))
    return found
