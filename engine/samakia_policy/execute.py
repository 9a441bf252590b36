"""Apply a plan behind a permit, and record whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from samakia_policy.adapters.private_copy import PrivateCopy
from samakia_policy.adapters.terraform.apply import Result, apply_plan
from samakia_policy.adapters.terraform.tool import Tool
from samakia_policy.authorise import Judged, statement_of
from samakia_policy.errors import Error, Refused
from samakia_policy.evidence.packet.records import pretty
from samakia_policy.facts.secrets import detect
from samakia_policy.gate.permit import Permit, Use, misuses
from samakia_policy.model.decision import results_digest
from samakia_policy.pipeline import examine
from samakia_policy.record import packet_files, seal

RECORD = "record.json"
OBLIGATIONS = "obligations.json"
ACTIONS = "actions.json"
DONE = "done"
_GOOD = frozenset((DONE, "applied"))


@dataclass(slots=True)
class Executed:
    """What an execution came to.

    `result`: of terraform; `actions`: what was done for a tenant, a row a consumer; `error`: what ended it;
    `obligations`: what became of everything that was unknown before.
    """

    result: Result | None
    error: str
    obligations: list[dict[str, Any]]
    actions: list[dict[str, Any]] | None = None

    @property
    def outcome(self) -> str:
        """How it ended, in one word."""
        if self.actions is not None and not self.error:
            return DONE
        return self.result.outcome if self.result else "error"


def check_permit(judged: Judged, permit: Permit, subject: str, ledger: str, now: str) -> None:
    """Compare a permit with what is about to be done; raises Refused, with the first difference's code."""
    seen, decision = judged.observed, judged.observed.decisions[0]
    use = Use(
        action=seen.action,
        environment=seen.environment,
        tenant=seen.dimensions.get("tenant", ""),
        subjects={"plan": subject},
        packs=decision["digests"]["packs"],
        results=results_digest(decision),
        ledger=ledger,
        as_of=now,
    )
    found = list(misuses(permit, use))
    if found:
        listed = "; ".join(f"{code}: permitted {permitted}" for code, permitted in found)
        raise Refused(f"the permit is not for this: {listed}", code=found[0][0])


def apply_permitted(
    judged: Judged, permit: Permit, copy: PrivateCopy, tool: Tool, consume: Callable[[], object]
) -> Executed:
    """Use a permit up, apply exactly its plan, verify, and discharge what was unknown.

    `consume` records the use; whatever it raises, nothing was applied.
    """
    consume()
    try:
        result = apply_plan(tool, copy, permit.subjects["plan"])
    except Error as error:
        return Executed(None, str(error), [])
    except KeyboardInterrupt:
        return Executed(None, "interrupted", [])
    return Executed(result, "", _discharge(judged, copy, result))


def do_permitted(
    act: Callable[[], list[dict[str, Any]]], consume: Callable[[], object] | None = None
) -> Executed:
    """Use a permit up where one is needed, and do what was permitted; every error is recorded.

    `consume` records the use; whatever it raises, nothing was done.
    """
    if consume is not None:
        consume()
    try:
        return Executed(None, "", [], act())
    except Error as error:
        return Executed(None, str(error), [], [])
    except KeyboardInterrupt:
        return Executed(None, "interrupted", [], [])


def _discharge(judged: Judged, copy: PrivateCopy, result: Result) -> list[dict[str, Any]]:
    """Return what became of everything that was unknown before: known after an apply, or still unknown."""
    checked = judged.checks[0]
    open_before = checked.decision.unknowns
    if not open_before:
        return []
    findings: set[tuple[str, str]] = set()
    unknowns = {(unknown.rule, unknown.subject, unknown.pointer) for unknown in open_before}
    if result.after:
        path = copy.beside("after.json", result.after)
        request = replace(checked.request, plans=[(checked.request.environment, path)])
        after = examine(request).decision
        findings = {(finding.rule, finding.subject) for finding in after.findings}
        unknowns = {(unknown.rule, unknown.subject, unknown.pointer) for unknown in after.unknowns}
    rows = []
    for before in open_before:
        key = (before.rule, before.subject, before.pointer)
        now = "fail" if key[:2] in findings else "unknown" if key in unknowns else "pass"
        rows.append(
            {"rule": key[0], "subject": key[1], "pointer": key[2], "before": before.why, "after": now}
        )
    return rows


def execution_files(judged: Judged, permit: Permit | None, executed: Executed | None) -> dict[str, bytes]:
    """Return the files of the packet of an action: the decision's, what the gate said, and what was done."""
    kind = "apply" if executed else "gate"
    files = packet_files(judged.checks[0], kind, action=judged.observed.action) if judged.checks else {}
    record: dict[str, Any] = {"gate": statement_of(judged), "permit": permit.to_json() if permit else None}
    if executed is not None:
        record["outcome"], record["error"] = executed.outcome, executed.error or None
        files[OBLIGATIONS] = pretty(executed.obligations)
        if executed.actions is not None:
            files[ACTIONS] = pretty(executed.actions)
        record |= _files_of(executed.result, files)
    files[RECORD] = pretty(record)
    return seal(files)


def _files_of(result: Result | None, files: dict[str, bytes]) -> dict[str, Any]:
    if result is None:
        return {}
    files["terraform-apply.txt"] = _without_secrets(result.applied)
    files["post-apply-plan.txt"] = _without_secrets(result.refreshed)
    said = asdict(result)
    return {"reason": said["reason"], "state": {"before": said["before"], "after": said["behind"]}}


def _without_secrets(text: str) -> bytes:
    lines = [
        f"<redacted> ({found})" if (found := detect("", line.strip())) else line for line in text.split("\n")
    ]
    return "\n".join(lines).encode()


def failures(executed: Executed) -> Sequence[str]:
    """Return why an execution is no success, for people; nothing where it is one."""
    failed = [f"{row['rule']} on {row['subject']}" for row in executed.obligations if row["after"] == "fail"]
    reason = executed.error or (executed.result.reason if executed.result else "")
    said = [] if executed.outcome in _GOOD else [reason]
    return [*said, *(f"found after the apply: {one}" for one in failed)]
