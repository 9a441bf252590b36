"""The matrix of actions and environments, made from what the gates demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_HEAD = """\
# Actions and environments

What each gate demands before its action may change anything. A name of an environment wins over its
class; an environment that a gate does not name is refused, and so is an action that no gate names. An
estate may demand more in `policy.yaml` (`gates`), never less. Every execution also needs a ledger, and an
adapter that can do it.

| action | environment | in CI | packs | approvals | also |
| --- | --- | --- | --- | --- | --- |
"""


def page(gates: Iterable[Any]) -> str:
    """Return Markdown: one row for each action and environment. `gates`: gate.file.Gate, sorted by action."""
    rows = [
        f"| `{gate.action}` | {environment} | {demand.ci} | {_packs(demand.packs)} "
        f"| {_approvals(demand.approvals)} | {_rest(demand)} |\n"
        for gate in gates
        for environment, demand in gate.environments.items()
    ]
    return _HEAD + "".join(rows)


def _packs(packs: Mapping[str, str]) -> str:
    return "<br>".join(f"{name} {version}" for name, version in packs.items()) or "-"


def _approvals(approvals: Mapping[str, Any]) -> str:
    return (
        "<br>".join(
            f"{wanted.persons} {role}{', not the requester' if wanted.not_requester else ''}"
            for role, wanted in approvals.items()
        )
        or "-"
    )


def _rest(demand: Any) -> str:
    if demand.refuses:
        return f"**refused**: {demand.refuses}"
    said = [
        f"at most {demand.window_minutes} minutes of change window" if demand.window_minutes else "",
        f"reason of {demand.reason} characters" if demand.reason else "",
        "signed evidence" if demand.signing else "",
        "operator mode" if demand.runner_mode == "operator" else "",
        f"{demand.runtimes} runtimes that agree" if demand.runtimes > 1 else "",
        "the digest of the plan" if demand.plan_digest else "",
        f"plan younger than {demand.plan_minutes // 60} h" if demand.plan_minutes else "",
        f"decision younger than {_span(demand.evidence_minutes)}" if demand.evidence_minutes else "",
        f"no {' or '.join(sorted(demand.forbid))}" if demand.forbid else "",
        *(f"`{name}=1`" for name in sorted(demand.variables)),
        *(f"marker {name}" for name in sorted(demand.markers)),
        *(f"{dimension}: {', '.join(sorted(names))}" for dimension, names in sorted(demand.allow.items())),
    ]
    return "<br>".join(filter(None, said)) or "-"


def _span(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
