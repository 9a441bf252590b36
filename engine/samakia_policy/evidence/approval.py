"""Approvals: a person agrees to exactly these results, of exactly these packs, on exactly this plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from samakia_policy.evidence import statement
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing import dsse
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.evidence.trust.model import TrustRoot
from samakia_policy.evidence.trust.persons import Approval, Moment, Place
from samakia_policy.model.canonical import digest, digest_of

_TEXTS = ("environment", "tenant", "action", "reason", "ticket", "issued", "expires")


class Bound(NamedTuple):
    """What is approved: the decision's results and pack lock, and the plan ("" where there is none)."""

    results: str
    packs: str
    plan: str = ""

    @property
    def digest(self) -> str:
        """One digest of all three."""
        return digest_of(list(self))

    def subjects(self) -> dict[str, str]:
        """Return the digests by name, as a statement has them."""
        return {name: value for name, value in self._asdict().items() if value}


class Given(NamedTuple):
    """An approval whose signatures verified: the keys, what it binds, and what it says."""

    keyids: tuple[str, ...]
    bound: Bound
    said: Mapping[str, str]
    digest: str

    def counted(self) -> list[Approval]:
        """Return it as `persons` counts it, once for each key."""
        place = Place(self.said["environment"], self.said["tenant"], self.said["action"])
        moment = Moment(self.said["issued"])
        return [Approval(key, self.bound.digest, place, moment, self.said["expires"]) for key in self.keyids]


def approve(bound: Bound, said: Mapping[str, str], signer: Signer) -> bytes:
    """Return the signed envelope of an approval; `said`: environment, tenant, action, reason and so on."""
    if missing := sorted(set(_TEXTS) - set(said)):
        raise ValueError(f"an approval says no {missing[0]}")
    payload = statement.make(statement.APPROVAL, bound.subjects(), {name: said[name] for name in _TEXTS})
    return dsse.dump(dsse.make(dsse.IN_TOTO, payload, [signer]))


def read_approval(data: bytes, root: TrustRoot, *, where: str = "") -> Given:
    """Return an approval that some key of the trust root signed; raises Refusal.

    Whether the key had the right is for `persons` to say.
    """
    envelope = dsse.parse(data, where=where)
    first = statement.read(envelope.payload, statement.APPROVAL, where=where)
    issued = statement.text(first.predicate, "issued", where=where)
    keys = [trusted.verifier(issued) for trusted in root.keys.values()]
    verified = dsse.verify(envelope, keys, payload_type=dsse.IN_TOTO, where=where)
    found = statement.read(verified.payload, statement.APPROVAL, where=where)
    said = {name: statement.text(found.predicate, name, where=where) for name in _TEXTS}
    unknown = set(found.subjects) - set(Bound._fields)
    if unknown or not {"results", "packs"} <= set(found.subjects):
        raise Refusal("approval-malformed", "binds something else than results, packs and plan", where=where)
    keyids = tuple(key.keyid for key in verified.keys)
    return Given(keyids, Bound(**found.subjects), said, digest(verified.payload))


def read_approvals(files: Iterable[tuple[str, bytes]], root: TrustRoot) -> tuple[list[Given], list[Refusal]]:
    """Return the approvals in files, and why the others are none: taking one away changes nothing else."""
    found, refused = [], []
    for where, data in files:
        try:
            found.append(read_approval(data, root, where=where))
        except Refusal as refusal:
            refused.append(refusal)
    return found, refused
