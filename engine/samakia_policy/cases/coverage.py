"""What the cases of a rule exercise: its outcomes, variants, message fields and lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType

from samakia_policy.cases.run import CaseResult
from samakia_policy.model.rule import FAIL, PASS, UNKNOWN, Rule

_FIELD = re.compile(r"{(\w+)}")


@dataclass(slots=True)
class Part:
    """One thing that cases may exercise: how much of it there is, and what no case reaches."""

    name: str
    total: int
    missing: list[str]


@dataclass(slots=True)
class Coverage:
    """What the cases of one rule exercise; `lines` is there only for rules whose runtime tells."""

    rule: str
    parts: list[Part] = field(default_factory=list)

    def gaps(self) -> Iterator[str]:
        """Yield what no case exercises, in words."""
        for part in self.parts:
            if part.missing:
                yield f"no case exercises {part.name} {', '.join(part.missing)}"


def coverage(rule: Rule, source: str, results: Iterable[CaseResult]) -> Coverage:
    """Return what the results of a rule's cases exercise of it."""
    ran = list(results)
    hits = [hit for result in ran for hit in result.hits]
    ended = {result.outcome for result in ran} | {UNKNOWN for result in ran if result.unknown}
    given = {key for hit in hits for key in hit}
    fields = set(_FIELD.findall(rule.message)) - {"subject"}
    covered = Coverage(rule.id)
    covered.parts.append(_part("outcome", {FAIL, PASS, UNKNOWN}, ended))
    covered.parts.append(_part("variant", set(rule.variants), {str(hit.get("variant")) for hit in hits}))
    covered.parts.append(_part("message field", fields, given))
    traced = [result.lines for result in ran if result.lines is not None]
    if traced:
        covered.parts.append(_lines(source, {line for lines in traced for line in lines}))
    return covered


def totals(coverages: Iterable[Coverage]) -> dict[str, tuple[int, int]]:
    """Return part -> (exercised, all) over many rules."""
    summed: dict[str, tuple[int, int]] = {}
    for part in (part for covered in coverages for part in covered.parts):
        done, of = summed.get(part.name, (0, 0))
        summed[part.name] = done + part.total - len(part.missing), of + part.total
    return summed


def _part(name: str, wanted: set[str], seen: set[str]) -> Part:
    return Part(name, len(wanted), sorted(wanted - seen))


def _lines(source: str, seen: set[int]) -> Part:
    wanted = executable_lines(source)
    return Part("line of Python", len(wanted), [str(line) for line in sorted(wanted - seen)])


def executable_lines(source: str) -> set[int]:
    """Return the lines of a Python rule that can run; it is compiled, never run."""
    pending = [compile(source, "rule", "exec")]
    found: set[int] = set()
    while pending:
        code = pending.pop()
        # A function's own first line runs where it is defined, not where it is called.
        found.update(line for _, _, line in code.co_lines() if line and line != code.co_firstlineno)
        pending += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return found
