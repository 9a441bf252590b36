"""The order of verification: what a step needs and did not get makes it skipped, never passed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.verify import agreement, contents, order
from samakia_policy.evidence.verify.case import Asked, Case
from samakia_policy.evidence.verify.report import PASSED, SKIPPED, Report, Step

STEPS: tuple[tuple[str, Callable[[Case], str], tuple[str, ...]], ...] = (
    ("files", contents.check_files, ()),
    ("trust-root", contents.check_trust_root, ()),
    ("signature", contents.check_signature, ("files", "trust-root")),
    ("statement", contents.check_statement, ("signature",)),
    ("ledger", order.check_ledger, ("statement",)),
    ("time", agreement.check_time, ("statement",)),
    ("signer", agreement.check_signer, ("statement",)),
    ("persons", agreement.check_persons, ("statement",)),
    ("expected", agreement.check_expected, ("statement",)),
    ("hold", order.check_hold, ("statement",)),
)
"""Name, what it does, and the steps that must have passed before it can be taken."""


def verify_packet(path: str, asked: Asked) -> Report:
    """Return what every step found; raises InputError for what is no directory at all."""
    report = Report(path)
    case = Case(path, asked, report.notes)
    try:
        for name, check, needs in STEPS:
            _take(report, case, name, check, needs)
    finally:
        with suppress(OSError):
            if case.packet is not None:
                case.packet.close()
    return report


def _take(
    report: Report, case: Case, name: str, check: Callable[[Case], str], needs: tuple[str, ...]
) -> None:
    passed = {step.name for step in report.steps if step.outcome == PASSED}
    if missing := [need for need in needs if need not in passed]:
        report.steps.append(Step(name, SKIPPED, message=f"needs {', '.join(missing)}"))
        return
    try:
        report.steps.append(Step(name, PASSED, message=check(case)))
    except Refusal as refusal:
        report.failed(name, refusal)
