"""What a verification knows so far; each step adds to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from samakia_policy.evidence.approval import Bound
from samakia_policy.evidence.ledger.events import Entry
from samakia_policy.evidence.ledger.snapshot import Snapshot
from samakia_policy.evidence.packet.read import Packet
from samakia_policy.evidence.signing.keys import Key
from samakia_policy.evidence.statement import Statement
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Place


class Asked(NamedTuple):
    """What the caller says: never the packet.

    `root` opens the trust root, or raises Refusal. `now`: RFC 3339 UTC. `expect`: any of environment, tenant,
    action, plan, nonce, requester. `snapshot`: the ledger itself, where it is at hand.
    """

    root: Callable[[], TrustRoot]
    now: str
    expect: Mapping[str, str] = {}
    snapshot: Callable[[TrustRoot], Snapshot] | None = None


@dataclass(slots=True)
class Case:
    """One packet under verification."""

    path: str
    asked: Asked
    notes: list[str]
    packet: Packet | None = None
    root: TrustRoot | None = None
    keys: tuple[Key, ...] = ()
    statement: Statement | None = None
    decision: dict[str, Any] = field(default_factory=dict)
    entry: Entry | None = None
    origin: str = ""
    stamped: str = ""

    @property
    def place(self) -> Place:
        """What the statement says that the decision is good for."""
        scope = self.said("scope")
        return Place(*(str(scope.get(name) or "") for name in ("environment", "tenant", "action")))

    @property
    def bound(self) -> Bound:
        """What approvals of this decision bind."""
        assert self.statement is not None
        digests = self.decision["digests"]
        plan = self.statement.subjects.get("plan", "")
        return Bound(self.said("results")["resultsDigest"], digests["packs"], plan)

    def said(self, name: str) -> Any:
        """Return a field of the statement's predicate."""
        assert self.statement is not None
        return self.statement.predicate.get(name)
