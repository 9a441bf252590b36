"""Permits: authority for one action on exactly these bytes, once, for a short time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.gate.window import moment
from samakia_policy.model.canonical import digest_of
from samakia_policy.model.decision import API_VERSION

_WRITTEN = {
    "results": "results_digest",
    "decision": "decision_id",
    "packs": "packs_digest",
    "gate": "gate_digest",
}
_TEXTS = ("action", "environment", *_WRITTEN, "requester", "reason", "ledger", "issued", "expires", "nonce")


@dataclass(frozen=True, slots=True)
class Permit:
    """What a gate granted; `id` is the digest of everything else, so that no two grants share one.

    `subjects`: digests by name of what may be used. `results`: the decision without its time, engine and
    runtime. `packs`: the pack lock. `gate`: digest of the gate file. `approvals`: digests of the approvals
    that counted. `ledger`: origin of the ledger that records its one use. `nonce`: 32 hex digits.
    """

    action: str
    environment: str
    tenant: str
    subjects: Mapping[str, str]
    results: str
    decision: str
    packs: str
    gate: str
    approvals: tuple[str, ...]
    requester: str
    reason: str
    ledger: str
    issued: str
    expires: str
    nonce: str
    break_glass: bool = False

    @property
    def id(self) -> str:
        """The digest of the permit's content."""
        return digest_of(self._content())

    def to_json(self) -> dict[str, Any]:
        """Return the permit as it is signed."""
        return {"apiVersion": API_VERSION, "kind": "Permit", "id": self.id, **self._content()}

    def _content(self) -> dict[str, Any]:
        return {
            **{_WRITTEN.get(name, name): getattr(self, name) for name in _TEXTS},
            "tenant": self.tenant or None,
            "subjects": dict(self.subjects),
            "approvals": sorted(self.approvals),
            "break_glass": self.break_glass,
        }


@dataclass(frozen=True, slots=True)
class Use:
    """What an adapter is about to do, with digests of its own copies."""

    action: str
    environment: str
    tenant: str
    subjects: Mapping[str, str]
    packs: str
    results: str
    ledger: str
    as_of: str


def read_permit(data: Any) -> Permit:
    """Return the permit that a verified statement holds; raises ValueError for anything else."""
    if not isinstance(data, dict) or (data.get("apiVersion"), data.get("kind")) != (API_VERSION, "Permit"):
        raise ValueError("is not a permit")
    values: dict[str, Any] = {name: data.get(_WRITTEN.get(name, name)) for name in _TEXTS}
    values["tenant"] = data.get("tenant") or ""
    subjects, approvals, glass = data.get("subjects"), data.get("approvals"), data.get("break_glass")
    if not all(isinstance(value, str) for value in values.values()):
        raise ValueError("a field of the permit is missing or no text")
    if not isinstance(subjects, dict) or not all(isinstance(value, str) for value in subjects.values()):
        raise ValueError("its subjects are not digests by name")
    if not isinstance(approvals, list) or not isinstance(glass, bool):
        raise ValueError("its approvals are no list, or break_glass is not stated")
    made = Permit(subjects=subjects, approvals=tuple(approvals), break_glass=glass, **values)
    if made.to_json() != data:
        raise ValueError("its id is not that of its content, or it holds more than a permit does")
    return made


def misuses(permit: Permit, use: Use) -> Iterator[tuple[str, str]]:
    """Return (reason code, what was permitted) for everything in which a use is not what was permitted."""
    for code, permitted, used in (
        ("permit-action", permit.action, use.action),
        ("permit-environment", permit.environment, use.environment),
        ("permit-tenant", permit.tenant, use.tenant),
        ("permit-results", permit.results, use.results),
        ("permit-packs", permit.packs, use.packs),
        ("permit-ledger", permit.ledger, use.ledger),
    ):
        if permitted != used:
            yield code, permitted or "none"
    if not permit.subjects or dict(permit.subjects) != dict(use.subjects):
        yield (
            "permit-subject",
            ", ".join(f"{name} {value}" for name, value in sorted(permit.subjects.items())),
        )
    issued, expires, now = moment(permit.issued), moment(permit.expires), moment(use.as_of)
    if issued is None or expires is None or now is None or now >= expires:
        yield "permit-expired", permit.expires
    elif now < issued:
        yield "permit-not-yet", permit.issued
